import { capacityTypeOfGroup } from "../../aws/capacity-type.ts";
import type { AutoscalerInstallation, NodeGroup } from "../../autoscaler/types.ts";
import { groupBy } from "../../kube/group-by.ts";
import type { Node, Pod } from "../../kube/objects.ts";
import { capacityTypeOf, instanceIdOf, zoneOf } from "../../kube/node.ts";
import { selectorMatches } from "../../kube/selector.ts";
import type { Snapshot } from "../../snapshot/snapshot.ts";
import { type Guard, type PodName, podName, standingOf } from "./movable.ts";
import { type MigrationOptions, waveLength } from "./options.ts";
import { evenOut } from "./zones.ts";
import { textsAt } from "../../kube/json.ts";

/** A node group as the shift sees it. */
export interface GroupShift {
  readonly group: NodeGroup;
  readonly isSpot: boolean;
  /** Nodes that stay, and why each does. */
  readonly kept: readonly KeptNode[];
  /** Why Auto Scaling would end one of those that stay to even out the zones; undefined when it would not. */
  readonly uneven: string | undefined;
  readonly waves: readonly (readonly LeavingNode[])[];
  /** Pods with volumes on the leaving nodes. */
  readonly statefulPods: number;
  readonly movingPods: number;
  /** Why this group comes when it does: `spot, no volumes`. */
  readonly rationale: string;
}

/** A node that stays, and why. */
interface KeptNode {
  readonly name: string;
  readonly because: string;
}

/** A node that goes, with its instance and the pods that leave it first. */
export interface LeavingNode {
  readonly name: string;
  readonly instanceId: string;
  readonly zone: string;
  readonly pods: readonly PodName[];
}

interface NodeFacts {
  readonly node: Node;
  readonly moving: readonly Pod[];
  readonly guarded: readonly { readonly pod: Pod; readonly because: Guard }[];
  readonly needsUnmanaged: readonly Pod[];
  readonly stateful: number;
}

/**
 * Groups in the order in which they are shifted: spot before on-demand, stateless before stateful, those that keep
 * nodes last.
 */
export function shiftsOf(
  snapshot: Snapshot,
  groups: readonly NodeGroup[],
  {
    options,
    autoscalers,
  }: { readonly options: MigrationOptions; readonly autoscalers: readonly AutoscalerInstallation[] },
): readonly GroupShift[] {
  const facts = nodeFacts(snapshot, { options, autoscalers });
  return groups
    .map((group) => shiftOf(group, facts, options))
    .toSorted((a, b) => rankOf(a) - rankOf(b) || a.group.name.localeCompare(b.group.name, "en"));
}

function shiftOf(group: NodeGroup, facts: ReadonlyMap<string, NodeFacts>, options: MigrationOptions): GroupShift {
  const nodes = group.nodeNames.flatMap((name) => facts.get(name) ?? []);
  const kept = keptNodes(nodes, options.keep.get(group.name));
  const keptNames = new Set(kept.map((node) => node.name));
  const leaving = nodes
    .filter((node) => !keptNames.has(node.node.metadata.name))
    .toSorted((a, b) => a.stateful - b.stateful || a.moving.length - b.moving.length || byName(a, b));
  const length = waveLength(options.waveSize, nodes.length);
  const waves: LeavingNode[][] = [];
  for (let at = 0; at < leaving.length; at += length) waves.push(leaving.slice(at, at + length).map(leavingNode));
  const statefulPods = leaving.reduce((sum, node) => sum + node.stateful, 0);
  const isSpot = isSpotGroup(group, nodes);
  return {
    group,
    isSpot,
    kept,
    uneven: evenOut(
      textsAt(group.autoScalingGroup, "AvailabilityZones"),
      nodes.filter(({ node }) => keptNames.has(node.metadata.name)).map(({ node }) => zoneOf(node) ?? ""),
    ),
    waves,
    statefulPods,
    movingPods: leaving.reduce((sum, node) => sum + node.moving.length, 0),
    rationale: rationaleOf(isSpot, statefulPods, kept.length),
  };
}

function rankOf(shift: GroupShift): number {
  return (shift.statefulPods > 0 ? 4 : 0) + (shift.isSpot ? 0 : 2) + (shift.kept.length > 0 ? 1 : 0);
}

function rationaleOf(isSpot: boolean, statefulPods: number, kept: number): string {
  const words = [isSpot ? "spot" : "on-demand"];
  words.push(statefulPods === 0 ? "no volumes" : `${statefulPods} ${statefulPods === 1 ? "pod" : "pods"} with volumes`);
  if (kept > 0) words.push(`${kept} ${kept === 1 ? "node stays" : "nodes stay"}`);
  return words.join(", ");
}

