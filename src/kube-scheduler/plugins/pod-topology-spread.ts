// Mirrors framework/plugins/podtopologyspread/filtering.go of kube-scheduler 1.35.
import type { SchedulerCluster } from "../cluster/cluster.ts";
import type { DomainCounter } from "../cluster/domains.ts";
import type { PodInfo } from "../pods/registry.ts";
import type { Shape } from "../pods/shape.ts";
import { type PluginRefusal, refusal } from "../refusal.ts";
import { type SpreadConstraint, spreadNodes, spreadPods } from "./spread-constraints.ts";

const noDomain = refusal(
  "PodTopologySpread",
  "node(s) didn't match pod topology spread constraints (missing required label)",
  true,
);
const tooSkewed = refusal("PodTopologySpread", "node(s) didn't match pod topology spread constraints", false);

/** One hard constraint with the counts it is judged by. They are the cluster's own and change with it. */
export interface HardSpread {
  readonly constraint: SpreadConstraint;
  readonly counter: DomainCounter;
  /** 1 when the constraint selects the pod itself. */
  readonly self: 0 | 1;
}

/** Finds the counts for a pod's hard constraints. */
export function hardSpreads(
  cluster: SchedulerCluster,
  shape: Shape,
  constraints: readonly SpreadConstraint[],
): readonly HardSpread[] {
  const keys = constraints.map(({ topologyKey }) => topologyKey);
  return constraints.map((constraint) => ({
    constraint,
    counter: cluster.index.domains(
      spreadPods(cluster, shape, constraint),
      constraint.topologyKey,
      spreadNodes(cluster, shape, constraint, keys),
    ),
    self: constraint.selector.matches(shape.labels) ? 1 : 0,
  }));
}

/**
 * Whether the pod would skew its spread here, undefined when it would not (podtopologyspread/filtering.go). `moved` are pods by
 * constraint that were put on this one node, or taken from it, for the sake of the question only.
 */
export function skewRefusal(
  spreads: readonly HardSpread[],
  slot: number,
  moved: readonly number[] | undefined,
): PluginRefusal | undefined {
  for (let at = 0; at < spreads.length; at++) {
    const spread = spreads[at];
    if (spread === undefined) break;
    const { constraint, counter, self } = spread;
    const domain = counter.topology.domainOf[slot] ?? -1;
    if (domain < 0) return noDomain;
    let { least } = counter.least();
    let count = counter.counts[domain] ?? 0;
    const here = moved?.[at] ?? 0;
    if (here !== 0 && counter.domainAt(slot) >= 0) {
      const others = counter.least();
      count += here;
      least = Math.min(domain === others.domain ? others.second : others.least, count);
    }
    if (counter.domains < constraint.minDomains) least = 0;
    if (count + self - least > constraint.maxSkew) return tooSkewed;
  }
  return undefined;
}

/**
 * By how much a pod that comes to a node, or leaves it, counts for each constraint. Unlike in the counts themselves a pod that is being
 * deleted counts here, and an empty selector selects (`updateWithPod`).
 */
export function spreadShare(spreads: readonly HardSpread[], shape: Shape, info: PodInfo): readonly number[] {
  return spreads.map(({ constraint }) =>
    info.shape.namespace === shape.namespace && constraint.selector.matches(info.shape.labels) ? 1 : 0,
  );
}
