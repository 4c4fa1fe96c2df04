// Mirrors framework/plugins/podtopologyspread/common.go of kube-scheduler 1.35.
import type { LabelSelectorRequirement, Labels, TopologySpreadConstraint } from "../../kube/objects.ts";
import type { SchedulerCluster } from "../cluster/cluster.ts";
import type { Eligibility } from "../cluster/domains.ts";
import type { Facts } from "../cluster/facts.ts";
import type { MatchCounter } from "../cluster/matching.ts";
import { nothing, readSelector, type Selector, selectorOf } from "../pods/selectors.ts";
import type { Shape } from "../pods/shape.ts";
import type { Profile } from "../profile.ts";
import { hasUntoleratedTaint } from "./taint-toleration.ts";

/** A spread constraint as the plugin keeps it (`topologySpreadConstraint`). */
export interface SpreadConstraint {
  readonly maxSkew: number;
  readonly topologyKey: string;
  readonly selector: Selector;
  readonly minDomains: number;
  /** Nodes that the pod's own selector and affinity exclude do not count. */
  readonly honorsAffinity: boolean;
  /** Nodes with a taint that the pod does not tolerate do not count. */
  readonly honorsTaints: boolean;
}

/** Hard (`DoNotSchedule`) or soft (`ScheduleAnyway`). */
export type SpreadAction = "DoNotSchedule" | "ScheduleAnyway";

/**
 * The constraints of a pod: its own, or without any those of the profile over the pods that its services and its controller select
 * (podtopologyspread/common.go).
 */
export function spreadConstraintsOf(
  shape: Shape,
  action: SpreadAction,
  profile: Profile,
  facts: Facts,
): readonly SpreadConstraint[] {
  if (shape.spreadConstraints.length > 0)
    return shape.spreadConstraints
      .filter((one) => one.whenUnsatisfiable === action)
      .map((one) => read(one, shape.labels));
  const defaults = profile.defaultConstraints.filter((one) => one.whenUnsatisfiable === action);
  if (defaults.length === 0) return [];
  const selector = defaultSelector(shape, facts);
  return selector.isEmpty ? [] : defaults.map((one) => ({ ...read(one, shape.labels), selector }));
}

/** Pods of the shape's namespace that the constraint selects, not counting those that leave; an empty selector counts none. */
export function spreadPods(cluster: SchedulerCluster, shape: Shape, { selector }: SpreadConstraint): MatchCounter {
  const { key, matches } = selector.isEmpty ? nothing : selector;
  return cluster.index.spreadMatcher(shape.namespace, key, matches);
}

/** Nodes that count for a constraint: they have all the keys and pass its policies. */
export function spreadNodes(
  cluster: SchedulerCluster,
  shape: Shape,
  constraint: SpreadConstraint,
  keys: readonly string[],
): Eligibility {
  const { honorsAffinity, honorsTaints } = constraint;
  const key = JSON.stringify([
    keys.toSorted(),
    honorsAffinity ? shape.requirementKey : "",
    honorsTaints ? shape.tolerations : false,
  ]);
  return cluster.index.eligibility(key, (slot) => {
    const node = cluster.nodeAt(slot);
    if (node === undefined || keys.some((one) => node.labels[one] === undefined)) return false;
    if (honorsAffinity && shape.requirement?.matches(node.labels, node.name) === false) return false;
    return !honorsTaints || !hasUntoleratedTaint(node.taints, shape.tolerations);
  });
}

function read(constraint: TopologySpreadConstraint, labels: Labels): SpreadConstraint {
  return {
    maxSkew: constraint.maxSkew,
    topologyKey: constraint.topologyKey,
    selector: narrowed(constraint, labels),
    minDomains: constraint.minDomains ?? 1,
    honorsAffinity: (constraint.nodeAffinityPolicy ?? "Honor") === "Honor",
    honorsTaints: (constraint.nodeTaintsPolicy ?? "Ignore") === "Honor",
  };
}

// matchLabelKeys add the pod's own values. An absent selector still selects nothing.
function narrowed({ labelSelector, matchLabelKeys = [] }: TopologySpreadConstraint, labels: Labels): Selector {
  if (labelSelector === undefined) return nothing;
  const own: LabelSelectorRequirement[] = matchLabelKeys.flatMap((key) => {
    const value = labels[key];
    return value === undefined ? [] : [{ key, operator: "In", values: [value] }];
  });
  if (own.length === 0) return readSelector(labelSelector);
  return selectorOf(labelSelector.matchLabels ?? {}, [...own, ...(labelSelector.matchExpressions ?? [])]);
}

// helper.DefaultSelector: all services that select the pod and what its controller selects, together.
function defaultSelector({ namespace, labels, controller }: Shape, facts: Facts): Selector {
  const wanted: Record<string, string> = {};
  for (const { spec } of facts.servicesIn(namespace)) {
    const selector = spec?.selector;
    if (selector === undefined) continue;
    if (Object.entries(selector).every(([key, value]) => labels[key] === value)) Object.assign(wanted, selector);
  }
  const { apiVersion, kind, name } = controller ?? {};
  switch (`${apiVersion ?? ""}/${kind ?? ""}`) {
    case "v1/ReplicationController": {
      const selector = facts.get("replicationcontrollers", `${namespace}/${name ?? ""}`)?.spec?.selector;
      return selectorOf({ ...wanted, ...selector }, []);
    }
    case "apps/v1/ReplicaSet":
    case "apps/v1/StatefulSet": {
      const list = kind === "ReplicaSet" ? "replicasets" : "statefulsets";
      const selector = facts.get(list, `${namespace}/${name ?? ""}`)?.spec.selector;
      const pairs = Object.entries(selector?.matchLabels ?? {}).map(([key, value]) => ({
        key,
        operator: "In",
        values: [value],
      }));
      return selectorOf(wanted, [...pairs, ...(selector?.matchExpressions ?? [])]);
    }
    default:
      return selectorOf(wanted, []);
  }
}
