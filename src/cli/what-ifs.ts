import { type Command, InvalidArgumentError } from "commander";
import type { SimulateOptions } from "../forecast/options.ts";
import { usage } from "../fault/fault.ts";
import { collect } from "./options.ts";
import { shellWord } from "../kube/text.ts";
import type { PoolOptions } from "./forecast.ts";

/** Options that change what the engine is asked, in `simulate` and `explain` alike. */
export type WhatIfOptions = PoolOptions & {
  readonly pendingOnly?: boolean;
  readonly spot?: boolean;
  readonly onDemand?: boolean;
  readonly instanceTypes?: readonly string[];
  readonly withoutDaemonset?: readonly string[];
  readonly measuredOverhead?: boolean;
};

/** Adds them to a command. */
export function addWhatIfOptions(cli: Command): void {
  cli
    .option("--pending-only", "only pods that wait now, beside the nodes there are")
    .option("--spot", "every NodePool on spot")
    .option("--on-demand", "every NodePool on on-demand")
    .option("--instance-types <list>", "only these instance types, by comma", list)
    .option("--without-daemonset <name>", "leave a DaemonSet out (repeat for more)", collect)
    .option("--measured-overhead", "memory as live nodes report it instead of Karpenter's estimate");
}

/** The same for the simulation. Throws `usage.contradiction` for two capacity types. */
export function whatIfsOf(options: WhatIfOptions): SimulateOptions {
  if (options.spot === true && options.onDemand === true) {
    throw usage("contradiction", "--spot and --on-demand exclude each other", "pass one of them");
  }
  const capacityType = options.spot === true ? "spot" : options.onDemand === true ? "on-demand" : undefined;
  return {
    isPendingOnly: options.pendingOnly === true,
    hasMeasuredOverhead: options.measuredOverhead === true,
    ...(capacityType === undefined ? {} : { capacityType }),
    ...(options.instanceTypes === undefined ? {} : { instanceTypes: options.instanceTypes }),
    ...(options.withoutDaemonset === undefined ? {} : { withoutDaemonSets: options.withoutDaemonset }),
  };
}

/** The options that changed the question, to be repeated in a suggested command about the same answer. */
export function questionWords(options: WhatIfOptions): string {
  const {
    nodepools,
    karpenterVersion,
    prices,
    pendingOnly,
    spot,
    onDemand,
    instanceTypes,
    withoutDaemonset,
    measuredOverhead,
  } = options;
  return [
    ...(nodepools === undefined ? [] : [`--nodepools ${shellWord(nodepools)}`]),
    ...(karpenterVersion === undefined ? [] : [`--karpenter-version ${shellWord(karpenterVersion)}`]),
    ...(prices === undefined ? [] : [`--prices ${shellWord(prices)}`]),
    ...(pendingOnly === true ? ["--pending-only"] : []),
    ...(spot === true ? ["--spot"] : []),
    ...(onDemand === true ? ["--on-demand"] : []),
    ...(instanceTypes === undefined ? [] : [`--instance-types ${instanceTypes.join(",")}`]),
    ...(withoutDaemonset ?? []).map((name) => `--without-daemonset ${shellWord(name)}`),
    ...(measuredOverhead === true ? ["--measured-overhead"] : []),
  ].join(" ");
}

function list(value: string): readonly string[] {
  const names = value
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  if (names.length === 0) throw new InvalidArgumentError("it is a list of instance types by comma.");
  return names;
}
