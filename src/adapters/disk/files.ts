import { mkdir, open, readdir, readFile, rename, stat, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Fault } from "../../fault/fault.ts";
import type { Files } from "../../ports/files.ts";

/** A folder deeper than this is a loop of links or not meant for us. */
const maxDepth = 12;
const maxFiles = 20_000;

/** The user's disk. */
export class DiskFiles implements Files {
  async read(path: string): Promise<Uint8Array> {
    try {
      return await readFile(path);
    } catch (error) {
      throw diskFault(path, "read", error);
    }
  }

  async stat(path: string): Promise<{ readonly kind: "file" | "folder"; readonly modifiedMs: number } | undefined> {
    try {
      const found = await stat(path);
      return { kind: found.isDirectory() ? "folder" : "file", modifiedMs: found.mtimeMs };
    } catch (error) {
      if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return undefined;
      throw diskFault(path, "read", error);
    }
  }

  async list(folder: string): Promise<readonly string[]> {
    const files: string[] = [];
    const walk = async (path: string, depth: number): Promise<void> => {
      for (const entry of (await readdir(path, { withFileTypes: true })).toSorted((a, b) =>
        a.name < b.name ? -1 : 1,
      )) {
        if (entry.name.startsWith(".") || entry.name === "node_modules") continue;
        const child = join(path, entry.name);
        if (entry.isFile()) files.push(child);
        else if (entry.isDirectory() && depth < maxDepth) await walk(child, depth + 1);
        if (files.length > maxFiles) {
          throw new Fault("file.tooMany", `${folder} holds more than ${maxFiles} files`, {
            hint: "name the folder of dumps itself",
          });
        }
      }
    };
    try {
      await walk(folder, 0);
    } catch (error) {
      throw diskFault(folder, "read", error);
    }
    return files;
  }

  async write(path: string, content: string | Uint8Array): Promise<void> {
    await mkdir(dirname(path), { recursive: true }).catch((error: unknown) => {
      throw diskFault(path, "write", error);
    });
    await writeWhole(path, async (handle) => void (await handle.write(content)));
  }
}

/** The part of a file handle that `writeWhole` lends. */
export interface Sink {
  write(content: string | Uint8Array): Promise<unknown>;
}

/** Writes beside the target, flushes, then renames: readers see the old file or the whole new one. What fails leaves nothing behind. */
export async function writeWhole(path: string, fill: (sink: Sink) => Promise<void>): Promise<void> {
  const beside = join(dirname(path), `.${basename(path)}.${randomSuffix()}.part`);
  try {
    const handle = await open(beside, "wx", 0o600);
    try {
      await fill({ write: (content) => handle.writeFile(content) });
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(beside, path);
  } catch (error) {
    await unlink(beside).catch(() => undefined);
    throw diskFault(path, "write", error);
  }
}

/** A system error as a fault that names the path. Faults and bugs pass through. */
export function diskFault(path: string, doing: "read" | "write", error: unknown): unknown {
  if (error instanceof Fault || !(error instanceof Error) || !("code" in error)) return error;
  const cause = { cause: error };
  switch (error.code) {
    case "ENOENT":
    case "ENOTDIR":
      if (doing === "write") {
        return new Fault("file.missing", `the folder of ${path} does not exist`, {
          ...cause,
          hint: "make it first",
        });
      }
      return new Fault("file.missing", `${path} does not exist`, { ...cause, hint: "check the path" });
    case "EACCES":
    case "EPERM":
      return new Fault(
        "file.unreadable",
        `${path} may not be ${doing === "read" ? "read" : "written"} by this user`,
        cause,
      );
    case "EISDIR":
      return new Fault("file.folder", `${path} is a folder`, { ...cause, hint: "name a file" });
    case "ENOSPC":
    case "EDQUOT":
      return new Fault("file.full", `${path}: no space left; nothing was written`, cause);
    default:
      return new Fault("file.unreadable", `cannot ${doing} ${path} (${String(error.code)})`, cause);
  }
}

function basename(path: string): string {
  return path.split("/").at(-1) ?? path;
}

function randomSuffix(): string {
  return Math.random().toString(36).slice(2, 10);
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
