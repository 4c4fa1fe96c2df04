import { resumeChange } from "../../app/migrate/migrate.ts";
import { changing, changingNothing } from "../../app/run/changing.ts";
import { migrationJson } from "../../report/migrate-json.ts";
import { migrationEndText, migrationPlanText } from "../../report/text/migrate.ts";
import type { CommandModule } from "../command.ts";
import { addSourceOptions, addWriteOptions } from "../options.ts";
import { exitOf } from "./migration-exit.ts";
import { flag, keepOf, many, repeated, text, wordsOf } from "./values.ts";

/** `dovetail resume`: looks at the step that was cut short, and goes on. */
export const command: CommandModule = {
  configure: (command) => {
    addWriteOptions(addSourceOptions(command))
      .option("--keep <group=n>", "nodes of a group that stay by now; repeat it for more", many)
      .option("--plan", "show the plan and stop")
      .option("--json", "the outcome as one JSON document");
  },
  run: async (context, _args, given) => {
    const cluster = text(given, "cluster");
    const isJson = flag(given, "json");
    const isPlanOnly = flag(given, "plan");
    const words = wordsOf(given);
    const world = await changingNothing(() => context.world(given));
    const keep = keepOf(repeated(given, "keep"));
    const change = resumeChange({ by: context.who, keep, ...(cluster === undefined ? {} : { cluster }) });
    const end = await changing(change, { world, isPlanOnly });
    const plan = end.prepared;
    if (end.kind !== "changed") {
      context.out(isJson ? migrationJson("resume", { plan }) : migrationPlanText(plan, words));
      return 0;
    }
    const { outcome } = end;
    context.out(isJson ? migrationJson("resume", { plan, end: outcome }) : migrationEndText(outcome, plan, words));
    return exitOf(outcome);
  },
};
