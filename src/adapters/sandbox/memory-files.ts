import { Fault } from "../../fault/fault.ts";
import type { Files } from "../../ports/files.ts";

/** Files that exist in memory only: for tests and for a sandbox that writes nothing to the disk. */
export class MemoryFiles implements Files {
  readonly #files = new Map<string, Uint8Array>();

  async read(path: string): Promise<Uint8Array> {
    const content = this.#files.get(path);
    if (content === undefined) throw new Fault("file.missing", `${path}: no such file`, {});
    return content;
  }

  async stat(path: string): Promise<{ readonly kind: "file" | "folder"; readonly modifiedMs: number } | undefined> {
    if (this.#files.has(path)) return { kind: "file", modifiedMs: 0 };
    const isFolder = [...this.#files.keys()].some((one) => one.startsWith(`${path}/`));
    return isFolder ? { kind: "folder", modifiedMs: 0 } : undefined;
  }

  async list(folder: string): Promise<readonly string[]> {
    return [...this.#files.keys()].filter((path) => path.startsWith(`${folder}/`)).toSorted();
  }

  async write(path: string, content: string | Uint8Array): Promise<void> {
    this.#files.set(path, typeof content === "string" ? new TextEncoder().encode(content) : content);
  }
}
