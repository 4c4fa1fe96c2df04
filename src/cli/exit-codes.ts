import type { ExitCode } from "./command.ts";

/** Every exit code in words: `dovetail help exit-codes`, README and docs/guide/scripts.md show this table. */
export const exitCodes: Readonly<Record<ExitCode, string>> = {
  0: "yes, or done",
  1: "no: findings, pods that do not fit, a closed gate, something left as it was",
  2: "the command line or an input file is wrong; nothing was read or changed",
  3: "the cluster, the account or the disk failed; it is safe to run again",
  4: "declined at the question; nothing was changed",
  5: "paused as asked; `dovetail resume` goes on",
  70: "a bug of dovetail",
  130: "interrupted by Ctrl-C",
};
