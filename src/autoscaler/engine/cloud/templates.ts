import type { NodeTemplate } from "./template.ts";
import type { Node, Pod, ResourceTexts } from "../../../kube/objects.ts";
import { controllerOf, isTerminating } from "../../../kube/pod.ts";
import type { LoopState } from "../loop-state.ts";
import type { CachedTemplate } from "../memory.ts";
import { isDaemonSetPod, isMirror } from "../pods/classify.ts";
import { readinessOf } from "../state/readiness.ts";
import { hasTaint, sanitiseTaints, toBeDeleted } from "../state/taints.ts";
import { daemonPodOn } from "./daemon-sets.ts";

const stabilisationMs = 60_000;

/**
 * A template for each group (nodeinfosprovider/mixed_nodeinfos_processor.go): a good running node of it, one seen before, what
 * the provider
 * says, or any other node of it. Resources that only the provider knows of are added (asg_tag_resource_node_info_provider.go).
 */
export function makeTemplates(loop: LoopState, podsOn: (node: Node) => readonly Pod[]): Map<string, NodeTemplate> {
  const { memory, cloud, view, settings } = loop;
  const found = new Map<string, NodeTemplate>();
  const cache: Record<string, CachedTemplate> = { ...memory.templates };
  const take = (node: Node, source: NodeTemplate["source"]): string | undefined => {
    const group = cloud.groupOf(node);
    if (group === undefined || found.has(group.name)) return undefined;
    found.set(group.name, { ...sanitise(loop, group.name, { node, pods: podsOn(node) }), source });
    return group.name;
  };
  const nodes = settings.behaviour.scaleUpSeesAllNodes ? loop.nodes : loop.nodes.filter(isReadyNode);
  const good = nodes.filter((node) => isGoodTemplate(node, view.nowMs));
  for (const node of good) {
    const group = take(node, "running node");
    const template = group === undefined ? undefined : found.get(group);
    if (group !== undefined && template !== undefined)
      cache[group] = { node: template.node, pods: template.pods, addedMs: view.nowMs };
  }
  for (const group of cloud.groups) {
    if (found.has(group.name)) continue;
    const cached = cache[group.name];
    if (cached !== undefined && view.nowMs - cached.addedMs <= settings.of("node-info-cache-expire-time")) {
      found.set(group.name, { node: cached.node, pods: cached.pods, source: "node seen before" });
      continue;
    }
    delete cache[group.name];
    if (group.template === undefined) continue;
    found.set(group.name, { ...fromProvider(loop, group.name, group.template), source: "provider" });
  }
  for (const name of Object.keys(cache)) if (cloud.group(name) === undefined) delete cache[name];
  const isGood = new Set(good);
  for (const node of nodes) if (!isGood.has(node)) take(node, "unready node");
  memory.templates = cache;
  return new Map(
    Array.from(found, ([name, template]) => [name, withProviderResources(template, cloud.group(name)?.template)]),
  );
}

function isReadyNode(node: Node): boolean {
  return readinessOf(node).isReady && node.spec?.unschedulable !== true;
}

function isGoodTemplate(node: Node, nowMs: number): boolean {
  const { isReady, lastTransitionMs } = readinessOf(node);
  return (
    isReady &&
    lastTransitionMs + stabilisationMs < nowMs &&
    node.spec?.unschedulable !== true &&
    !hasTaint(node, toBeDeleted)
  );
}

/**
 * A node as a fresh one of its group: another name, no passing taints, its daemons and mirror pods only
 * (simulator/node_info_utils.go).
 */
function sanitise(
  loop: LoopState,
  group: string,
  of: { readonly node: Node; readonly pods: readonly Pod[]; readonly forcesDaemons?: boolean },
): Pick<NodeTemplate, "node" | "pods"> {
  const { settings, view } = loop;
  const name = `template-node-for-${group}-${view.nowMs}`;
  const fresh = renamed(of.node, name);
  const { unschedulable, ...spec } = fresh.spec ?? {};
  const isCordoned = unschedulable === true && !settings.taints.scaleFromUnschedulable;
  const node: Node = {
    ...fresh,
    spec: {
      ...spec,
      ...(isCordoned ? { unschedulable: true } : {}),
      taints: sanitiseTaints(of.node.spec?.taints, settings.taints),
    },
  };
  const running = of.pods.filter((pod) => !isTerminating(pod));
  const kept = running.filter((pod) => isMirror(pod) || isDaemonSetPod(pod));
  const sets = new Set(running.map(controllerOf).flatMap((owner) => (owner?.kind === "DaemonSet" ? [owner.uid] : [])));
  const forces = of.forcesDaemons === true || settings.of("force-ds");
  const missing = view.daemonSets
    .filter((set) => !sets.has(set.metadata.uid))
    .flatMap((set) => daemonPodOn(set, node) ?? [])
    .filter((pod) => forces || isPreemptingCritical(pod));
  return { node, pods: [...kept, ...missing] };
}

function isPreemptingCritical(pod: Pod): boolean {
  const policy = pod.spec.preemptionPolicy ?? "PreemptLowerPriority";
  return pod.spec.priorityClassName === "system-node-critical" && policy === "PreemptLowerPriority";
}

/** The provider's template: all daemons that would run on it, and a kube-proxy of 100m (aws_manager.go, cloudprovider.go). */
function fromProvider(loop: LoopState, group: string, template: Node): Pick<NodeTemplate, "node" | "pods"> {
  const made = sanitise(loop, group, { node: template, pods: [kubeProxy], forcesDaemons: true });
  return { ...made, node: withDeprecatedLabels(made.node) };
}

const kubeProxy: Pod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: {
    name: "kube-proxy",
    namespace: "kube-system",
    annotations: {
      "kubernetes.io/config.mirror": "true",
      "kubernetes.io/config.seen": "1",
      "kubernetes.io/config.source": "file",
    },
    labels: { component: "kube-proxy" },
  },
  spec: { containers: [{ name: "kube-proxy", image: "kube-proxy", resources: { requests: { cpu: "100m" } } }] },
};

const deprecatedLabels: readonly (readonly [old: string, now: string])[] = [
  ["beta.kubernetes.io/instance-type", "node.kubernetes.io/instance-type"],
  ["failure-domain.beta.kubernetes.io/zone", "topology.kubernetes.io/zone"],
  ["failure-domain.beta.kubernetes.io/region", "topology.kubernetes.io/region"],
];

// utils/labels/labels.go, `UpdateDeprecatedLabels`.
function withDeprecatedLabels(node: Node): Node {
  const labels: Record<string, string> = { ...node.metadata.labels };
  for (const [old, now] of deprecatedLabels) {
    const value = labels[now];
    if (value !== undefined) labels[old] = value;
  }
  return { ...node, metadata: { ...node.metadata, labels } };
}

/** A copy under another name, which is its host name too. */
export function renamed(node: Node, name: string): Node {
  const labels = { ...node.metadata.labels, "kubernetes.io/hostname": name };
  return { ...node, metadata: { ...node.metadata, name, labels } };
}

function withProviderResources(template: NodeTemplate, provider: Node | undefined): NodeTemplate {
  if (provider === undefined) return template;
  const { node } = template;
  const more = (own: ResourceTexts | undefined, theirs: ResourceTexts | undefined): ResourceTexts => ({
    ...theirs,
    ...own,
  });
  const status = {
    ...node.status,
    capacity: more(node.status?.capacity, provider.status?.capacity),
    allocatable: more(node.status?.allocatable, provider.status?.allocatable),
  };
  return { ...template, node: { ...node, status } };
}
