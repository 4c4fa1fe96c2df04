import { InvalidArgumentError, type Command } from "commander";
import type { SimulateOptions } from "../../app/simulate/options.ts";
import type { Pools } from "../../app/simulate/pools.ts";
import type { SimulationOutcome } from "../../app/simulate/types.ts";
import { usage } from "../../ports/fault.ts";
import { compareText } from "../../report/text/simulate-compare.ts";
import { simulateText } from "../../report/text/simulate.ts";
import type { CommandModule, Context, ExitCode } from "../command.ts";
import { addSourceOptions } from "../options.ts";
import { addPoolOptions, type Base, inputOf, type PoolOptions, poolsOf } from "../simulate-input.ts";
import { sourceWords } from "../source-words.ts";

type Options = PoolOptions & {
  readonly compare?: string;
  readonly pendingOnly?: boolean;
  readonly spot?: boolean;
  readonly onDemand?: boolean;
  readonly instanceTypes?: readonly string[];
  readonly withoutDaemonset?: readonly string[];
  readonly discount?: number;
  readonly savingsPlan?: number;
  readonly savingsPlanDiscount?: number;
  readonly perNodeFee?: number;
  readonly measuredOverhead?: boolean;
  readonly json?: boolean;
  readonly all?: boolean;
};

/** `dovetail simulate` */
export const command: CommandModule = {
  configure: (cli) => {
    addSourceOptions(cli);
    addPoolOptions(cli);
    addOwnOptions(cli);
  },
  run: (context, _args, options) => run(context, options as unknown as Options),
};

function addOwnOptions(cli: Command): void {
  cli
    .option("--compare <path>", "a second set of NodePools, shown beside the first")
    .option("--pending-only", "only pods that wait now, beside the nodes there are")
    .option("--spot", "every NodePool on spot")
    .option("--on-demand", "every NodePool on on-demand")
    .option("--instance-types <list>", "only these instance types, by comma", list)
    .option("--without-daemonset <name>", "leave a DaemonSet out (repeat for more)", collect)
    .option("--discount <percent>", "off on-demand list prices", percent)
    .option("--savings-plan <usd>", "committed USD per hour of a Savings Plan", dollars)
    .option("--savings-plan-discount <percent>", "what its rate lies below list (default 28)", percent)
    .option("--per-node-fee <usd>", "USD per node and hour for agents that charge by node", dollars)
    .option("--measured-overhead", "memory as live nodes report it instead of Karpenter's estimate")
    .option("--json", "one versioned JSON document instead of text")
    .option("--all", "every pod and every row");
}

async function run(context: Context, options: Options): Promise<ExitCode> {
  if (options.spot === true && options.onDemand === true) {
    throw usage("contradiction", "--spot and --on-demand exclude each other", "pass one of them");
  }
  const host = context.host(options);
  const snapshot = await (await context.reader(options)).read(host);
  const base = await inputOf(context, options, snapshot, options.instanceTypes);
  const outcome = await simulateWith(context, options, base, await poolsOf(options.nodepools, snapshot));
  if (options.compare !== undefined) {
    const other = await simulateWith(context, options, base, await poolsOf(options.compare, snapshot));
    context.out(
      options.json === true
        ? JSON.stringify({ schema: "dovetail.comparison/1", first: outcome, second: other })
        : compareText(outcome, other),
    );
    return exitOf(outcome);
  }
  const view = { isAll: options.all === true, sourceOptions: sourceWords(options) };
  context.out(options.json === true ? JSON.stringify(outcome) : simulateText(outcome, view));
  return exitOf(outcome);
}

async function simulateWith(context: Context, options: Options, base: Base, pools: Pools): Promise<SimulationOutcome> {
  const { simulate } = await import("../../app/simulate/simulate.ts");
  const pods = base.snapshot.objects.pods?.length ?? 0;
  const progress = context.host(options).progress(`simulating ${pods} pods`);
  try {
    const { nodePools, nodeClasses, source } = pools;
    return simulate({ ...base, nodePools, nodeClasses, nodePoolSource: source }, optionsOf(options)).outcome;
  } finally {
    progress.end();
  }
}

function optionsOf(options: Options): SimulateOptions {
  const capacityType = options.spot === true ? "spot" : options.onDemand === true ? "on-demand" : undefined;
  return {
    isPendingOnly: options.pendingOnly === true,
    hasMeasuredOverhead: options.measuredOverhead === true,
    ...(capacityType === undefined ? {} : { capacityType }),
    ...(options.instanceTypes === undefined ? {} : { instanceTypes: options.instanceTypes }),
    ...(options.withoutDaemonset === undefined ? {} : { withoutDaemonSets: options.withoutDaemonset }),
    ...(options.discount === undefined ? {} : { discountPercent: options.discount }),
    ...(options.savingsPlan === undefined ? {} : { savingsPlanUsdPerHour: options.savingsPlan }),
    ...(options.savingsPlanDiscount === undefined ? {} : { savingsPlanDiscountPercent: options.savingsPlanDiscount }),
    ...(options.perNodeFee === undefined ? {} : { perNodeFeeUsdPerHour: options.perNodeFee }),
  };
}

/** No is an answer too: pods that do not fit, or a bill that grows. */
function exitOf({ verdict }: SimulationOutcome): ExitCode {
  return verdict.answer === "does-not-fit" || verdict.answer === "costs-more" ? 1 : 0;
}

function list(value: string): readonly string[] {
  const names = value
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  if (names.length === 0) throw new InvalidArgumentError("it is a list of instance types by comma.");
  return names;
}

function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

function percent(value: string): number {
  const number = Number(value.replace(/%$/, ""));
  if (!(number >= 0 && number < 100)) throw new InvalidArgumentError("it is a percentage from 0 to below 100.");
  return number;
}

function dollars(value: string): number {
  const number = Number(value.replace(/^\$/, ""));
  if (!(number >= 0)) throw new InvalidArgumentError("it is an amount in USD, such as 0.03.");
  return number;
}
