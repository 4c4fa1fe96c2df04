// Mirrors utils/kubernetes/ready.go and utils/gpu/gpu.go of Cluster Autoscaler 1.36.1.
import type { Node } from "../../../kube/objects.ts";
import type { TaintRules } from "../settings.ts";

/** Whether a node is ready, and since when what says so (utils/kubernetes/ready.go, `GetNodeReadiness`). */
export interface NodeReadiness {
  readonly isReady: boolean;
  readonly lastTransitionMs: number;
  readonly isResourceUnready: boolean;
}

const unreadyTaints: ReadonlySet<string> = new Set([
  "node.kubernetes.io/not-ready",
  "node.kubernetes.io/disk-pressure",
  "node.kubernetes.io/network-unavailable",
]);

const resourceUnready = "cluster-autoscaler.kubernetes.io/resource-not-ready";
const never = Date.parse("0001-01-01T00:00:00Z");
const known = new WeakMap<Node, NodeReadiness>();

/** Reads a node's conditions and taints. A node that says nothing about readiness is not ready. */
export function readinessOf(node: Node): NodeReadiness {
  const before = known.get(node);
  if (before !== undefined) return before;
  const read = readNode(node);
  known.set(node, read);
  return read;
}

function readNode(node: Node): NodeReadiness {
  let isReady = true;
  let isTold = false;
  let isResourceUnready = false;
  let lastTransitionMs = never;
  for (const condition of node.status?.conditions ?? []) {
    const { type, status } = condition;
    if (type !== "Ready" && type !== "DiskPressure" && type !== "NetworkUnavailable") continue;
    if (type === "Ready") {
      isTold = true;
      if (status === "False" || status === "Unknown") {
        isReady = false;
        isResourceUnready = condition.reason === resourceUnready;
      }
    } else if (status === "True") isReady = false;
    const at = Date.parse(condition.lastTransitionTime ?? "");
    if (at > lastTransitionMs) lastTransitionMs = at;
  }
  for (const taint of node.spec?.taints ?? []) if (unreadyTaints.has(taint.key)) isReady = false;
  if (!isTold) return { isReady: false, lastTransitionMs: never, isResourceUnready: false };
  return { isReady, lastTransitionMs, isResourceUnready };
}

/** A node counts as ready when it is ready and not cordoned. */
export function isReadyAndSchedulable(node: Node): boolean {
  return readinessOf(node).isReady && node.spec?.unschedulable !== true;
}

const gpuLabel = "k8s.amazonaws.com/accelerator";

/** Resources that count as GPUs, in the order in which they are looked for (utils/gpu/gpu.go). */
export const gpuResources = [
  "nvidia.com/gpu",
  "habana.ai/gaudi",
  "gpu.intel.com/xe",
  "amd.com/gpu",
  "microsoft.com/directx",
] as const;

function isZero(text: string | number | undefined): boolean {
  return text === undefined || /^0+[a-zA-Z]*$/.test(String(text));
}

/** The GPU resource that a node has to give; undefined when it has none. */
function gpuAllocatable(node: Node): string | undefined {
  return gpuResources.find((name) => !isZero(node.status?.allocatable?.[name]));
}

/**
 * The GPU resource by which a node is judged: one that says it has GPUs, by label or resource, is judged by them alone. Undefined for a
 * node that says neither.
 */
export function gpuResourceOf(node: Node): string | undefined {
  const allocatable = gpuAllocatable(node);
  if (allocatable === undefined && node.metadata.labels?.[gpuLabel] === undefined) return undefined;
  return allocatable ?? "nvidia.com/gpu";
}

/**
 * Nodes as CA sees them: ready nodes whose GPUs are not there yet, or that carry a start-up taint, are taken as unready
 * (gpu_processor.go, taints.go).
 */
export function asSeen(nodes: readonly Node[], taints: TaintRules, startupTaintsUnready: boolean): readonly Node[] {
  return nodes.map((node) => {
    if (!isReadyAndSchedulable(node)) return node;
    if (node.metadata.labels?.[gpuLabel] !== undefined && gpuAllocatable(node) === undefined)
      return unreadyCopy(node, resourceUnready);
    const isStarting = startupTaintsUnready && (node.spec?.taints ?? []).some((taint) => taints.isStartup(taint.key));
    return isStarting ? unreadyCopy(node, "cluster-autoscaler.kubernetes.io/startup-taint") : node;
  });
}

function unreadyCopy(node: Node, reason: string): Node {
  const ready = {
    type: "Ready",
    status: "False",
    reason,
    ...(node.metadata.creationTimestamp === undefined ? {} : { lastTransitionTime: node.metadata.creationTimestamp }),
  };
  const others = (node.status?.conditions ?? []).filter((one) => one.type !== "Ready");
  return { ...node, status: { ...node.status, conditions: [ready, ...others] } };
}
