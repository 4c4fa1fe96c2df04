import { changing } from "../../app/migrate/changing.ts";
import { rollback } from "../../app/migrate/migrate.ts";
import { lastMigration } from "../../app/migrate/prepare.ts";
import { changingNothing } from "../../app/run/changing.ts";
import { migrationJson } from "../../report/migrate-json.ts";
import { rollbackPlanText, rollbackText } from "../../report/text/migrate.ts";
import type { CommandModule } from "../command.ts";
import { addSourceOptions, addWriteOptions } from "../options.ts";
import { flag, text, whole } from "./values.ts";

/** `dovetail rollback`: undoes completed steps, newest first, to the recorded values. */
export const command: CommandModule = {
  configure: (command) => {
    addWriteOptions(addSourceOptions(command))
      .option("--to-stage <n>", "keep the stages up to this one (default: keep none)")
      .option("--json", "the outcome as one JSON document");
  },
  run: async (context, _args, given) => {
    const cluster = text(given, "cluster");
    const toStage = whole(given, "toStage");
    const isJson = flag(given, "json");
    const { world, plan } = await changingNothing(async () => {
      const world = await context.world(given);
      const { plan } = await lastMigration(world, cluster);
      const { entries } = await world.journal.read();
      if (!isJson) context.out(rollbackPlanText(plan, entries, toStage));
      return { world, plan };
    });
    const end = await changing(world, plan, () =>
      rollback(world, {
        by: context.who,
        ...(cluster === undefined ? {} : { cluster }),
        ...(toStage === undefined ? {} : { toStage }),
      }),
    );
    context.out(isJson ? migrationJson("rollback", { plan, rollback: end }) : rollbackText(end));
    if (end.kind === "interrupted") return 130;
    return end.left.length === 0 ? 0 : 1;
  },
};
