/** Files the user named, for somebody who only looks. Throws `Fault` (`file.missing`, `file.unreadable`) with the path. */
export interface FileReader {
  read(path: string): Promise<Uint8Array>;
  /** Undefined when it does not exist. */
  stat(path: string): Promise<{ readonly kind: "file" | "folder"; readonly modifiedMs: number } | undefined>;
  /** All files below a folder, sorted by path. */
  list(folder: string): Promise<readonly string[]>;
}

/** Files the user named. Throws `Fault` (`file.exists`, `file.full` beside those of reading) with the path. */
export interface Files extends FileReader {
  /** Whole or not at all: written beside the target, then renamed. Folders on the way are made. */
  write(path: string, content: string | Uint8Array): Promise<void>;
}
