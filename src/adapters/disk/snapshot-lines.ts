import type { JsonSink } from "./json-stream.ts";
import { parseJsonText } from "./json-text.ts";

const newline = 0x0a;
const comma = 0x2c;
const openBrace = 0x7b;
const headEnd = '"objects":{';

/** Whether a snapshot begins as this program writes it: everything but the objects on the first line, then one object a line. */
export function isInLines(head: string): boolean {
  const end = head.indexOf("\n");
  return end > 0 && head.slice(0, end).endsWith(headEnd);
}

/** Reads a snapshot line by line, without looking at every byte as the general splitter must. */
export class SnapshotLines {
  readonly #sink: JsonSink;
  readonly #origin: string;
  #partial: Buffer[] = [];
  #line = 0;
  #list: string | undefined;
  #head = "";
  /** Keys of the lists met, each with an empty list, for the document without its items. */
  #keys: string[] = [];
  #isWhole = false;

  constructor(sink: JsonSink, origin: string) {
    this.#sink = sink;
    this.#origin = origin;
  }

  /** The next piece. */
  push(piece: Buffer): void {
    let from = 0;
    for (let at = piece.indexOf(newline); at >= 0; at = piece.indexOf(newline, from)) {
      this.#partial.push(piece.subarray(from, at));
      this.#take(this.#partial.length === 1 ? (this.#partial[0] ?? piece) : Buffer.concat(this.#partial));
      this.#partial = [];
      from = at + 1;
    }
    if (from < piece.length) this.#partial.push(Buffer.from(piece.subarray(from)));
  }

  /** No more pieces. A file that ends early is parsed as it is, and so is refused with the place. */
  end(): void {
    const rest = Buffer.concat(this.#partial);
    if (rest.length > 0) this.#take(rest);
    const objects = this.#keys.map((key) => `${JSON.stringify(key)}:[]`).join(",");
    this.#sink.document(parseJsonText(`${this.#head}${objects}${this.#isWhole ? "}}" : ""}`, this.#origin, 1));
  }

  #take(bytes: Buffer): void {
    this.#line += 1;
    if (this.#line === 1) {
      this.#head = bytes.toString("utf8");
      return;
    }
    if (bytes[0] === openBrace && this.#list !== undefined) {
      const end = bytes.at(-1) === comma ? bytes.length - 1 : bytes.length;
      this.#sink.item(parseJsonText(bytes.toString("utf8", 0, end), this.#origin, this.#line), this.#list);
      return;
    }
    const text = bytes.toString("utf8");
    const opened = /^"(\w+)":\[$/.exec(text)?.[1];
    if (opened !== undefined) {
      this.#list = opened;
      this.#keys.push(opened);
    } else if (text === "]" || text === "],") this.#list = undefined;
    else if (text === "}}") this.#isWhole = true;
    else if (text !== "") parseJsonText(`${text}?`, this.#origin, this.#line);
  }
}
