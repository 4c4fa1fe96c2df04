import { Fault } from "../../fault/fault.ts";
import { isMemoryShort, memoryHint } from "../memory.ts";

/** Unpacked bytes of one file: ten times a recording of 100 000 pods. What is longer is a bomb or no dump. */
const maxBytes = 4 * 2 ** 30;
/**
 * Bytes of one object, or of what stands around a list. An API server keeps objects up to 1.5 MB; what one byte may become in memory
 * differs by format.
 */
const maxPart = { JSON: 64 * 2 ** 20, YAML: 16 * 2 ** 20 } as const;
/** Deeper than any object of an API server. */
const maxDepth = 500;

/** Bounds of reading one file, so that what is too long ends as a fault and not as a crash. */
export class ReadBounds {
  readonly #origin: string;
  #bytes = 0;

  constructor(origin: string) {
    this.#origin = origin;
  }

  /** Counts a piece that was read. Throws `file.tooLarge`. */
  read(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > maxBytes) throw this.#tooLarge(`comes to more than ${maxBytes / 2 ** 30} GiB unpacked`);
    if (!isMemoryShort()) return;
    throw this.#tooLarge(`needs more memory than this process was given, ${Math.ceil(this.#bytes / 2 ** 20)} MiB in`);
  }

  /** Checks what is being put together: an object, a line, a document. Throws `file.tooLarge`. */
  part(bytes: number, format: keyof typeof maxPart, line: number): void {
    if (bytes <= maxPart[format]) return;
    const what = `holds more than ${maxPart[format] / 2 ** 20} MiB of ${format} in one object`;
    throw this.#tooLarge(`${what}, from line ${line} on`);
  }

  /** Checks how deep brackets lie within each other. Throws `file.tooDeep`. */
  depth(levels: number, line: number): void {
    if (levels <= maxDepth) return;
    throw new Fault("file.tooDeep", `${this.#origin}:${line}: nested more than ${maxDepth} levels deep`, {
      hint: "no API server serves such an object: take it out of the file",
    });
  }

  #tooLarge(what: string): Fault {
    return new Fault("file.tooLarge", `${this.#origin} ${what}`, {
      hint: `record the cluster with \`dovetail snapshot\`, dump fewer kinds, or ${memoryHint}`,
    });
  }
}
