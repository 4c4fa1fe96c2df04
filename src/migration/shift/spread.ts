import type { Affinity, KubeObject, Node, NodeSelectorTerm, Pod } from "../../kube/objects.ts";
import { isDaemonPod, isMirrorPod, isTerminal, isTerminating, ownerOf } from "../../kube/pod.ts";
import { zoneOf } from "../../kube/node.ts";
import type { MigrationContext } from "../contexts.ts";
import type { Snapshot } from "../../snapshot/snapshot.ts";
import { isPlaceholder, type OwnerName } from "./movable.ts";

/** Pods of each workload by zone, `Deployment/shop/cart` to `eu-west-1a` to 2. */
export type ZoneCounts = Readonly<Record<OwnerName, Readonly<Record<string, number>>>>;

/** What is read to tell where the replicas of each workload lie. */
interface Placed {
  readonly pods: readonly Pod[];
  readonly nodes: readonly Node[];
  /** They stand between a Deployment and its pods. */
  readonly replicasets: readonly KubeObject[];
}

/** Where the replicas of each workload lie. DaemonSets, finished, bare and unbound pods, and nodes without a zone are left out. */
export function zonesByWorkload({ pods, nodes, replicasets }: Placed): ZoneCounts {
  const zones = new Map(nodes.map((node) => [node.metadata.name, zoneOf(node)]));
  const workload = workloadNames(replicasets);
  const counts: Record<OwnerName, Record<string, number>> = {};
  for (const pod of pods) {
    if (isPlaceholder(pod) || isDaemonPod(pod) || isMirrorPod(pod) || isTerminal(pod) || isTerminating(pod)) continue;
    const name = workload(pod);
    const zone = zones.get(pod.spec.nodeName ?? "");
    if (name === undefined || zone === undefined) continue;
    const of = (counts[name] ??= {});
    of[zone] = (of[zone] ?? 0) + 1;
  }
  return counts;
}

/** Workloads whose pods ask, strictly or softly, to lie in several zones. */
export function askingForZones({ pods, replicasets }: Omit<Placed, "nodes">): readonly OwnerName[] {
  const nameOf = workloadNames(replicasets);
  return [...new Set(pods.filter(asksForZones).flatMap((pod) => nameOf(pod) ?? []))].toSorted();
}

function asksForZones({ spec }: Pod): boolean {
  const apart = spec.affinity?.podAntiAffinity;
  const keys = [
    ...(spec.topologySpreadConstraints ?? []).map((one) => one.topologyKey),
    ...(apart?.requiredDuringSchedulingIgnoredDuringExecution ?? []).map((one) => one.topologyKey),
    ...(apart?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map((one) => one.podAffinityTerm.topologyKey),
  ];
  return keys.includes("topology.kubernetes.io/zone");
}

/** Only workloads that more than one zone can be lost of: what a plan keeps to compare with. */
export function inSeveralZones(counts: ZoneCounts): ZoneCounts {
  return Object.fromEntries(Object.entries(counts).filter(([, zones]) => Object.keys(zones).length > 1));
}

/** A workload that lies in fewer zones than before, although it has the replicas to lie in as many. */
export interface LostZones {
  readonly workload: OwnerName;
  readonly before: Readonly<Record<string, number>>;
  readonly now: Readonly<Record<string, number>>;
}

/** Every workload that lost a zone, by name. One that is gone, or has so few replicas now that it cannot lie in as many, lost none. */
export function lostZones(before: ZoneCounts, now: ZoneCounts): readonly LostZones[] {
  return Object.entries(before)
    .flatMap(([workload, was]): readonly LostZones[] => {
      const is = now[workload] ?? {};
      const replicas = Object.values(is).reduce((sum, n) => sum + n, 0);
      const possible = Math.min(Object.keys(was).length, replicas);
      return Object.keys(is).length < possible ? [{ workload, before: was, now: is }] : [];
    })
    .toSorted((a, b) => (a.workload < b.workload ? -1 : 1));
}

/** The workload that a pod is a replica of: the Deployment above its ReplicaSet, or its controller; undefined for a bare pod. */
export function workloadNames(replicasets: readonly KubeObject[]): (pod: Pod) => OwnerName | undefined {
  const above = new Map(
    replicasets.map((set) => [`${set.metadata.namespace ?? "default"}/${set.metadata.name}`, ownerOf(set)] as const),
  );
  return (pod) => {
    const owner = ownerOf(pod);
    if (owner === undefined) return undefined;
    const namespace = pod.metadata.namespace ?? "default";
    const upper = owner.kind === "ReplicaSet" ? above.get(`${namespace}/${owner.name}`) : undefined;
    const { kind, name } = upper ?? owner;
    return `${kind}/${namespace}/${name}`;
  };
}

/**
 * Workloads that are less safe than before: they lost a zone, and nobody accepted that (`--accept ZONES=NAMESPACE/NAME`). One sentence
 * each; none for plans that do not say where replicas lay. `isAskedOnly`: only those whose pods ask to be spread over zones.
 */
export function zoneLosses(
  context: Pick<MigrationContext, "baseline" | "accepted">,
  seen: Placed,
  { isAskedOnly = false }: { readonly isAskedOnly?: boolean } = {},
): readonly string[] {
  const { zones } = context.baseline;
  const asked = new Set(context.baseline.spread);
  if (zones === undefined) return [];
  const accepted = new Set(
    (context.accepted ?? []).flatMap(({ code, subject }) => (code === zonesCode ? [subject] : [])),
  );
  return lostZones(zones, zonesByWorkload(seen))
    .filter(({ workload }) => !accepted.has(workload) && (!isAskedOnly || asked.has(workload)))
    .map(lostZonesText);
}

/** What is written before the name of a workload whose replicas may lie in fewer zones afterwards. */
export const zonesCode = "ZONES";

/** `Deployment/shop/cart ran in 3 zones (eu-west-1a 2, …) and runs in 1 (eu-west-1c 4)`. */
function lostZonesText({ workload, before, now }: LostZones): string {
  const said = (zones: Readonly<Record<string, number>>): string =>
    Object.entries(zones)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([zone, n]) => `${zone} ${n}`)
      .join(", ");
  const [was, is] = [Object.keys(before).length, Object.keys(now).length];
  return `${workload} ran in ${was} zones (${said(before)}) and runs in ${is} (${said(now)})`;
}

