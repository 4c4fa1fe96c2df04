import type { NodePool } from "../../karpenter/api.ts";
import { awsLabels } from "../../karpenter/labels.ts";
import { podRequirements } from "../../karpenter/pod-requirements.ts";
import { conflict } from "../../karpenter/requirements.ts";
import { instanceTypeOf, zoneOf } from "../../kube/node.ts";
import type { Pod } from "../../kube/objects.ts";
import { describeOwner, indexOwners } from "../../kube/owners.ts";
import { isDaemonPod, isOwnedByNode, nameOf } from "../../kube/pod.ts";
import { podRequests } from "../../kube/pod-requests.ts";
import type { ResourceList } from "../../kube/resource-list.ts";
import { usage } from "../../ports/fault.ts";
import { nearest } from "../../ports/nearest.ts";
import { explainPods } from "../../scheduling/explain.ts";
import { amountsOfPod } from "../simulate/amounts.ts";
import type { Simulation } from "../simulate/simulate.ts";
import { nearestMiss } from "./nearest.ts";
import { placeRefusals } from "./places.ts";
import { countRejections, daemonsOf, type Demand, poolRefusal, poolRequirements } from "./reasons.ts";
import type { NearestMiss, Placement, PodExplanation, PoolAnswer } from "./types.ts";

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
  const traced = new Map((way?.pools ?? []).map(({ nodePool, refusal }) => [nodePool, refusal]));
  const answers = placement.kind === "follows-node" ? [] : poolAnswers(simulation, pod, traced);
  const [miss] = isPlaced ? [] : answers.flatMap((one) => one.miss ?? []).toSorted((a, b) => a.share - b.share);
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
    pools: answers.map(({ answer }) => answer),
    existing: placeRefusals(way?.existingNodes ?? []),
    planned: placeRefusals(way?.plannedNodes ?? []),
    nearestMiss: miss === undefined ? undefined : { nodePool: miss.nodePool, sentence: miss.sentence },
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
  const refusal = pass.result.podErrors.get(key);
  const reason =
    outcome.unschedulable.find((one) => one.pod === key)?.reason ?? "it is not among the pods that were asked about";
  return { kind: "nowhere", reason, classes: refusal?.classes ?? [] };
}

type Miss = NearestMiss & { readonly share: number };
type Traced = ReadonlyMap<string, { readonly reason: string; readonly text: string } | undefined>;

/** Refusals that no instance type explains: the engine's own words tell them. */
const beyondTypes: ReadonlySet<string> = new Set([
  "limits",
  "limits.nodes",
  "volume",
  "topology",
  "topology.requirements",
  "reserved",
]);

function poolAnswers(
  { input, pass }: Simulation,
  pod: Pod,
  traced: Traced,
): readonly { readonly answer: PoolAnswer; readonly miss: Miss | undefined }[] {
  const parsed = podRequests(pod);
  const requests: ResourceList = parsed.ok ? parsed.value : new Map();
  const byWeight = input.nodePools.toSorted(
    (a, b) => (b.spec.weight ?? 0) - (a.spec.weight ?? 0) || (a.metadata.name < b.metadata.name ? 1 : -1),
  );
  return byWeight.map((pool) => {
    const name = pool.metadata.name;
    const types = pass.types.byPool.get(name)?.types ?? [];
    const trace = traced.get(name);
    const refusal =
      poolRefusal(pool, pod) ?? (trace !== undefined && beyondTypes.has(trace.reason) ? trace.text : undefined);
    if (refusal !== undefined) {
      const answer = { nodePool: name, refusal, instanceTypes: types.length, rejections: [], left: 0 };
      return { answer, miss: missingLabel(pool, pod) };
    }
    const demand: Demand = {
      pool: poolRequirements(pool),
      pods: podRequirements(pod.spec, awsLabels, true),
      requests,
      daemons: daemonsOf(pool, pass.question.objects.daemonsets ?? []),
    };
    const { rejections, left } = countRejections(types, demand);
    const answer = { nodePool: name, refusal: undefined, instanceTypes: types.length, rejections, left: left.length };
    return { answer, miss: left.length > 0 ? undefined : nearestMiss(name, types, demand) };
  });
}

/** A label that no pool's template carries is the nearest thing to change. */
function missingLabel(pool: NodePool, pod: Pod): Miss | undefined {
  const found = conflict(poolRequirements(pool), podRequirements(pod.spec, awsLabels, true), awsLabels.wellKnown);
  if (found?.kind !== "undefined") return undefined;
  const sentence = `fits if the template carries the label ${found.key}, or if the pod stops asking for it`;
  return { nodePool: pool.metadata.name, sentence, share: Number.POSITIVE_INFINITY };
}
