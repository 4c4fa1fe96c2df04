import { instanceTypeOf, zoneOf } from "../../kube/node.ts";
import type { Pod } from "../../kube/objects.ts";
import { describeOwner, indexOwners } from "../../kube/owners.ts";
import { isDaemonPod, isOwnedByNode, isTerminal, nameOf } from "../../kube/pod.ts";
import { usage } from "../../fault/fault.ts";
import { nearest } from "../../fault/nearest.ts";
import { explainPods, type PoolTrace } from "../../scheduling/pass/explain.ts";
import { amountsOfPod } from "../amounts.ts";
import type { Simulation } from "../simulate.ts";
import { placeRefusals } from "./places.ts";
import type { Placement, PodExplanation, PoolAnswer } from "./types.ts";
import { nearestOf, refusalSentence, rejectionRows, unaskedSentence } from "./wording.ts";

/** A pod's way through the engine: where it goes, what each pool said, and the least change that would have helped. */
export function explainPod(simulation: Simulation, name: string): PodExplanation {
  const { objects } = simulation.input.snapshot;
  const pod = findPod(objects.pods ?? [], name);
  const key = nameOf(pod);
  const node = objects.nodes?.find((one) => one.metadata.name === pod.spec.nodeName);
  const placement = placementOf(simulation, pod);
  const isPlaced = placement.kind === "new-node" || placement.kind === "existing-node";
  const way = explainPods(simulation.pass.asked, new Set([key]))
    .explanations.get(key)
    ?.attempts.at(-1);
  return {
    schema: "dovetail.explanation/1",
    kind: "pod",
    pod: key,
    owner: describeOwner(pod, indexOwners(objects)),
    requests: amountsOfPod(pod),
    today:
      node === undefined
        ? undefined
        : { node: node.metadata.name, instanceType: instanceTypeOf(node), zone: zoneOf(node) },
    placement,
    relaxed: way?.gaveUp ?? [],
    pools: way === undefined ? [] : poolAnswers(simulation, way.pools),
    existing: placeRefusals(way?.existingNodes ?? []),
    planned: placeRefusals(way?.plannedNodes ?? []),
    nearestMiss: isPlaced ? undefined : nearestOf(way?.pools ?? []),
  };
}

function findPod(pods: readonly Pod[], name: string): Pod {
  const found = pods.find((pod) => nameOf(pod) === name) ?? pods.find((pod) => pod.metadata.name === name);
  if (found !== undefined) return found;
  const close = nearest(name, pods.map(nameOf));
  throw usage(
    "no-such-pod",
    `there is no pod ${name}`,
    close === undefined ? "name it as NAMESPACE/NAME" : `did you mean ${close}?`,
  );
}

function placementOf({ pass, outcome }: Simulation, pod: Pod): Placement {
  const key = nameOf(pod);
  if (isTerminal(pod)) return { kind: "not-asked", reason: "it has ended and needs no place" };
  if (isDaemonPod(pod)) return { kind: "follows-node", reason: "a DaemonSet runs it on every node it may" };
  if (isOwnedByNode(pod)) return { kind: "follows-node", reason: "a static pod belongs to its node" };
  const node = pass.nodes.find((one) => one.pods.includes(key));
  if (node !== undefined) {
    return {
      kind: "new-node",
      node: node.name,
      nodePool: node.owner ?? "",
      instanceType: node.instanceType,
      otherTypes: Math.max(0, node.instanceTypes.length - 1),
      capacityType: node.capacityType,
      zones: node.zones,
      podsBeside: node.pods.length - 1,
    };
  }
  for (const [name, pods] of pass.result.existing) if (pods.includes(key)) return { kind: "existing-node", node: name };
  if (!pass.question.pods.some((one) => nameOf(one) === key))
    return {
      kind: "not-asked",
      reason: pass.question.kept.unmanaged.has(key)
        ? "it asks for nodes Karpenter does not manage: it stays, and so does its node"
        : notAsked(outcome.scope),
    };
  const refusal = pass.result.podErrors.get(key);
  const reason =
    outcome.unschedulable.find((one) => one.pod === key)?.reason ?? "it is not among the pods that were asked about";
  return { kind: "nowhere", reason, classes: refusal?.classes ?? [] };
}

function notAsked(scope: "all" | "pending"): string {
  return scope === "pending"
    ? "it does not wait: only waiting pods were asked about"
    : "Fargate runs it: no NodePool is asked";
}

/** In the order Karpenter tries the pools; those it does not try come last. */
function poolAnswers({ input, pass }: Simulation, traces: readonly PoolTrace[]): readonly PoolAnswer[] {
  const typesOf = (nodePool: string): number => pass.types.byPool.get(nodePool)?.types.length ?? 0;
  const asked = traces.map(({ nodePool, refusal, rejections, left }) => ({
    nodePool,
    refusal: refusalSentence(refusal),
    instanceTypes: typesOf(nodePool),
    rejections: rejectionRows(rejections),
    left: left.length,
  }));
  const names = new Set(traces.map(({ nodePool }) => nodePool));
  const unasked = input.nodePools.filter(({ metadata }) => !names.has(metadata.name));
  return [
    ...asked,
    ...unasked.map((pool) => ({
      nodePool: pool.metadata.name,
      refusal: unaskedSentence(pool),
      instanceTypes: typesOf(pool.metadata.name),
      rejections: [],
      left: 0,
    })),
  ];
}