/**
 * The cluster with every replica of a workload that lies in several zones bound to the zone it lies in: what a migration moves,
 * since it brings up each pod's room in the zone that the pod leaves. The same snapshot where there is no such workload.
 */
export function keepingZones(snapshot: Snapshot): Snapshot {
  const { pods = [], nodes = [], replicasets = [] } = snapshot.objects;
  const spread = inSeveralZones(zonesByWorkload({ pods, nodes, replicasets }));
  if (Object.keys(spread).length === 0) return snapshot;
  const nameOf = workloadNames(replicasets);
  const zones = new Map(nodes.map((node) => [node.metadata.name, zoneOf(node)]));
  const bound = pods.map((pod) => {
    const zone = zones.get(pod.spec.nodeName ?? "");
    if (zone === undefined || spread[nameOf(pod) ?? ""] === undefined) return pod;
    const inZone = { key: "topology.kubernetes.io/zone", operator: "In", values: [zone] } as const;
    return { ...pod, spec: { ...pod.spec, affinity: boundTo(pod.spec.affinity, inZone) } };
  });
  return { ...snapshot, objects: { ...snapshot.objects, pods: bound } };
}

/**
 * The cluster with the pods of some nodes bound to nodes that Karpenter does not manage: what a migration of other node groups leaves
 * where it is. Forecasts of such a migration are made of it.
 */
export function keepingNodes(snapshot: Snapshot, names: ReadonlySet<string>): Snapshot {
  if (names.size === 0) return snapshot;
  const unmanaged = { key: "karpenter.sh/nodepool", operator: "DoesNotExist" } as const;
  const pods = (snapshot.objects.pods ?? []).map((pod) => {
    if (!names.has(pod.spec.nodeName ?? "") || isDaemonPod(pod) || isMirrorPod(pod)) return pod;
    return { ...pod, spec: { ...pod.spec, affinity: boundTo(pod.spec.affinity, unmanaged) } };
  });
  return { ...snapshot, objects: { ...snapshot.objects, pods } };
}

type Expression = NonNullable<NodeSelectorTerm["matchExpressions"]>[number];

function boundTo(affinity: Affinity | undefined, here: Expression): Affinity {
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const terms = required.length === 0 ? [{}] : required;
  const nodeSelectorTerms = terms.map((term: NodeSelectorTerm) => ({
    ...term,
    matchExpressions: [...(term.matchExpressions ?? []), here],
  }));
  const nodeAffinity = {
    ...affinity?.nodeAffinity,
    requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms },
  };
  return { ...affinity, nodeAffinity };
}
