// Mirrors pkg/controllers/state/statenode.go of karpenter v1.14.1.
import type { KarpenterBehaviour } from "../karpenter/behaviour.ts";
import { labelKeys } from "../karpenter/labels.ts";
import type { NodeClaim } from "../karpenter/api.ts";
import { isConditionTrue } from "../kube/conditions.ts";
import { groupBy } from "../kube/group-by.ts";
import { isTerminal } from "../kube/pod.ts";
import { isEphemeralTaint, isSameTaint } from "../karpenter/taints.ts";
import type { Labels, Node, Pod, QuantityText, ResourceTexts, Taint } from "../kube/objects.ts";
import type { ClusterObjects } from "../kube/resources.ts";
import { nanoOf } from "./amounts.ts";
import type { SolveMarks } from "./types.ts";

/** A machine as Karpenter tracks it: a Node, a NodeClaim, or both joined by provider id (`pkg/controllers/state/statenode.go`). */
export interface StateNode {
  readonly name: string;
  readonly node: Node | undefined;
  readonly claim: NodeClaim | undefined;
  readonly labels: Labels;
  readonly hostname: string;
  /** Those that keep pods away; on an uninitialized node start-up taints are left out. */
  readonly taints: readonly Taint[];
  readonly isInitialized: boolean;
  readonly isRegistered: boolean;
  /** It comes back soon: no candidate, and pods may be planned onto it (v1.15). */
  readonly isRebooting: boolean;
  readonly isDeleting: boolean;
  readonly capacity: ResourceTexts;
  readonly allocatable: ResourceTexts;
  /** Bound pods that still use the node, daemons included. */
  readonly pods: readonly Pod[];
}

/** What the solver reads of the cluster, indexed. */
export interface ClusterState {
  /** By name, ascending: the real order is random but nothing depends on it. */
  readonly nodes: readonly StateNode[];
  readonly nodeByName: ReadonlyMap<string, Node>;
  /** Names of API nodes that are tracked, to the tracked node. */
  readonly tracked: ReadonlyMap<string, StateNode>;
  /** All pods, by namespace and name. */
  readonly pods: readonly Pod[];
  readonly podsByNode: ReadonlyMap<string, readonly Pod[]>;
  /** Names of nodes that are being deleted. */
  readonly going: ReadonlySet<string>;
}

/** Joins nodes, node claims and pods as Karpenter tracks them. */
export function clusterState(
  objects: ClusterObjects,
  { marks, behaviour }: { readonly marks?: SolveMarks | undefined; readonly behaviour: KarpenterBehaviour },
): ClusterState {
  const pods = inNameOrder(objects.pods ?? []);
  const podsByNode = groupBy(pods, ({ spec }) => spec.nodeName || undefined);
  const nodeByName = new Map((objects.nodes ?? []).map((node) => [node.metadata.name, node]));
  const pairs = joined(objects);
  const deleting = new Set(marks?.deletingNodes ?? []);
  const nodes = pairs.map(({ node, claim }) => stateNode({ node, claim, podsByNode, deleting, behaviour }));
  nodes.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const tracked = new Map<string, StateNode>();
  for (const one of nodes) if (one.node !== undefined) tracked.set(one.node.metadata.name, one);
  const going = new Set(nodes.filter(({ isDeleting }) => isDeleting).map(({ name }) => name));
  return { nodes, nodeByName, tracked, pods, podsByNode, going };
}

