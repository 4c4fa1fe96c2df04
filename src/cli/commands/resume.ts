import { Option } from "commander";
import { resumeChange } from "../../app/migrate/migrate.ts";
import { changing, changingNothing } from "../../app/run/changing.ts";
import { planDocument } from "../../report/change-json.ts";
import { migrationPlanText } from "../../report/text/migrate.ts";
import type { CommandModule } from "../command.ts";
import { addSourceOptions, addWriteOptions, collect } from "../options.ts";
import { addOutputOptions, isText, answerWith } from "../output.ts";
import { tellEnd } from "./migration-exit.ts";
import { acceptedOf, flag, keepOf, repeated, text, wordsOf } from "./values.ts";

/** `dovetail resume`: looks at the step that was cut short, and goes on. */
export const command: CommandModule = {
  configure: (command) => {
    command
      .addOption(
        new Option("--keep <group=n>", "nodes of a group that stay by now; repeat it for more").argParser(collect),
      )
      .addOption(
        new Option("--accept <finding>", "go on although a workload lost a zone: ZONES=NAMESPACE/NAME").argParser(
          collect,
        ),
      )
      .option("--reason <text>", "why it is accepted; kept in the journal")
      .option("--all", "every step of the plan");
    addSourceOptions(addOutputOptions(addWriteOptions(command)));
  },
  run: async (context, _args, given) => {
    const cluster = text(given, "cluster");
    const world = await changingNothing(() => context.world(given));
    const keep = keepOf(repeated(given, "keep"));
    const accept = acceptedOf(repeated(given, "accept"), text(given, "reason"));
    const change = resumeChange({ by: context.who, keep, accept, ...(cluster === undefined ? {} : { cluster }) });
    const end = await changing(change, { world, isPlanOnly: flag(given, "plan") });
    const plan = end.prepared;
    if (end.kind === "changed") return tellEnd(context, given, { command: "resume", plan, end: end.outcome });
    const words = wordsOf(given);
    const isAll = flag(given, "all");
    if (isText(given))
      context.out(migrationPlanText(plan, { columns: context.columns, isColour: context.isColour, isAll, words }));
    else answerWith(context, given, { document: () => planDocument("resume", plan), text: () => "" });
    return 0;
  },
};
