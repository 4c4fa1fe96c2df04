import type { NodePool } from "../../karpenter/api.ts";
import type { InstanceType } from "../../karpenter/instance-type.ts";
import { awsLabels, labelKeys } from "../../karpenter/labels.ts";
import { podRequirements } from "../../karpenter/pod-requirements.ts";
import { together } from "../../karpenter/requirements.ts";
import { podRequests } from "../../kube/pod-requests.ts";
import { merge } from "../../kube/resource-list.ts";
import { daemonsOf, type Demand, poolRequirements, reasonAgainst } from "../explain/reasons.ts";
import { sumCosts } from "./cost.ts";
import type { SimulateInput } from "./options.ts";
import type { Pass } from "./pass.ts";
import type { CheaperShape, FleetNode } from "./types.ts";
import { shapes } from "./workload.ts";

/** A swap must save at least this share of the planned machines to be worth a line. */
const worthShare = 0.05;
/** Families that Karpenter's own advice names for general use, of the generations sold today. */
const usual = /^[cmr][5-9][a-z]*\./;

/**
 * The type that would save most if the NodePools allowed it: each planned on-demand node keeps its pods and takes the cheapest usual
 * type of its architecture that holds them.
 */
export function swappedShape(input: SimulateInput, pass: Pass): CheaperShape | undefined {
  const nodes = pass.nodes.filter((node) => node.capacityType === "on-demand");
  const total = sumCosts(nodes.map((node) => node.usdPerHour)).expected;
  if (total === undefined || total === 0) return undefined;
  const swaps = new Map<string, { from: string; to: string; nodes: number; before: number; after: number }>();
  const known = new Map<string, InstanceType | undefined>();
  for (const node of nodes) {
    const before = node.usdPerHour.expected;
    const to = cheapestFor(input, pass, { node, known });
    const after = to === undefined ? undefined : input.prices?.onDemandUsdPerHour.get(to.name);
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

/** Nodes with the same pods' needs get the same answer: kept by their requests and pool. */
function cheapestFor(
  input: SimulateInput,
  pass: Pass,
  { node, known }: { readonly node: FleetNode; readonly known: Map<string, InstanceType | undefined> },
): InstanceType | undefined {
  const pool = input.nodePools.find((one) => one.metadata.name === node.owner);
  const types = pass.types.byPool.get(node.owner ?? "")?.types;
  const price = node.usdPerHour.expected;
  if (pool === undefined || types === undefined || price === undefined) return undefined;
  const demand = demandOf(pool, pass, node);
  const planned = types.find((type) => type.name === node.instanceType);
  const key = JSON.stringify([
    pool.metadata.name,
    node.instanceType,
    Array.from(demand.requests, ([name, amount]) => [name, String(amount)]),
    Array.from(demand.pods.keys()),
  ]);
  if (known.has(key)) return known.get(key);
  const cheaper = types
    .filter((type) => usual.test(type.name) && archOf(type) === archOf(planned) && priceOf(input, type) < price)
    .toSorted((a, b) => priceOf(input, a) - priceOf(input, b) || (a.name < b.name ? -1 : 1));
  const found = cheaper.find((type) => reasonAgainst(type, demand) === undefined);
  known.set(key, found);
  return found;
}

function demandOf(pool: NodePool, pass: Pass, node: FleetNode): Demand {
  const pods = node.pods.flatMap((key) => pass.pods.get(key) ?? []);
  const open = Array.from(poolRequirements(pool)).filter(([key]) => !shapes.has(key) && key !== labelKeys.instanceType);
  return {
    pool: new Map(open),
    pods: together(...pods.map((pod) => podRequirements(pod.spec, awsLabels, true))),
    requests: merge(
      ...pods.map((pod) => {
        const parsed = podRequests(pod);
        return parsed.ok ? parsed.value : new Map();
      }),
    ),
    daemons: daemonsOf(pool, pass.question.objects.daemonsets ?? []),
  };
}

function archOf(type: InstanceType | undefined): string | undefined {
  return type?.requirements.find((one) => one.key === labelKeys.arch)?.values?.[0];
}

function priceOf(input: SimulateInput, type: InstanceType): number {
  return input.prices?.onDemandUsdPerHour.get(type.name) ?? Number.POSITIVE_INFINITY;
}
