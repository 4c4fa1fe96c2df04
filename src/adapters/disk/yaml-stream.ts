import { readYaml } from "../../yaml/read.ts";
import type { ReadBounds } from "./bounds.ts";
import type { JsonSink } from "./json-stream.ts";

/** Told of every item, every document, and every document or item that is no YAML. */
export interface YamlSink extends JsonSink {
  broken(problem: BrokenYaml): void;
}

/** Where a document is no YAML, and its text. */
export interface BrokenYaml {
  /** Of the document or item. */
  readonly firstLine: number;
  readonly line: number;
  readonly column: number;
  readonly reason: string;
  readonly text: string;
}

/** An anchor may be meant in a later item: such a list is read as a whole. */
const anchor = /(?:^|[\s[{,:-])&[\w-]/;

/**
 * Reads YAML of any size with the memory of its largest item: documents one by one, and the `items` of kubectl's lists one by one, by
 * their indentation. What is no YAML does not keep the documents behind it from being read.
 */
export class YamlSplitter {
  readonly #sink: YamlSink;
  readonly #bounds: ReadBounds;
  #partial: string[] = [];
  #partialBytes = 0;
  #line = 0;
  #document: string[] = [];
  #documentBytes = 0;
  #documentLine = 1;
  #hasAnchors = false;
  #item: string[] | undefined;
  #itemBytes = 0;
  #itemLine = 1;
  /** Indentation of the dashes of the open `items:`; -1 before the first dash; undefined outside. */
  #dashes: number | undefined;

  constructor(sink: YamlSink, bounds: ReadBounds) {
    this.#sink = sink;
    this.#bounds = bounds;
  }

  /** The next piece of text. */
  push(text: string): void {
    let from = 0;
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", from)) {
      this.#partial.push(text.slice(from, at));
      this.#takePartial();
      from = at + 1;
    }
    if (from < text.length) {
      this.#partial.push(text.slice(from));
      this.#partialBytes += text.length - from;
      this.#bounds.part(this.#partialBytes, "YAML", this.#line + 1);
    }
  }

  /** No more pieces. */
  end(): void {
    if (this.#partial.length > 0) this.#takePartial();
    this.#endDocument();
  }

  #takePartial(): void {
    const line = this.#partial.length === 1 ? (this.#partial[0] ?? "") : this.#partial.join("");
    this.#partial = [];
    this.#partialBytes = 0;
    this.#take(line.endsWith("\r") ? line.slice(0, -1) : line);
  }

  #take(line: string): void {
    this.#line += 1;
    if (/^(?:---|\.\.\.)(?:\s|$)/.test(line)) {
      this.#endDocument();
      this.#documentLine = this.#line;
      const rest = line.slice(3).trim();
      this.#keep(rest !== "" && !rest.startsWith("#") ? `   ${line.slice(3)}` : "");
      return;
    }
    if (this.#dashes !== undefined) {
      this.#takeInList(line, this.#dashes);
      return;
    }
    // The head of a file may hold directives, which belong to no document of ours.
    this.#keep(line.startsWith("%") && this.#document.every((one) => one === "") ? "" : line);
    this.#hasAnchors ||= anchor.test(line);
    if (!this.#hasAnchors && /^items:\s*(?:#.*)?$/.test(line)) this.#dashes = -1;
  }

  #takeInList(line: string, dashes: number): void {
    if (anchor.test(line)) {
      this.#joinList(line);
      return;
    }
    const indent = line.search(/\S/);
    const isDash = /^\s*-(?:\s|$)/.test(line);
    if (isDash && (dashes < 0 || indent === dashes)) {
      this.#endItem();
      this.#dashes = indent;
      this.#itemLine = this.#line;
      this.#item = [`${" ".repeat(indent)} ${line.slice(indent + 1)}`];
      this.#itemBytes = line.length;
    } else if (indent < 0 || indent > Math.max(dashes, 0) || line.trimStart().startsWith("#")) {
      // Blank lines may belong to a block of text inside the item.
      if (this.#item === undefined) return;
      this.#item.push(line);
      this.#itemBytes += line.length + 1;
      this.#bounds.part(this.#itemBytes, "YAML", this.#itemLine);
    } else {
      this.#endItem();
      this.#dashes = undefined;
      this.#keep(line);
    }
  }

  /** From here on the list stays in its document, with the item that is open. */
  #joinList(line: string): void {
    const [first, ...rest] = this.#item ?? [];
    const indent = this.#dashes ?? 0;
    if (first !== undefined) this.#keep(`${first.slice(0, indent)}-${first.slice(indent + 1)}`);
    for (const one of rest) this.#keep(one);
    this.#item = undefined;
    this.#dashes = undefined;
    this.#hasAnchors = true;
    this.#keep(line);
  }

  #keep(line: string): void {
    this.#document.push(line);
    this.#documentBytes += line.length + 1;
    this.#bounds.part(this.#documentBytes, "YAML", this.#documentLine);
  }

  #endItem(): void {
    if (this.#item === undefined) return;
    const text = this.#item.join("\n");
    this.#item = undefined;
    const read = this.#parse(text, this.#itemLine);
    if (read !== undefined) this.#sink.item(read.value, "items");
  }

  #endDocument(): void {
    this.#endItem();
    this.#dashes = undefined;
    this.#hasAnchors = false;
    this.#documentBytes = 0;
    const lines = this.#document;
    this.#document = [];
    if (lines.every((line) => /^\s*(?:#|$)/.test(line))) return;
    const read = this.#parse(lines.join("\n"), this.#documentLine);
    if (read !== undefined && read.value !== null && read.value !== undefined) this.#sink.document(read.value);
  }

  #parse(text: string, firstLine: number): { readonly value: unknown } | undefined {
    const read = readYaml(text);
    if (read.ok) return { value: read.value };
    const { line, column, reason } = read;
    this.#sink.broken({ firstLine, line: firstLine + line - 1, column, reason, text });
    return undefined;
  }
}
