import type { MigrationEnd } from "../../app/migrate/run.ts";
import type { ExitCode } from "../command.ts";

/** What the shell learns of a run's end: a closed gate is a no, a clean stop is a stop. */
export function exitOf(end: MigrationEnd): ExitCode {
  switch (end.kind) {
    case "completed":
    case "paused":
      return 0;
    case "gate-closed":
      return 1;
    case "interrupted":
      return 130;
  }
}
