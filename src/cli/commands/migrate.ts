import { type Command, Option } from "commander";
import { migrateChange } from "../../app/migrate/migrate.ts";
import { type MigrationFacts, readMigrationFacts } from "../../app/migrate/prepare.ts";
import { changing, changingNothing } from "../../app/run/changing.ts";
import type { MigrationPlan } from "../../migration/plan.ts";
import type { Reading } from "../../ports/world.ts";
import { defaultOptions, type MigrationOptions, type WaveSize } from "../../migration/shift/options.ts";
import { usage } from "../../fault/fault.ts";
import type { ShiftOutlook } from "../../app/forecast/shift-forecast.ts";
import { planDocument } from "../../report/change-json.ts";
import { migrationPlanText } from "../../report/text/migrate.ts";
import type { CommandModule, Context, ExitCode } from "../command.ts";
import { refuseTogether } from "../conflicts.ts";
import { addSourceOptions, addWriteOptions, collect, filled } from "../options.ts";
import { addOutputOptions, isText, answerWith } from "../output.ts";
import { tellEnd } from "./migration-exit.ts";
import { acceptedOf, duration, flag, keepOf, repeated, text, whole, wordsOf } from "./values.ts";

type Given = Readonly<Record<string, unknown>>;

/** `dovetail migrate`: shows the plan, asks for the cluster's name, and moves the cluster stage by stage. */
export const command: CommandModule = { configure, run };

function configure(command: Command): void {
  const many = (flags: string, description: string): Option => new Option(flags, description).argParser(collect);
  command
    .addOption(filled(many("--group <name>", "only this node group; repeat it for more"), "group"))
    .addOption(many("--keep <group=n>", "nodes of a group that stay; repeat it for more"))
    .option("--wave <n|p%>", "nodes of a group shifted at once (default 25%)")
    .addOption(
      many(
        "--move-bare <pod>",
        "move this pod although nothing makes it again: NAMESPACE/NAME, NAMESPACE/* or *; repeat it for more",
      ),
    )
    .addOption(
      many(
        "--move-protected <pod>",
        "move this pod although it is marked do-not-disrupt or not safe to evict; repeat it for more",
      ),
    )
    .addOption(many("--accept <finding>", "go on although this is known to be in the way: CODE=NAMESPACE/NAME"))
    .option("--reason <text>", "why it is accepted; kept in the journal")
    .option("--drain-timeout <duration>", "how long one wave may wait for its pods: 90s, 15m, 1h (default 15m)")
    .option("--gate-timeout <duration>", "how long a gate may stay closed (default 10m)")
    .option("--cost-percent <n>", "close the gate above this share of the forecast (default 125)")
    .option("--no-forecast", "do not simulate first: no cost gate, and verify has nothing to compare with")
    .option("--placeholder-image <image>", "image of the pods that hold room")
    .option("--all", "every step of the plan");
  addSourceOptions(addOutputOptions(addWriteOptions(command)));
}

async function run(context: Context, _args: readonly string[], given: Given): Promise<ExitCode> {
  refuseTogether(given, [["no-forecast", "costPercent"]]);
  const words = wordsOf(given);
  const isPerson = isText(given);
  const { world, options } = await changingNothing(async () => ({
    options: optionsOf(given),
    world: await context.world(given),
  }));
  const change = migrateChange((reading) => factsFor(reading, given), { by: context.who, options });
  const show = (plan: MigrationPlan): void => {
    const view = { columns: context.columns, isColour: context.isColour, isAll: flag(given, "all"), words };
    if (isPerson) context.out(migrationPlanText(plan, view));
  };
  const end = await changing(change, { world, show, isPlanOnly: flag(given, "plan") });
  const plan = end.prepared;
  if (end.kind === "refused") {
    for (const one of end.refusals) context.note(`error: ${one.reason}\n  fix: ${one.fix}`);
    context.note("\nnothing was changed");
    if (!isPerson) answerWith(context, given, { document: () => planDocument("migrate", plan), text: () => "" });
    return 1;
  }
  if (end.kind !== "changed") {
    if (!isPerson) answerWith(context, given, { document: () => planDocument("migrate", plan), text: () => "" });
    return 0;
  }
  return tellEnd(context, given, { command: "migrate", plan, end: end.outcome });
}

/** The cluster as it is now, and what Karpenter would run on it unless nobody wants to know. */
async function factsFor(world: Reading, given: Given): Promise<MigrationFacts> {
  const facts = await readMigrationFacts(world, text(given, "cluster"));
  return given["forecast"] === false
    ? facts
    : { ...facts, ...(await outlookOf(world, facts, repeated(given, "group"))) };
}

async function outlookOf(
  world: Reading,
  { snapshot, groups }: MigrationFacts,
  asked: readonly string[],
): Promise<ShiftOutlook | undefined> {
  const [{ loadCatalogue }, { forecastShift }] = await Promise.all([
    import("../../adapters/disk/catalogue.ts"),
    import("../../app/forecast/shift-forecast.ts"),
  ]);
  const left = asked.length === 0 ? [] : groups.filter(({ name }) => !asked.includes(name));
  const staying = new Set(left.flatMap(({ nodeNames }) => nodeNames));
  return forecastShift(world, { snapshot, catalogueOf: loadCatalogue, staying });
}

/** Reads what the user decided. Throws usage faults that show the right form. */
export function optionsOf(given: Given): MigrationOptions {
  const drainMs = duration(given, "drainTimeout");
  const gateMs = duration(given, "gateTimeout");
  const groups = repeated(given, "group");
  const image = text(given, "placeholderImage");
  return {
    ...defaultOptions,
    ...(groups.length === 0 ? {} : { groups }),
    keep: keepOf(repeated(given, "keep")),
    waveSize: waveOf(text(given, "wave")),
    accepted: acceptedOf(repeated(given, "accept"), text(given, "reason")),
    consents: { bare: repeated(given, "moveBare"), protected: repeated(given, "moveProtected") },
    costPercent: whole(given, "costPercent") ?? defaultOptions.costPercent,
    timeouts: {
      ...defaultOptions.timeouts,
      ...(drainMs === undefined ? {} : { drainMs }),
      ...(gateMs === undefined ? {} : { gateMs }),
    },
    ...(image === undefined ? {} : { placeholderImage: image }),
  };
}

function waveOf(value: string | undefined): WaveSize {
  if (value === undefined) return defaultOptions.waveSize;
  const [, digits, percent] = /^(\d+)(%)?$/.exec(value) ?? [];
  const amount = Number(digits ?? 0);
  if (amount === 0 || (percent !== undefined && amount > 100)) {
    throw usage(
      "wave",
      `--wave ${value} is neither a number of nodes nor a share`,
      "write it as --wave 2 or --wave 25%",
    );
  }
  return percent === undefined ? { nodes: amount } : { percent: amount };
}
