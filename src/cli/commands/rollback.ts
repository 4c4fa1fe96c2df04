import { rollbackChange } from "../../app/migrate/migrate.ts";
import { changing, changingNothing } from "../../app/run/changing.ts";
import { standingMigrations } from "../../migration/history.ts";
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
      .option("--plan", "show what would be undone and stop")
      .option("--json", "the outcome as one JSON document");
  },
  run: async (context, _args, given) => {
    const cluster = text(given, "cluster");
    const toStage = whole(given, "toStage");
    const isJson = flag(given, "json");
    const { world, entries } = await changingNothing(async () => {
      const world = await context.world(given);
      return { world, entries: (await world.journal.read()).entries };
    });
    const change = rollbackChange({
      by: context.who,
      ...(cluster === undefined ? {} : { cluster }),
      ...(toStage === undefined ? {} : { toStage }),
    });
    const end = await changing(change, {
      world,
      show: (plan) => {
        if (isJson) return;
        const standing = toStage === undefined ? standingMigrations(entries, plan.cluster.name) : [];
        // Every migration that stands done goes back, newest first.
        for (const one of standing.length === 0 ? [plan] : standing)
          context.out(rollbackPlanText(one, entries, toStage));
      },
      isPlanOnly: flag(given, "plan"),
    });
    const plan = end.prepared;
    if (end.kind !== "changed") {
      if (isJson) context.out(migrationJson("rollback", { plan }));
      return 0;
    }
    const { outcome } = end;
    context.out(isJson ? migrationJson("rollback", { plan, rollback: outcome }) : rollbackText(outcome));
    if (outcome.kind === "interrupted") return 130;
    return outcome.left.length === 0 && outcome.problem === undefined ? 0 : 1;
  },
};
