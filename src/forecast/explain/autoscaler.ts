import type { GroupStanding, LoopDecision, ScaleUp } from "../../autoscaler/engine/decision.ts";
import { Engine, nextLoop } from "../../autoscaler/engine/loop.ts";
import { newMemory } from "../../autoscaler/engine/memory.ts";
import { settingsOf } from "../../autoscaler/engine/settings.ts";
import { groupRefusalText, removalText } from "../../autoscaler/engine/words.ts";
import { viewOfSnapshot } from "../../autoscaler/snapshot-view.ts";
import type { AutoscalerInstallation, NodeGroup } from "../../autoscaler/types.ts";
import { usage } from "../../fault/fault.ts";
import { nearest } from "../../fault/nearest.ts";
import { nameOf } from "../../kube/pod.ts";
import type { Snapshot } from "../../snapshot/snapshot.ts";
import type { AutoscalerAnswer, NodeGroupExplanation } from "./types.ts";

/** Cluster Autoscaler's next loop over a snapshot, as if it had just started. */
export interface AskedAutoscaler {
  readonly snapshot: Snapshot;
  readonly installation: AutoscalerInstallation;
  readonly decision: LoopDecision;
}

/** Asks the first Cluster Autoscaler that was found; undefined when there is none, or when nothing is known of its groups. */
export function askAutoscaler(
  snapshot: Snapshot,
  installations: readonly AutoscalerInstallation[],
): AskedAutoscaler | undefined {
  const [installation] = installations;
  if (installation === undefined || snapshot.account?.autoScalingGroups === undefined) return undefined;
  const view = viewOfSnapshot(snapshot, installation);
  const settings = settingsOf(installation.flags, installation.version ?? snapshot.kubernetesVersion);
  const { decision } = nextLoop(view, newMemory(view.nowMs), { engine: new Engine(settings) });
  return { snapshot, installation, decision };
}

/** What Cluster Autoscaler would do about a pod, and why. */
export function autoscalerAnswer({ snapshot, decision }: AskedAutoscaler, name: string): AutoscalerAnswer {
  const node = snapshot.objects.pods?.find((pod) => nameOf(pod) === name)?.spec.nodeName;
  if (node !== undefined) return { does: stayText(decision, node), groups: [] };
  const place = decision.placed.get(name);
  if (place !== undefined)
    return { does: `nothing: it fits on ${place.replace(/^upcoming:(.*):\d+$/, "a node to come of $1")}`, groups: [] };
  if (decision.podsToHelp?.includes(name) !== true)
    return {
      does: "nothing: the scheduler has not called it unschedulable, or it is none of its business",
      groups: [],
    };
  return growthAnswer(decision.scaleUp, name);
}

function growthAnswer(up: ScaleUp, name: string): AutoscalerAnswer {
  const helps = up.options.filter(({ pods }) => pods.includes(name)).map(({ group }) => group);
  const groups = Object.entries(up.unhelped.find(({ pod }) => pod === name)?.groups ?? {}).map(([group, refusal]) => ({
    group,
    why: groupRefusalText(refusal),
  }));
  if (up.triggered.includes(name)) {
    const grown = up.increases.map(({ group, from, to }) => `${group} ${from}->${to}`).join(", ");
    const others = helps.filter((group) => group !== up.chosen);
    return { does: `grows ${grown}${others.length === 0 ? "" : `; ${others.join(", ")} would do too`}`, groups };
  }
  if (helps.length > 0) return { does: `waits: ${helps.join(", ")} would help, another group grows first`, groups };
  if (up.result === "inCooldown") return { does: "waits: all pods that wait are younger than two seconds", groups };
  if (up.result === "limitedByMaxNodesTotal") return { does: "nothing: --max-nodes-total is reached", groups };
  return { does: "nothing: no group can take it", groups };
}

