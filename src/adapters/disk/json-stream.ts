import type { ReadBounds } from "./bounds.ts";
import { parseJsonText } from "./json-text.ts";

/** Told of every item of a large list, and of every document with those items taken out. */
export interface JsonSink {
  /** One element of `items`, or of a list below `objects` (then `list` is its key). */
  item(value: unknown, list: string): void;
  document(value: unknown): void;
}

const quote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const comma = 0x2c;
const colon = 0x3a;

/**
 * Reads JSON of any size with the memory of its largest item: elements of `items` (kubectl) and of `objects.*` (snapshots) are parsed
 * one by one and left out of the document. Several documents after another are several documents.
 */
export class JsonSplitter {
  readonly #sink: JsonSink;
  readonly #origin: string;
  readonly #bounds: ReadBounds;
  #outsideBytes = 0;
  #insideBytes = 0;
  /** Keys of the open objects and arrays outside items. */
  readonly #stack: { readonly isArray: boolean; readonly key: string }[] = [];
  #outside: Buffer[] = [];
  #inside: Buffer[] = [];
  #itemDepth = 0;
  #inString = false;
  #isEscaped = false;
  #key = "";
  #text: Buffer[] = [];
  #line = 1;
  #itemLine = 1;

  constructor(sink: JsonSink, origin: string, bounds: ReadBounds) {
    this.#sink = sink;
    this.#origin = origin;
    this.#bounds = bounds;
  }

  /** The next piece. Pieces may cut anything anywhere. */
  push(piece: Buffer): void {
    let from = 0;
    let i = 0;
    while (i < piece.length) {
      if (this.#inString) {
        i = this.#skipString(piece, i, from);
        continue;
      }
      const code = piece[i];
      if (code === 0x0a) this.#line += 1;
      if (this.#itemDepth > 0) {
        if (code === quote) this.#inString = true;
        else if (code === openBrace || code === openBracket) {
          this.#itemDepth += 1;
          this.#bounds.depth(this.#itemDepth, this.#line);
        } else if (code === closeBrace || code === closeBracket) {
          this.#itemDepth -= 1;
          if (this.#itemDepth === 0) {
            this.#inside.push(piece.subarray(from, i + 1));
            this.#endItem();
            from = i + 1;
          }
        }
      } else if (code === openBrace && this.#list() !== undefined) {
        this.#keep(piece.subarray(from, i));
        this.#itemDepth = 1;
        this.#itemLine = this.#line;
        from = i;
      } else if (code === comma && this.#list() !== undefined) {
        this.#keep(piece.subarray(from, i));
        from = i + 1;
      } else if (this.#step(code, piece.subarray(from, i + 1))) {
        from = i + 1;
      }
      i += 1;
    }
    this.#keep(piece.subarray(from));
  }

  /** Keeps a part of a piece for the object or document that it belongs to: a copy, or it would hold the whole piece. */
  #keep(rest: Buffer): void {
    if (rest.length === 0) return;
    if (this.#itemDepth > 0) {
      this.#inside.push(Buffer.from(rest));
      this.#insideBytes += rest.length;
      this.#bounds.part(this.#insideBytes, "JSON", this.#itemLine);
    } else {
      this.#outside.push(Buffer.from(rest));
      this.#outsideBytes += rest.length;
      this.#bounds.part(this.#outsideBytes, "JSON", 1);
    }
  }

  /** No more pieces. */
  end(): void {
    if (this.#itemDepth > 0) this.#endItem();
    const left = Buffer.concat(this.#outside);
    this.#outside = [];
    const text = left.toString("utf8").trim();
    if (text !== "") this.#sink.document(parseJsonText(text, this.#origin, 1));
  }

  /** Outside items: keeps the path. True when a document ended with `upTo`. */
  #step(code: number | undefined, upTo: Buffer): boolean {
    switch (code) {
      case quote:
        this.#inString = true;
        this.#text = [];
        return false;
      case colon:
        this.#key = Buffer.concat(this.#text).toString("utf8");
        return false;
      case openBrace:
      case openBracket:
        this.#stack.push({ isArray: code === openBracket, key: this.#key });
        this.#bounds.depth(this.#stack.length, this.#line);
        this.#key = "";
        return false;
      case closeBrace:
      case closeBracket:
        this.#stack.pop();
        if (this.#stack.length > 0) return false;
        this.#outside.push(upTo);
        this.#sink.document(parseJsonText(Buffer.concat(this.#outside).toString("utf8"), this.#origin, 1));
        this.#outside = [];
        this.#outsideBytes = 0;
        return true;
      default:
        return false;
    }
  }

  /** The list whose direct element would start here; undefined elsewhere. */
  #list(): string | undefined {
    const depth = this.#stack.length;
    const top = this.#stack[depth - 1];
    if (top === undefined || !top.isArray) return undefined;
    if (depth === 2 && top.key === "items") return "items";
    return depth === 3 && this.#stack[1]?.key === "objects" ? top.key : undefined;
  }

  /** Index after the string's end, or the piece's length. */
  #skipString(piece: Buffer, start: number, from: number): number {
    let i = start;
    if (this.#isEscaped) {
      this.#isEscaped = false;
      i += 1;
    }
    while (i < piece.length) {
      const code = piece[i];
      if (code === quote) {
        this.#inString = false;
        break;
      }
      if (code === backslash) {
        i += 1;
        if (i >= piece.length) this.#isEscaped = true;
      }
      i += 1;
    }
    // Keys decide the path; only those outside items are kept.
    if (this.#itemDepth === 0)
      this.#text.push(Buffer.from(piece.subarray(Math.max(start, from), Math.min(i, piece.length))));
    return this.#inString ? piece.length : i + 1;
  }

  #endItem(): void {
    const bytes = this.#inside.length === 1 ? (this.#inside[0] ?? Buffer.alloc(0)) : Buffer.concat(this.#inside);
    this.#inside = [];
    this.#insideBytes = 0;
    this.#itemDepth = 0;
    const value = parseJsonText(bytes.toString("utf8"), this.#origin, this.#itemLine);
    this.#sink.item(value, this.#list() ?? "items");
  }
}
