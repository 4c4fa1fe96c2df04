import type {
  KubeObject,
  LabelSelector,
  LabelSelectorRequirement,
  Pod,
  TopologySpreadConstraint,
} from "../../kube/objects.ts";
import { groupBy } from "../../kube/group-by.ts";
import { controllerOf } from "../../kube/pod.ts";
import type { ClusterObjects } from "../../kube/resources.ts";
import { inNameOrder } from "../state-node.ts";
import { namespacedName } from "../namespaced-name.ts";

/** Gives pods the cluster's default spread constraints. */
export type DefaultSpread = (pod: Pod) => Pod;

const unchanged: DefaultSpread = (pod) => pod;

/**
 * Applies the defaults of a scheduler configuration (Karpenter's `scheduling/defaultconstraints.go`, v1.15), as kube-scheduler would: to
 * pods that name no constraint themselves, with a selector deduced for each. A pod for which none can be deduced stays as it is: an empty
 * selector would count every pod of the namespace. The same pod gives the same object.
 */
export function defaultSpread(
  objects: ClusterObjects,
  defaults: readonly TopologySpreadConstraint[] | undefined,
): DefaultSpread {
  if (defaults === undefined || defaults.length === 0) return unchanged;
  const selectorOf = selectors(objects);
  const known = new Map<Pod, Pod>();
  return (pod) => {
    let spread = known.get(pod);
    if (spread === undefined) {
      spread = spreadBy(pod, defaults, selectorOf);
      known.set(pod, spread);
    }
    return spread;
  };
}

function spreadBy(
  pod: Pod,
  defaults: readonly TopologySpreadConstraint[],
  selectorOf: (pod: Pod) => LabelSelector | undefined,
): Pod {
  if ((pod.spec.topologySpreadConstraints ?? []).length > 0) return pod;
  const labelSelector = selectorOf(pod);
  if (labelSelector === undefined) return pod;
  const topologySpreadConstraints = defaults.map((constraint) => ({ ...constraint, labelSelector }));
  return { ...pod, spec: { ...pod.spec, topologySpreadConstraints } };
}

/**
 * The selector of the Services that select a pod, joined (the last one has its say), and of its controller: a ReplicationController's
 * labels overwrite theirs, a ReplicaSet's or StatefulSet's selector is added. Undefined when nothing selects it.
 */
function selectors(objects: ClusterObjects): (pod: Pod) => LabelSelector | undefined {
  const services = groupBy(inNameOrder(objects.services ?? []), ({ metadata }) => metadata.namespace ?? "");
  const owners = ownersIn(objects);
  return (pod) => {
    const { namespace = "", labels = {} } = pod.metadata;
    const matchLabels: Record<string, string> = {};
    for (const service of services.get(namespace) ?? []) {
      const selector = plainSelectorOf(service);
      if (selector.every(([key, value]) => labels[key] === value))
        for (const [key, value] of selector) matchLabels[key] = value;
    }
    const owner = controllerOf(pod);
    const found =
      owner === undefined ? undefined : owners.get(`${owner.apiVersion} ${owner.kind} ${namespace}/${owner.name}`);
    Object.assign(matchLabels, found?.matchLabels);
    const matchExpressions = found?.matchExpressions ?? [];
    if (Object.keys(matchLabels).length === 0 && matchExpressions.length === 0) return undefined;
    return { ...(Object.keys(matchLabels).length === 0 ? {} : { matchLabels }), matchExpressions };
  };
}

interface Contribution {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly LabelSelectorRequirement[];
}

function ownersIn({
  replicasets,
  statefulsets,
  replicationcontrollers,
}: ClusterObjects): ReadonlyMap<string, Contribution> {
  const owners = new Map<string, Contribution>();
  for (const [kind, list] of [
    ["ReplicaSet", replicasets],
    ["StatefulSet", statefulsets],
  ] as const)
    for (const owner of list ?? [])
      owners.set(`apps/v1 ${kind} ${namespacedName(owner)}`, { matchExpressions: expressionsOf(owner.spec.selector) });
  for (const owner of replicationcontrollers ?? [])
    owners.set(`v1 ReplicationController ${namespacedName(owner)}`, {
      matchLabels: Object.fromEntries(plainSelectorOf(owner)),
    });
  return owners;
}

function expressionsOf({
  matchLabels = {},
  matchExpressions = [],
}: LabelSelector = {}): readonly LabelSelectorRequirement[] {
  const equal = Object.entries(matchLabels).map(([key, value]) => ({ key, operator: "In", values: [value] }));
  return [...equal, ...matchExpressions];
}

/** `spec.selector` of a Service or ReplicationController: labels alone. Absent, it selects nothing, and so contributes nothing. */
function plainSelectorOf(object: KubeObject): readonly (readonly [string, string])[] {
  const spec: unknown = "spec" in object ? object.spec : undefined;
  const selector: unknown = typeof spec === "object" && spec !== null && "selector" in spec ? spec.selector : undefined;
  if (typeof selector !== "object" || selector === null) return [];
  return Object.entries(selector).flatMap(([key, value]: [string, unknown]) =>
    typeof value === "string" ? [[key, value] as const] : [],
  );
}
