/** Files the user named. Throws `Fault` (`file.missing`, `file.exists`, `file.unreadable`, `file.full`) with the path. */
export interface Files {
  read(path: string): Promise<Uint8Array>;
  /** Undefined when it does not exist. */
  stat(path: string): Promise<{ readonly kind: "file" | "folder"; readonly modifiedMs: number } | undefined>;
  /** All files below a folder, sorted by path. */
  list(folder: string): Promise<readonly string[]>;
  /** Whole or not at all: written beside the target, then renamed. Folders on the way are made. */
  write(path: string, content: string | Uint8Array): Promise<void>;
}