/** Nodes whose pods cannot go, then as many as were asked for, spread over zones. */
function keptNodes(nodes: readonly NodeFacts[], asked: number | undefined): readonly KeptNode[] {
  const kept = nodes.flatMap((node) => {
    const because = reasonToStay(node);
    return because === undefined ? [] : [{ name: node.node.metadata.name, because }];
  });
  const missing = (asked ?? 0) - kept.length;
  if (missing <= 0) return kept;
  const names = new Set(kept.map((node) => node.name));
  const zones = new Map<string, number>();
  for (const node of nodes) if (names.has(node.node.metadata.name)) count(zones, zoneOf(node.node) ?? "");
  const rest = nodes.filter((node) => !names.has(node.node.metadata.name));
  const more: KeptNode[] = [];
  while (more.length < missing && rest.length > 0) {
    rest.sort((a, b) => at(zones, a) - at(zones, b) || b.stateful - a.stateful || byName(a, b));
    const next = rest.shift();
    if (next === undefined) break;
    count(zones, zoneOf(next.node) ?? "");
    more.push({ name: next.node.metadata.name, because: "asked to keep" });
  }
  return [...kept, ...more];
}

function reasonToStay(node: NodeFacts): string | undefined {
  const [unmanaged] = node.needsUnmanaged;
  if (unmanaged !== undefined) return `${podName(unmanaged)} runs only on nodes that Karpenter does not manage`;
  const [guarded] = node.guarded;
  if (guarded === undefined) return undefined;
  const more = node.guarded.length > 1 ? ` and ${node.guarded.length - 1} more` : "";
  return `${podName(guarded.pod)}${more}: ${guardReason(guarded.because)}`;
}

/** Why a guarded pod is not moved, with the flag that allows it. */
export function guardReason(guard: Guard): string {
  switch (guard) {
    case "bare":
      return "no controller makes it again (--move-bare)";
    case "do-not-disrupt":
      return "marked karpenter.sh/do-not-disrupt (--move-protected)";
    case "not-safe-to-evict":
      return "marked safe-to-evict: false (--move-protected)";
  }
}

function nodeFacts(
  snapshot: Snapshot,
  {
    options,
    autoscalers,
  }: { readonly options: MigrationOptions; readonly autoscalers: readonly AutoscalerInstallation[] },
): ReadonlyMap<string, NodeFacts> {
  const isGoneByThen = podsOfAutoscalers(snapshot, autoscalers);
  const staying = (snapshot.objects.pods ?? []).filter((pod) => !isGoneByThen(pod));
  const podsByNode = groupBy(staying, ({ spec }) => spec.nodeName);
  return new Map(
    (snapshot.objects.nodes ?? []).map((node) => [
      node.metadata.name,
      factsOf(node, podsByNode.get(node.metadata.name) ?? [], options),
    ]),
  );
}

/** Cluster Autoscaler's own pods are gone when the first node is shifted. */
function podsOfAutoscalers(snapshot: Snapshot, autoscalers: readonly AutoscalerInstallation[]): (pod: Pod) => boolean {
  const deployments = (snapshot.objects.deployments ?? []).filter((deployment) =>
    autoscalers.some(
      (found) => found.deployment === deployment.metadata.name && found.namespace === deployment.metadata.namespace,
    ),
  );
  return (pod) =>
    deployments.some(
      ({ metadata, spec }) =>
        metadata.namespace === pod.metadata.namespace && selectorMatches(spec.selector, pod.metadata.labels),
    );
}

function factsOf(node: Node, pods: readonly Pod[], options: MigrationOptions): NodeFacts {
  const moving: Pod[] = [];
  const guarded: { pod: Pod; because: Guard }[] = [];
  const needsUnmanaged: Pod[] = [];
  for (const pod of pods) {
    const standing = standingOf(pod, options.consents);
    if (standing.kind === "guarded") guarded.push({ pod, because: standing.because });
    if (standing.kind !== "moves") continue;
    moving.push(pod);
    if (standing.isUnmanaged) needsUnmanaged.push(pod);
  }
  const stateful = moving.filter(hasVolume).length;
  return { node, moving, guarded, needsUnmanaged, stateful };
}

function hasVolume(pod: Pod): boolean {
  return (pod.spec.volumes ?? []).some(
    (volume) => volume.persistentVolumeClaim !== undefined || volume.ephemeral !== undefined,
  );
}

function leavingNode(facts: NodeFacts): LeavingNode {
  return {
    name: facts.node.metadata.name,
    instanceId: instanceIdOf(facts.node) ?? "",
    zone: zoneOf(facts.node) ?? "",
    pods: facts.moving.map(podName),
  };
}

function isSpotGroup(group: NodeGroup, nodes: readonly NodeFacts[]): boolean {
  const kind = capacityTypeOfGroup(group);
  if (kind === "spot" || kind === "mixed") return true;
  return nodes.some((node) => capacityTypeOf(node.node) === "spot");
}

function count(zones: Map<string, number>, zone: string): void {
  zones.set(zone, (zones.get(zone) ?? 0) + 1);
}

function at(zones: ReadonlyMap<string, number>, node: NodeFacts): number {
  return zones.get(zoneOf(node.node) ?? "") ?? 0;
}

function byName(a: NodeFacts, b: NodeFacts): number {
  return a.node.metadata.name < b.node.metadata.name ? -1 : 1;
}
