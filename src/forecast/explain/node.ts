import { awsLabels } from "../../karpenter/labels.ts";
import { requirementText } from "../../karpenter/requirement.ts";
import { podRequirements } from "../../karpenter/pod-requirements.ts";
import { isFargateNode } from "../../kube/node.ts";
import type { Pod } from "../../kube/objects.ts";
import { describeOwner, indexOwners } from "../../kube/owners.ts";
import { podsByName } from "../../kube/pod.ts";
import { usage } from "../../fault/fault.ts";
import { nearest } from "../../fault/nearest.ts";
import { explainClaim, explainPods } from "../../scheduling/pass/explain.ts";
import { judgePoolTypes as judgeNodePool } from "../../scheduling/pass/type-questions.ts";
import { amountsOfPod } from "../amounts.ts";
import { machineCost, sumCosts } from "../../money/cost.ts";
import type { SimulateInput } from "../options.ts";
import type { Simulation } from "../simulate.ts";
import type { FleetNode } from "../types.ts";
import { placeRefusals } from "./places.ts";
import type { NodeExplanation, NodePoolExplanation } from "./types.ts";
import { nearestOf, rejectionRows } from "./wording.ts";

/**
 * Which pods forced a node, and why nothing cheaper would do. For a node of today: where its pods would go. Throws
 * `usage.no-such-node`, and `usage.fargate-node` for one of Fargate.
 */
export function explainNode(simulation: Simulation, name: string): NodeExplanation {
  const { outcome, input, pass } = simulation;
  const planned = outcome.karpenter.nodes.find((node) => node.name === name);
  const node = planned ?? outcome.today.nodes.find((one) => one.name === name);
  if (node === undefined) {
    const isFargate = (input.snapshot.objects.nodes ?? []).some(
      (one) => one.metadata.name === name && isFargateNode(one),
    );
    if (isFargate) {
      throw usage(
        "fargate-node",
        `${name} is a node of Fargate: it runs one pod, and no NodePool takes its place`,
        "`dovetail simulate --all` lists the nodes that are simulated",
      );
    }
    const names = [...outcome.karpenter.nodes, ...outcome.today.nodes].map((one) => one.name);
    const close = nearest(name, names);
    throw usage(
      "no-such-node",
      `there is no node ${name}, today or planned`,
      close === undefined ? "`dovetail simulate --all` lists them" : `did you mean ${close}?`,
    );
  }
  const owners = indexOwners(input.snapshot.objects);
  const pods = podsByName(input.snapshot.objects.pods ?? []);
  const homes = new Map(pass.nodes.flatMap((one) => one.pods.map((pod) => [pod, one.name] as const)));
  const rows = node.pods.flatMap((key) => {
    const pod = pods.get(key);
    if (pod === undefined) return [];
    const home = node.isExisting ? homes.get(key) : undefined;
    return [
      {
        pod: key,
        owner: describeOwner(pod, owners),
        requests: amountsOfPod(pod),
        requires: requiresOf(pod),
        ...(home === undefined ? {} : { goesTo: home }),
      },
    ];
  });
  return {
    schema: "dovetail.explanation/1",
    kind: "node",
    node: name,
    isPlanned: !node.isExisting,
    instanceType: node.instanceType,
    owner: node.owner,
    zones: node.zones,
    usdPerHour: node.usdPerHour,
    allocatable: node.allocatable,
    requested: node.requested,
    daemonRequested: node.daemonRequested,
    pods: rows.toSorted(
      (a, b) => b.requests.cpuMilli - a.requests.cpuMilli || b.requests.memoryBytes - a.requests.memoryBytes,
    ),
    fullest: fullestOf(node),
    openedFor: node.isExisting ? undefined : openedFor(simulation, node),
    ...(node.isExisting ? { cheaper: [], nearestMiss: undefined } : cheaperTypes(simulation, node)),
  };
}

function requiresOf(pod: Pod): readonly string[] {
  return Array.from(podRequirements(pod.spec, awsLabels, true).values(), requirementText).sort();
}

/** The engine opens a node for the first pod that no node before it would take. */
function openedFor({ pass }: Simulation, node: FleetNode): NodeExplanation["openedFor"] {
  const [pod] = node.pods;
  if (pod === undefined) return undefined;
  const way = explainPods(pass.asked, new Set([pod]))
    .explanations.get(pod)
    ?.attempts.at(-1);
  return { pod, refusals: placeRefusals([...(way?.existingNodes ?? []), ...(way?.plannedNodes ?? [])]) };
}

function fullestOf({ allocatable, requested }: FleetNode): NodeExplanation["fullest"] {
  if (allocatable === undefined) return undefined;
  const shares = [
    { resource: "CPU", percent: (requested.cpuMilli / allocatable.cpuMilli) * 100 },
    { resource: "memory", percent: (requested.memoryBytes / allocatable.memoryBytes) * 100 },
    { resource: "pods", percent: (requested.pods / allocatable.pods) * 100 },
  ];
  return shares.filter((one) => Number.isFinite(one.percent)).toSorted((a, b) => b.percent - a.percent)[0];
}

/** Types below the node's price, counted by what kept them out, and the one of them that comes nearest. */
function cheaperTypes({ input, pass }: Simulation, node: FleetNode): Pick<NodeExplanation, "cheaper" | "nearestMiss"> {
  const price = node.usdPerHour.expected;
  // The planned nodes are the engine's own, in its order.
  const claim = pass.nodes.findIndex(({ name }) => name === node.name);
  const judged =
    price === undefined
      ? undefined
      : explainClaim(pass.asked, claim, (type) => cheapest(input, type.name, node) < price);
  if (judged === undefined) return { cheaper: [], nearestMiss: undefined };
  return {
    cheaper: rejectionRows(judged.rejections),
    nearestMiss: nearestOf([{ nodePool: node.owner ?? "", nearest: judged.nearest }]),
  };
}

/** What a type costs in the node's capacity type, in the cheapest of its zones; an unknown price is never cheaper. */
function cheapest({ prices }: SimulateInput, type: string, node: FleetNode): number {
  const costs = (node.zones.length === 0 ? [undefined] : node.zones).flatMap(
    (zone) => machineCost(prices, { type, zone, capacityType: node.capacityType }).expected ?? [],
  );
  return Math.min(...costs);
}

/** What a pool allows, what keeps the rest out, and what it would make of these pods. Throws `usage.no-such-nodepool`. */
export function explainNodePool({ input, pass, outcome }: Simulation, name: string): NodePoolExplanation {
  const pool = input.nodePools.find((one) => one.metadata.name === name);
  if (pool === undefined) {
    const names = input.nodePools.map((one) => one.metadata.name);
    const close = nearest(name, names);
    throw usage(
      "no-such-nodepool",
      `there is no NodePool ${name}`,
      close === undefined ? `there are ${names.join(", ")}` : `did you mean ${close}?`,
    );
  }
  const types = pass.types.byPool.get(name)?.types ?? [];
  const judged = judgeNodePool(pass.asked, name);
  const nodes = outcome.karpenter.nodes.filter((node) => node.owner === name && !node.isExisting);
  return {
    schema: "dovetail.explanation/1",
    kind: "nodepool",
    nodePool: name,
    instanceTypes: types.length,
    rejections: rejectionRows(judged?.rejections ?? []),
    left: judged?.left.length ?? 0,
    nodes: nodes.length,
    pods: nodes.reduce((sum, node) => sum + node.pods.length, 0),
    usdPerHour: sumCosts(nodes.map((node) => node.usdPerHour)),
  };
}
