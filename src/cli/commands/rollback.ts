import type { JournalEntry } from "../../migration/journal.ts";
import { standingMigrations } from "../../migration/history.ts";
import type { MigrationPlan } from "../../migration/plan.ts";
import { rollbackChange } from "../../app/migrate/migrate.ts";
import { changing, changingNothing } from "../../app/run/changing.ts";
import { undoPlanDocument } from "../../report/change-json.ts";
import { migrationDocument } from "../../report/migrate-json.ts";
import { rollbackPlanText, rollbackText, stepsToUndo } from "../../report/text/migrate.ts";
import type { CommandModule } from "../command.ts";
import { addSourceOptions, addWriteOptions } from "../options.ts";
import { addOutputOptions, isText, answerWith } from "../output.ts";
import { again, flag, text, whole } from "./values.ts";

/** `dovetail rollback`: undoes completed steps, newest first, to the recorded values. */
export const command: CommandModule = {
  configure: (command) => {
    command.option("--to-stage <n>", "keep the stages up to this one (default: keep none)");
    addSourceOptions(addOutputOptions(addWriteOptions(command)));
  },
  run: async (context, _args, given) => {
    const cluster = text(given, "cluster");
    const toStage = whole(given, "toStage");
    const isPerson = isText(given);
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
        if (!isPerson) return;
        for (const one of goingBack(plan, entries, toStage)) {
          const view = { columns: context.columns, ...(toStage === undefined ? {} : { toStage }) };
          context.out(rollbackPlanText(one, entries, view));
        }
      },
      isPlanOnly: flag(given, "plan"),
    });
    const plan = end.prepared;
    if (end.kind !== "changed") {
      const steps = goingBack(plan, entries, toStage).flatMap((one) => stepsToUndo(one, entries, toStage));
      if (!isPerson) {
        answerWith(context, given, {
          document: () => undoPlanDocument("rollback", plan.cluster.name, steps),
          text: () => "",
        });
      }
      return 0;
    }
    const { outcome } = end;
    const next = outcome.kind === "interrupted" ? again(given, "rollback") : again(given, "status");
    answerWith(context, given, {
      document: () => migrationDocument("rollback", { plan, rollback: outcome }),
      text: () => rollbackText(outcome, next),
    });
    if (outcome.kind === "interrupted") return 130;
    return outcome.left.length === 0 && outcome.problem === undefined ? 0 : 1;
  },
};

/** Every migration that stands done goes back, newest first; with a stage to go back to only the last one. */
function goingBack(
  plan: MigrationPlan,
  entries: readonly JournalEntry[],
  toStage: number | undefined,
): readonly MigrationPlan[] {
  const standing = toStage === undefined ? standingMigrations(entries, plan.cluster.name) : [];
  return standing.length === 0 ? [plan] : standing;
}
