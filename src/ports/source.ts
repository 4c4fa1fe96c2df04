import type { RedactedSnapshot } from "../snapshot/snapshot.ts";
import type { Host } from "./host.ts";

/** Where a snapshot comes from: live cluster, snapshot file, folder or stream of dumps, sandbox. One loader each, same result. */
export interface SnapshotReader {
  /** For messages. */
  readonly name: string;
  read(host: Host): Promise<RedactedSnapshot>;
}