/** Lists come in namespace and name order, as kubectl prints them. */
export function inNameOrder<T extends { readonly metadata: { readonly namespace?: string; readonly name: string } }>(
  items: readonly T[],
): T[] {
  return [...items].sort(
    (a, b) =>
      compare(a.metadata.namespace ?? "", b.metadata.namespace ?? "") || compare(a.metadata.name, b.metadata.name),
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

interface Pair {
  readonly node: Node | undefined;
  readonly claim: NodeClaim | undefined;
}

/** NodeClaims count once they have a provider id; a managed Node once it is labelled. */
function joined(objects: ClusterObjects): Pair[] {
  const byProvider = new Map<string, { node: Node | undefined; claim: NodeClaim | undefined }>();
  for (const claim of inNameOrder((objects.nodeclaims ?? []).filter(isNodeClaim))) {
    const id = claim.status?.providerID ?? "";
    if (id !== "") byProvider.set(id, { node: undefined, claim });
  }
  for (const node of inNameOrder(objects.nodes ?? [])) {
    const id = trackedId(node);
    if (id !== undefined) byProvider.set(id, { node, claim: byProvider.get(id)?.claim });
  }
  return [...byProvider.values()];
}

function isNodeClaim(object: { readonly kind: string }): object is NodeClaim {
  return object.kind === "NodeClaim" || "spec" in object;
}

function trackedId(node: Node): string | undefined {
  const { labels = {} } = node.metadata;
  const isManaged = (labels[labelKeys.nodePool] ?? "") !== "";
  const id = node.spec?.providerID ?? "";
  const isTyped = (labels[labelKeys.instanceType] ?? "") !== "" || (labels[labelKeys.initialized] ?? "") !== "";
  if (isManaged && (id === "" || !isTyped)) return undefined;
  return id === "" ? node.metadata.name : id;
}

interface StateNodeInput extends Pair {
  readonly podsByNode: ReadonlyMap<string, readonly Pod[]>;
  readonly deleting: ReadonlySet<string>;
  readonly behaviour: KarpenterBehaviour;
}

function stateNode({ node, claim, podsByNode, deleting, behaviour }: StateNodeInput): StateNode {
  const isManaged = claim !== undefined;
  const nodeLabels = node?.metadata.labels ?? {};
  const isRegistered = !isManaged || nodeLabels[labelKeys.registered] === "true";
  const isInitialized = !isManaged || nodeLabels[labelKeys.initialized] === "true";
  const speaksForItself = node !== undefined && isRegistered;
  const owner = speaksForItself ? node : claim;
  const name = owner?.metadata.name ?? "";
  const labels = owner?.metadata.labels ?? {};
  const hostname = labels[labelKeys.hostname] ?? "";
  const bound = node === undefined ? [] : (podsByNode.get(node.metadata.name) ?? []);
  const isRebooting = behaviour.hasReboots && claim !== undefined && isConditionTrue(claim, "Rebooting");
  const capacity = filled(node?.status?.capacity, isInitialized ? undefined : claim?.status?.capacity);
  return {
    name,
    node,
    claim,
    labels,
    hostname: hostname === "" ? name : hostname,
    taints: blockingTaints(
      speaksForItself ? (node.spec?.taints ?? []) : (claim?.spec.taints ?? []),
      isInitialized && !isRebooting ? undefined : claim,
      behaviour,
    ),
    isInitialized,
    isRegistered,
    isRebooting,
    isDeleting: deleting.has(name) || isGoing(node, claim),
    capacity: behaviour.nodeLimit === "never" ? capacity : { ...capacity, nodes: 1 },
    allocatable: filled(node?.status?.allocatable, isInitialized ? undefined : claim?.status?.allocatable),
    pods: bound.filter((pod) => !isTerminal(pod)),
  };
}

/** Karpenter's `StateNode.Taints`: those that will be gone are left out while the machine starts, or starts again. */
function blockingTaints(
  taints: readonly Taint[],
  starting: NodeClaim | undefined,
  behaviour: KarpenterBehaviour,
): readonly Taint[] {
  if (starting === undefined) return taints;
  const startup = starting.spec.startupTaints ?? [];
  return taints.filter(
    (taint) =>
      !isEphemeralTaint(taint, behaviour) &&
      !(behaviour.hasReboots && isSameTaint(taint, rebootingTaint)) &&
      !startup.some((one) => isSameTaint(one, taint)),
  );
}

const rebootingTaint: Taint = { key: "karpenter.sh/rebooting", effect: "NoSchedule" };

function isGoing(node: Node | undefined, claim: NodeClaim | undefined): boolean {
  if (claim === undefined) return node?.metadata.deletionTimestamp !== undefined;
  return claim.metadata.deletionTimestamp !== undefined || isConditionTrue(claim, "InstanceTerminating");
}

/** What the machine says; while it starts, what was promised fills what is missing or zero. */
function filled(said: ResourceTexts | undefined, promised: ResourceTexts | undefined): ResourceTexts {
  if (promised === undefined) return said ?? {};
  const merged: Record<string, QuantityText> = { ...said };
  for (const [name, text] of Object.entries(promised)) if (nanoOf(merged[name] ?? 0) === 0n) merged[name] = text;
  return merged;
}
