// Mirrors processors/nodegroupset/compare_nodegroups.go of Cluster Autoscaler 1.36.1.
import type { Node, Pod, ResourceTexts } from "../../../kube/objects.ts";
import { podRequests } from "../../../kube/pod-requests.ts";
import { parseQuantity } from "../../../kube/quantity.ts";
import type { WorkingGroup } from "../cloud/cloud.ts";
import type { NodeTemplate } from "../cloud/template.ts";
import type { LoopState } from "../loop-state.ts";

/** Labels that tell nodes of one group apart, or groups that only lie in other zones (compare_nodegroups.go, aws_nodegroups.go). */
const ignoredLabels: ReadonlySet<string> = new Set([
  "kubernetes.io/hostname",
  "failure-domain.beta.kubernetes.io/zone",
  "failure-domain.beta.kubernetes.io/region",
  "topology.kubernetes.io/zone",
  "topology.kubernetes.io/region",
  "beta.kubernetes.io/fluentd-ds-ready",
  "kops.k8s.io/instancegroup",
  "alpha.eksctl.io/instance-id",
  "alpha.eksctl.io/nodegroup-name",
  "eks.amazonaws.com/nodegroup",
  "k8s.amazonaws.com/eniConfig",
  "lifecycle",
  "topology.ebs.csi.aws.com/zone",
  "topology.k8s.aws/zone-id",
]);

/** Groups whose template is like that of another, in the provider's order. */
export function likeGroups(loop: LoopState, group: WorkingGroup): readonly WorkingGroup[] {
  const own = loop.templates.get(group.name);
  if (own === undefined) return [];
  return loop.cloud.groups.filter((other) => {
    const template = other === group ? undefined : loop.templates.get(other.name);
    return template !== undefined && areSimilar(own, template, loop);
  });
}

/** Whether nodes of two templates would serve the same pods. With `--balancing-label` those labels alone decide. */
function areSimilar(a: NodeTemplate, b: NodeTemplate, { settings }: Pick<LoopState, "settings">): boolean {
  const labels = settings.of("balancing-label");
  if (labels.length > 0) return labels.every((key) => haveSameLabel(a.node, b.node, key));
  const ignored = new Set([...ignoredLabels, ...settings.of("balancing-ignore-label")]);
  return (
    isCapacityAlike(a.node, b.node, settings.of("memory-difference-ratio")) &&
    isWithin(
      quantities(a.node.status?.allocatable),
      quantities(b.node.status?.allocatable),
      settings.of("max-allocatable-difference-ratio"),
    ) &&
    isWithin(freeOf(a), freeOf(b), settings.of("max-free-difference-ratio")) &&
    areLabelsAlike(a.node, b.node, ignored)
  );
}

function haveSameLabel(a: Node, b: Node, key: string): boolean {
  const value = a.metadata.labels?.[key];
  return value !== undefined && value === b.metadata.labels?.[key];
}

function areLabelsAlike(a: Node, b: Node, ignored: ReadonlySet<string>): boolean {
  const own = Object.entries(a.metadata.labels ?? {}).filter(([key]) => !ignored.has(key));
  const others = Object.keys(b.metadata.labels ?? {}).filter((key) => !ignored.has(key));
  return own.length === others.length && own.every(([key, value]) => b.metadata.labels?.[key] === value);
}

type Quantities = ReadonlyMap<string, bigint>;

function quantities(texts: ResourceTexts | undefined): Quantities {
  return new Map(
    Object.entries(texts ?? {}).flatMap(([name, text]) => {
      const parsed = parseQuantity(text);
      return parsed.ok ? [[name, parsed.value] as const] : [];
    }),
  );
}

function isCapacityAlike(a: Node, b: Node, memoryRatio: number): boolean {
  const own = quantities(a.status?.capacity);
  const others = quantities(b.status?.capacity);
  if (own.size !== others.size) return false;
  for (const [name, amount] of own) {
    const other = others.get(name);
    if (other === undefined) return false;
    const isAlike = name === "memory" ? isNear(amount, other, memoryRatio) : amount === other;
    if (!isAlike) return false;
  }
  return true;
}

function isWithin(own: Quantities, others: Quantities, ratio: number): boolean {
  if (own.size !== others.size) return false;
  for (const [name, amount] of own) {
    const other = others.get(name);
    if (other === undefined || !isNear(amount, other, ratio)) return false;
  }
  return true;
}

function isNear(a: bigint, b: bigint, ratio: number): boolean {
  const larger = Math.max(milli(a), milli(b));
  return larger - Math.min(milli(a), milli(b)) <= larger * ratio;
}

function milli(amount: bigint): number {
  const rest = amount % 1_000_000n;
  return Number(amount / 1_000_000n + (rest > 0n ? 1n : 0n));
}

// cpu, memory, ephemeral storage and pods are always counted, and whatever else some pod asks for.
function freeOf({ node, pods }: NodeTemplate): Quantities {
  const allocatable = quantities(node.status?.allocatable);
  const used = new Map<string, bigint>(["cpu", "memory", "ephemeral-storage"].map((name) => [name, 0n]));
  for (const pod of pods) for (const [name, amount] of requestsOf(pod)) used.set(name, (used.get(name) ?? 0n) + amount);
  used.set("pods", 0n);
  return new Map(Array.from(used, ([name, amount]) => [name, (allocatable.get(name) ?? 0n) - amount]));
}

function requestsOf(pod: Pod): Quantities {
  const parsed = podRequests(pod);
  return parsed.ok ? parsed.value : new Map();
}
