import { pauseMigration, readStatus } from "../../app/migrate/status.ts";
import { versionedDocument } from "../../report/json.ts";
import type { CommandModule } from "../command.ts";
import { addSourceOptions } from "../options.ts";
import { addOutputOptions, answerWith } from "../output.ts";
import { again, text } from "./values.ts";

/** `dovetail pause`: asks a running migration, on this machine or a colleague's, to stop after its current step. */
export const command: CommandModule = {
  configure: (command) => {
    addSourceOptions(addOutputOptions(command));
  },
  run: async (context, _args, given) => {
    const world = await context.world(given);
    const isAsked = (await pauseMigration(world, `${context.who} (pause)`)) === "asked";
    const status = isAsked ? undefined : await readStatus(world, text(given, "cluster"));
    const isUnfinished = isAsked || (status !== undefined && status.progress.end === undefined);
    // Where nothing was begun, or all is over, there is nothing to go on with.
    const next = again(given, isUnfinished ? "resume" : "status");
    answerWith(context, given, {
      document: () => versionedDocument("pause", "pause", { asked: isAsked, next }),
      text: () =>
        isAsked
          ? `asked: the migration stops after its current step\ngo on: ${next}\n`
          : `no: no migration is running; nothing to pause\n${isUnfinished ? "go on" : "see"}: ${next}\n`,
    });
    return isAsked ? 0 : 1;
  },
};
