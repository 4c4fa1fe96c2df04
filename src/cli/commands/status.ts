import { type MigrationStatus, readStatus } from "../../app/migrate/status.ts";
import { statusDocument, wordOf } from "../../report/status-json.ts";
import { statusText } from "../../report/text/status.ts";
import type { CommandModule } from "../command.ts";
import { addSourceOptions } from "../options.ts";
import { addOutputOptions, answerWith } from "../output.ts";
import { flag, text, wordsOf } from "./values.ts";

/** `dovetail status`: where the migration is, what it waits for, and the way back. Changes nothing. */
export const command: CommandModule = {
  configure: (command) => {
    command.option("--all", "with --json also the plan and every step");
    addSourceOptions(addOutputOptions(command, ["name"]));
  },
  run: async (context, _args, given) => {
    const world = await context.world(given);
    const words = wordsOf(given);
    const status = await readStatus(world, text(given, "cluster"));
    const next = nextCommand(status, words);
    const journal = world.journal.where;
    answerWith(context, given, {
      document: () => statusDocument(status, { journal, next, isAll: flag(given, "all") }),
      text: (view) =>
        status === undefined
          ? `no migration was begun (${journal})\nnext: ${next}\n`
          : statusText(status, { ...view, words }),
      names: () => [status === undefined ? "none" : wordOf(status)],
    });
    return status?.progress.failure === undefined ? 0 : 1;
  },
};

function nextCommand(status: MigrationStatus | undefined, words: string): string {
  const name =
    status === undefined || status.progress.end === "rolled-back"
      ? "migrate"
      : status.progress.end === "completed"
        ? "verify"
        : status.progress.isRollingBack
          ? "rollback"
          : "resume";
  return `dovetail ${name} ${words}`.trimEnd();
}