function stayText({ scaleDown }: LoopDecision, node: string): string {
  const unneeded = scaleDown.unneeded.find((one) => one.node === node);
  const removal = scaleDown.unremovable.find((one) => one.node === node);
  if (unneeded !== undefined) {
    const moves =
      unneeded.moves.length === 0 ? "nothing on it has to move" : `${unneeded.moves.length} pods would move`;
    return `removes its node ${node} once it was not needed for long enough: ${moves}`;
  }
  return `keeps its node ${node}: ${removal === undefined ? "it is no candidate" : removalText(removal)}`;
}

/** What a node group offers, whether it would grow or shrink, and why not. */
export function explainNodeGroup(
  asked: AskedAutoscaler | undefined,
  nodeGroups: readonly NodeGroup[],
  name: string,
): NodeGroupExplanation {
  const group = nodeGroups.find((one) => one.name === name || one.autoScalingGroupName === name);
  if (group === undefined) throw noGroup(nodeGroups, name);
  const { decision } = asked ?? {};
  const standing = decision?.groups[group.autoScalingGroupName ?? name];
  const { min, max, desired } = group;
  return {
    schema: "dovetail.explanation/1",
    kind: "nodegroup",
    nodeGroup: group.name,
    autoScalingGroup: group.autoScalingGroupName,
    sizes: { min, max, target: standing?.target ?? desired, nodes: group.nodeNames.length },
    offers: standing?.offers,
    template: standing?.template ?? "none is known",
    grows: decision === undefined || standing === undefined ? unmanaged(group) : growsText(decision, standing, group),
    nodes: decision === undefined || standing === undefined ? [] : nodesOf(decision, group.nodeNames),
  };
}

function unmanaged(group: NodeGroup): string {
  return group.isManagedByAutoscaler === false
    ? "never: no Cluster Autoscaler was told to manage it"
    : "unknown: no Cluster Autoscaler was found, or the account was not read";
}

function growsText(
  { scaleUp }: LoopDecision,
  standing: GroupStanding,
  { autoScalingGroupName: group, max }: NodeGroup,
): string {
  const grown = scaleUp.increases.find((one) => one.group === group);
  if (grown !== undefined) return `now: ${grown.from}->${grown.to} for ${scaleUp.triggered.length} pods`;
  if (standing.isBackedOff) return "not while it rests after a failed launch";
  if (!standing.isHealthy) return "not while too many of its nodes are missing or not ready";
  if (max !== undefined && standing.target >= max) return "not beyond its maximum";
  if (standing.template === undefined) return "not while nothing tells what its nodes would be";
  const option = scaleUp.options.find((one) => one.group === group);
  if (option !== undefined)
    return `not now: it would add ${option.nodes}, but the expander chose ${scaleUp.chosen ?? "no group"}`;
  return scaleUp.result === "notNeeded" ? "not now: no pod waits" : "not now: it helps no pod that waits";
}

function nodesOf({ scaleDown }: LoopDecision, names: readonly string[]): NodeGroupExplanation["nodes"] {
  const unneeded = new Set(scaleDown.unneeded.map(({ node }) => node));
  const removals = new Map(scaleDown.unremovable.map((one) => [one.node, one]));
  return names.map((node) => {
    const removal = removals.get(node);
    const isUnneeded = unneeded.has(node);
    const share = scaleDown.utilization.get(node)?.utilization;
    const reason = removal === undefined ? "no candidate" : removalText(removal);
    return {
      node,
      isUnneeded,
      why: isUnneeded ? "not needed; it goes when its time is over" : reason,
      utilization: share,
    };
  });
}

function noGroup(nodeGroups: readonly NodeGroup[], name: string): Error {
  const names = nodeGroups.map((one) => one.name);
  const close = nearest(name, names);
  return usage(
    "no-such-nodegroup",
    `there is no node group ${name}`,
    close === undefined ? `the node groups are ${names.slice(0, 10).join(", ")}` : `did you mean ${close}?`,
  );
}
