import type { MigrationEnd } from "../../app/migrate/run.ts";
import type { MigrationPlan } from "../../migration/plan.ts";
import { migrationDocument } from "../../report/migrate-json.ts";
import { migrationEndText } from "../../report/text/migrate.ts";
import type { Context, ExitCode } from "../command.ts";
import { type OutputOptions, answerWith } from "../output.ts";
import { wordsOf } from "./values.ts";

/** Tells how a run of `migrate` or `resume` ended. */
export function tellEnd(
  context: Context,
  given: Readonly<Record<string, unknown>>,
  of: { readonly command: "migrate" | "resume"; readonly plan: MigrationPlan; readonly end: MigrationEnd },
): ExitCode {
  const { command, plan, end } = of;
  const options: OutputOptions & { readonly all?: boolean } = given;
  answerWith(context, options, {
    document: () => migrationDocument(command, { plan, end }),
    text: () => migrationEndText(end, plan, wordsOf(given)),
  });
  return exitOf(end);
}

/** What the shell learns of a run's end: a closed gate is a no, and what stopped before its end is not done. */
export function exitOf(end: MigrationEnd): ExitCode {
  switch (end.kind) {
    case "completed":
      return 0;
    case "paused":
      return 5;
    case "gate-closed":
      return 1;
    case "interrupted":
      return 130;
  }
}
