import { readStatus } from "../../app/migrate/status.ts";
import { migrationJson } from "../../report/migrate-json.ts";
import { statusText } from "../../report/text/status.ts";
import type { CommandModule } from "../command.ts";
import { addSourceOptions } from "../options.ts";
import { flag, text, wordsOf } from "./values.ts";

/** `dovetail status`: where the migration is, what it waits for, and the way back. Changes nothing. */
export const command: CommandModule = {
  configure: (command) => {
    addSourceOptions(command).option("--json", "one versioned JSON document instead of text");
  },
  run: async (context, _args, given) => {
    const world = await context.world(given);
    const status = await readStatus(world, text(given, "cluster"));
    if (status === undefined) {
      context.out(
        `no migration was begun (${world.journal.where})\nnext: dovetail migrate ${wordsOf(given)}`.trimEnd(),
      );
      return 0;
    }
    context.out(flag(given, "json") ? migrationJson("status", { status }) : statusText(status, wordsOf(given)));
    return status.progress.failure === undefined ? 0 : 1;
  },
};
