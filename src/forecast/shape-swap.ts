import type { NodePool } from "../karpenter/api.ts";
import type { InstanceType } from "../karpenter/instance-type.ts";
import { labelKeys } from "../karpenter/labels.ts";
import { typesHolding } from "../scheduling/pass/type-questions.ts";
import { machineCost, sumCosts } from "../money/cost.ts";
import type { SimulateInput } from "./options.ts";
import type { ForecastPass } from "./pass.ts";
import type { CheaperShape, FleetNode } from "./types.ts";
import { shapes } from "./workload.ts";

/** A swap must save at least this share of the planned machines to be worth a line. */
const worthShare = 0.05;
/** Families that Karpenter's own advice names for general use, of the generations sold today. */
const usual = /^[cmr][5-9][a-z]*\./;

/**
 * The type that would save most if the NodePools allowed it: each planned on-demand node keeps its pods and takes the cheapest usual
 * type of its architecture that holds them. Undefined when a price is unknown, or the saving would not be worth a change.
 */
export function swappedShape(input: SimulateInput, pass: ForecastPass): CheaperShape | undefined {
  const nodes = pass.nodes.filter((node) => node.capacityType === "on-demand");
  const total = sumCosts(nodes.map((node) => node.usdPerHour)).expected;
  if (total === undefined || total === 0) return undefined;
  const swaps = new Map<string, { from: string; to: string; nodes: number; before: number; after: number }>();
  const cheapest = cheapestFor(input, pass, nodes);
  for (const [at, node] of nodes.entries()) {
    const before = node.usdPerHour.expected;
    const to = cheapest[at];
    const after = to === undefined ? undefined : onDemand(input, to);
    if (
      before === undefined ||
      to === undefined ||
      after === undefined ||
      node.instanceType === undefined ||
      after >= before
    )
      continue;
    const key = `${node.instanceType} ${to.name}`;
    const swap = swaps.get(key) ?? { from: node.instanceType, to: to.name, nodes: 0, before: 0, after: 0 };
    swaps.set(key, { ...swap, nodes: swap.nodes + 1, before: swap.before + before, after: swap.after + after });
  }
  const [best] = Array.from(swaps.values()).toSorted((a, b) => b.before - b.after - (a.before - a.after));
  if (best === undefined || best.before - best.after < total * worthShare) return undefined;
  return {
    instanceType: best.to,
    nodes: best.nodes,
    usdPerHour: best.after,
    insteadOf: { instanceType: best.from, usdPerHour: best.before },
    isAllowed: false,
  };
}

/** For each node the cheapest usual type that would hold its pods if its pool allowed any size and family. */
function cheapestFor(
  input: SimulateInput,
  pass: ForecastPass,
  nodes: readonly FleetNode[],
): readonly (InstanceType | undefined)[] {
  const objects = { ...pass.asked.objects, nodepools: input.nodePools.map(opened) };
  const companies = nodes.map(({ owner = "", pods }) => ({
    nodePool: owner,
    pods: pods.flatMap((key) => pass.pods.get(key) ?? []),
  }));
  const holders = typesHolding({ ...pass.asked, objects }, companies);
  return nodes.map(({ owner = "", instanceType, usdPerHour }, at) => {
    const price = usdPerHour.expected;
    const planned = pass.types.byPool.get(owner)?.typeNamed(instanceType ?? "");
    if (price === undefined) return undefined;
    return (holders[at] ?? [])
      .filter((type) => usual.test(type.name) && archOf(type) === archOf(planned) && priceOf(input, type) < price)
      .toSorted((a, b) => priceOf(input, a) - priceOf(input, b) || (a.name < b.name ? -1 : 1))[0];
  });
}

function opened(pool: NodePool): NodePool {
  const { template } = pool.spec;
  const { labels, ...metadata } = template.metadata ?? {};
  const isOpen = (key: string): boolean => !shapes.has(key) && key !== labelKeys.instanceType;
  const requirements = (template.spec.requirements ?? []).filter(({ key }) => isOpen(key));
  const kept = Object.fromEntries(Object.entries(labels ?? {}).filter(([key]) => isOpen(key)));
  const spec = { ...template.spec, requirements };
  return { ...pool, spec: { ...pool.spec, template: { ...template, metadata: { ...metadata, labels: kept }, spec } } };
}

function archOf(type: InstanceType | undefined): string | undefined {
  return type?.requirements.find((one) => one.key === labelKeys.arch)?.values?.[0];
}

function onDemand(input: SimulateInput, type: InstanceType): number | undefined {
  return machineCost(input.prices, { type: type.name, capacityType: "on-demand" }).expected;
}

/** An unknown price is never the cheaper one. */
function priceOf(input: SimulateInput, type: InstanceType): number {
  return onDemand(input, type) ?? Number.POSITIVE_INFINITY;
}
