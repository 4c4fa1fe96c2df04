import type { JsonSink } from "./json-stream.ts";
import { parseYamlText } from "./json-text.ts";

/**
 * Reads YAML of any size with the memory of its largest item: documents one by one, and the `items` of kubectl's lists one by one, by
 * their indentation.
 */
export class YamlSplitter {
  readonly #sink: JsonSink;
  readonly #origin: string;
  #partial = "";
  #line = 0;
  #document: string[] = [];
  #documentLine = 1;
  #item: string[] | undefined;
  #itemLine = 1;
  /** Indentation of the dashes of the open `items:`; -1 before the first dash; undefined outside. */
  #dashes: number | undefined;

  constructor(sink: JsonSink, origin: string) {
    this.#sink = sink;
    this.#origin = origin;
  }

  /** The next piece of text. */
  push(text: string): void {
    const lines = (this.#partial + text).split("\n");
    this.#partial = lines.pop() ?? "";
    for (const line of lines) this.#take(line.endsWith("\r") ? line.slice(0, -1) : line);
  }

  /** No more pieces. */
  end(): void {
    if (this.#partial !== "") this.#take(this.#partial);
    this.#endDocument();
  }

  #take(line: string): void {
    this.#line += 1;
    if (/^(---|\.\.\.)(\s|$)/.test(line)) {
      this.#endDocument();
      this.#documentLine = this.#line;
      const rest = line.slice(3).trim();
      if (rest !== "" && !rest.startsWith("#")) this.#document.push(`   ${line.slice(3)}`);
      else this.#document.push("");
      return;
    }
    if (this.#dashes === undefined) {
      this.#document.push(line);
      if (/^items:\s*(#.*)?$/.test(line)) this.#dashes = -1;
      return;
    }
    this.#takeInList(line, this.#dashes);
  }

  #takeInList(line: string, dashes: number): void {
    const indent = line.search(/\S/);
    const isDash = /^\s*-(\s|$)/.test(line);
    if (isDash && (dashes < 0 || indent === dashes)) {
      this.#endItem();
      this.#dashes = indent;
      this.#itemLine = this.#line;
      this.#item = [`${" ".repeat(indent)} ${line.slice(indent + 1)}`];
    } else if (indent < 0 || indent > Math.max(dashes, 0) || line.trimStart().startsWith("#")) {
      // Blank lines may belong to a block of text inside the item.
      if (this.#item !== undefined) this.#item.push(line);
    } else {
      this.#endItem();
      this.#dashes = undefined;
      this.#document.push(line);
    }
  }

  #endItem(): void {
    if (this.#item === undefined) return;
    const text = this.#item.join("\n");
    this.#item = undefined;
    this.#sink.item(this.#parse(text, this.#itemLine), "items");
  }

  #endDocument(): void {
    this.#endItem();
    this.#dashes = undefined;
    const isBlank = this.#document.every((line) => /^\s*(?:#|$)/.test(line));
    const text = this.#document.join("\n");
    this.#document = [];
    if (isBlank) return;
    const value = this.#parse(text, this.#documentLine);
    if (value !== null && value !== undefined) this.#sink.document(value);
  }

  #parse(text: string, firstLine: number): unknown {
    return parseYamlText(text, this.#origin, firstLine);
  }
}
