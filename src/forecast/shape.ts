import { isEligible } from "../karpenter/aws/type-info.ts";
import { computeCost, machineCost } from "../money/cost.ts";
import type { SimulateInput, SimulateOptions } from "./options.ts";
import type { ForecastPass } from "./pass.ts";
import type { CheaperShape, Fleet } from "./types.ts";

/** More candidates than this are not tried: each costs one run of the engine. */
const maxTries = 3;
/** Beyond this many pods a what-if is not asked for unbidden. */
const maxPods = 5_000;
/** A shape must save at least this share to be worth a line. */
const worthShare = 0.03;

/** What the search needs; `solveWith` runs the engine. */
export interface ShapeSearch {
  readonly input: SimulateInput;
  readonly options: SimulateOptions;
  readonly fleet: Fleet;
  readonly unplaced: number;
  readonly solveWith: (input: SimulateInput, options: SimulateOptions) => ForecastPass;
}

/**
 * A single on-demand type that the NodePools allow and that would carry everything for clearly less.
 *
 * Karpenter sizes each node by the pods it happens to hold and takes the cheapest type for it, one node at a time; with requests that
 * lean to one resource another mix can be cheaper. Candidates come from sums, the answer from the engine. Undefined when no such type
 * is clearly cheaper, a price is unknown, or the question is about pending pods, spot or given types only.
 */
export function cheaperShapeOf(search: ShapeSearch): CheaperShape | undefined {
  const { fleet, options, input } = search;
  const cost = computeCost(fleet.nodes, options, input.prices).expected;
  const isMixed = fleet.nodes.some((node) => node.isExisting || node.capacityType !== "on-demand");
  const pods = fleet.nodes.reduce((sum, node) => sum + node.pods.length, 0);
  if (
    cost === undefined ||
    options.isPendingOnly === true ||
    isMixed ||
    fleet.nodes.length < 2 ||
    pods > maxPods ||
    options.instanceTypes !== undefined
  ) {
    return undefined;
  }
  let best: CheaperShape | undefined;
  for (const type of candidates(search).slice(0, maxTries)) {
    const pass = search.solveWith(withOnly(input, type), { ...options, instanceTypes: [type] });
    const unplaced = pass.result.podErrors.size + pass.result.ignored.size;
    const usd = computeCost(pass.nodes, options, input.prices).expected;
    if (usd === undefined || unplaced > search.unplaced || usd > cost * (1 - worthShare)) continue;
    if (best === undefined || usd < best.usdPerHour)
      best = { instanceType: type, nodes: pass.nodes.length, usdPerHour: usd, isAllowed: true };
  }
  return best;
}

/** Types that Karpenter itself considered for some node, by what the sum of requests would cost on them alone. */
function candidates({ input, fleet }: ShapeSearch): readonly string[] {
  const considered = new Set(fleet.nodes.flatMap((node) => node.instanceTypes));
  const { requested, daemonRequested } = fleet.totals;
  const [cpu, memory] = [
    requested.cpuMilli - daemonRequested.cpuMilli,
    requested.memoryBytes - daemonRequested.memoryBytes,
  ];
  const daemonCpu = daemonRequested.cpuMilli / Math.max(1, fleet.nodes.length);
  const daemonMemory = daemonRequested.memoryBytes / Math.max(1, fleet.nodes.length);
  const rows = Array.from(considered).flatMap((name) => {
    const info = input.catalogue.types.get(name)?.info;
    const price = machineCost(input.prices, { type: name, capacityType: "on-demand" }).expected;
    if (info === undefined || price === undefined || !isEligible(info)) return [];
    const roomCpu = info.VCpuInfo.DefaultVCpus * 1000 * 0.97 - daemonCpu;
    const roomMemory = info.MemoryInfo.SizeInMiB * 2 ** 20 * 0.9 - daemonMemory;
    if (roomCpu <= 0 || roomMemory <= 0) return [];
    const nodes = Math.max(1, Math.ceil(cpu / roomCpu), Math.ceil(memory / roomMemory));
    return [{ name, usd: nodes * price }];
  });
  return rows.sort((a, b) => a.usd - b.usd || (a.name < b.name ? -1 : 1)).map((row) => row.name);
}

function withOnly(input: SimulateInput, type: string): SimulateInput {
  const nodePools = input.nodePools.map((pool) => {
    const { template } = pool.spec;
    const requirements = [
      ...(template.spec.requirements ?? []),
      { key: "node.kubernetes.io/instance-type", operator: "In", values: [type] },
    ];
    return { ...pool, spec: { ...pool.spec, template: { ...template, spec: { ...template.spec, requirements } } } };
  });
  return { ...input, nodePools };
}
