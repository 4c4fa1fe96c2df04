import type { ReadBounds } from "./bounds.ts";
import type { JsonSink } from "./json-stream.ts";
import { parseJsonText } from "./json-text.ts";

const newline = 0x0a;
const comma = 0x2c;
const openBrace = 0x7b;
const headEnd = '"objects":{';

/** Too short to be deeper than a stack is. */
const shallow = 10_000;

/** How deep brackets lie within each other outside texts. */
function depthOf(bytes: Buffer): number {
  let [depth, most] = [0, 0];
  let isText = false;
  for (let i = 0; i < bytes.length; i += 1) {
    const code = bytes[i];
    if (isText) {
      if (code === 0x5c) i += 1;
      else if (code === 0x22) isText = false;
    } else if (code === 0x22) isText = true;
    else if (code === openBrace || code === 0x5b) most = Math.max(most, (depth += 1));
    else if (code === 0x7d || code === 0x5d) depth -= 1;
  }
  return most;
}

/** Whether a snapshot begins as this program writes it: everything but the objects on the first line, then one object a line. */
export function isInLines(head: string): boolean {
  const end = head.indexOf("\n");
  return end > 0 && head.slice(0, end).endsWith(headEnd);
}

/** Reads a snapshot line by line, without looking at every byte as the general splitter must. */
export class SnapshotLines {
  readonly #sink: JsonSink;
  readonly #origin: string;
  readonly #bounds: ReadBounds;
  #partial: Buffer[] = [];
  #partialBytes = 0;
  #line = 0;
  #list: string | undefined;
  #head = "";
  /** Keys of the lists met, each with an empty list, for the document without its items. */
  #keys: string[] = [];
  #isWhole = false;

  constructor(sink: JsonSink, origin: string, bounds: ReadBounds) {
    this.#sink = sink;
    this.#origin = origin;
    this.#bounds = bounds;
  }

  /** The next piece. */
  push(piece: Buffer): void {
    let from = 0;
    for (let at = piece.indexOf(newline); at >= 0; at = piece.indexOf(newline, from)) {
      this.#partial.push(piece.subarray(from, at));
      this.#take(this.#partial.length === 1 ? (this.#partial[0] ?? piece) : Buffer.concat(this.#partial));
      this.#partial = [];
      this.#partialBytes = 0;
      from = at + 1;
    }
    if (from === piece.length) return;
    this.#partial.push(Buffer.from(piece.subarray(from)));
    this.#partialBytes += piece.length - from;
    this.#bounds.part(this.#partialBytes, "JSON", this.#line + 1);
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
    if (bytes.length > shallow) this.#bounds.depth(depthOf(bytes), this.#line);
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
