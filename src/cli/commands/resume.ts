import { changing } from "../../app/migrate/changing.ts";
import { lastMigration } from "../../app/migrate/prepare.ts";
import { resume } from "../../app/migrate/migrate.ts";
import { changingNothing } from "../../app/run/changing.ts";
import { migrationJson } from "../../report/migrate-json.ts";
import { migrationEndText } from "../../report/text/migrate.ts";
import type { CommandModule } from "../command.ts";
import { addSourceOptions, addWriteOptions } from "../options.ts";
import { exitOf } from "./migration-exit.ts";
import { flag, text, wordsOf } from "./values.ts";

/** `dovetail resume`: looks at the step that was cut short, and goes on. */
export const command: CommandModule = {
  configure: (command) => {
    addWriteOptions(addSourceOptions(command)).option("--json", "the outcome as one JSON document");
  },
  run: async (context, _args, given) => {
    const cluster = text(given, "cluster");
    const which = cluster === undefined ? {} : { cluster };
    const { world, plan } = await changingNothing(async () => {
      const world = await context.world(given);
      return { world, plan: (await lastMigration(world, cluster)).plan };
    });
    const { end } = await changing(world, plan, () => resume(world, { by: context.who, ...which }));
    const isJson = flag(given, "json");
    context.out(isJson ? migrationJson("resume", { plan, end }) : migrationEndText(end, plan, wordsOf(given)));
    return exitOf(end);
  },
};
