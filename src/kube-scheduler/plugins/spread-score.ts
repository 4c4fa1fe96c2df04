import type { SchedulerCluster } from "../cluster/cluster.ts";
import type { DomainCounter } from "../cluster/domains.ts";
import type { MatchCounter } from "../cluster/matching.ts";
import type { NodeState } from "../cluster/node-state.ts";
import type { Shape } from "../pods/shape.ts";
import type { Profile } from "../profile.ts";
import { type SpreadConstraint, spreadNodes, spreadPods } from "./spread-constraints.ts";

const hostname = "kubernetes.io/hostname";

/** A soft constraint with the counts it is scored by. */
export interface SoftSpread {
  readonly constraint: SpreadConstraint;
  readonly pods: MatchCounter;
  /** Over domains; of hosts the pods of the node itself are counted. */
  readonly counter: DomainCounter;
  readonly isByHost: boolean;
}

/** Soft constraints of a shape, and whether nodes without one of their keys are left out of the score. */
export interface SoftSpreads {
  readonly spreads: readonly SoftSpread[];
  readonly asksAllKeys: boolean;
}

/** Finds the counts for a shape's soft constraints. */
export function softSpreads(
  cluster: SchedulerCluster,
  shape: Shape,
  constraints: readonly SpreadConstraint[],
  profile: Profile,
): SoftSpreads {
  const asksAllKeys = shape.spreadConstraints.length > 0 || !profile.isSystemDefaulted;
  const keys = asksAllKeys ? constraints.map(({ topologyKey }) => topologyKey) : [];
  const spreads = constraints.map((constraint) => {
    const pods = spreadPods(cluster, shape, constraint);
    const eligibility = spreadNodes(cluster, shape, constraint, keys);
    const counter = cluster.index.domains(pods, constraint.topologyKey, eligibility);
    return { constraint, pods, counter, isByHost: constraint.topologyKey === hostname };
  });
  return { spreads, asksAllKeys };
}

/** Scores feasible nodes from 0 to 100, few like pods first (podtopologyspread/scoring.go). */
export function spreadScores({ spreads, asksAllKeys }: SoftSpreads, nodes: readonly NodeState[]): number[] {
  const isLeftOut = nodes.map(
    ({ slot }) => asksAllKeys && spreads.some(({ counter }) => (counter.topology.domainOf[slot] ?? -1) < 0),
  );
  const weights = spreads.map((spread) => Math.log(domainsAmong(spread, nodes, isLeftOut) + 2));
  let most = 0;
  let least = Number.MAX_SAFE_INTEGER;
  const raw = nodes.map(({ slot }, at) => {
    if (isLeftOut[at] === true) return 0;
    let score = 0;
    for (let one = 0; one < spreads.length; one++) {
      const spread = spreads[one];
      const domain = spread?.counter.topology.domainOf[slot] ?? -1;
      if (spread === undefined || domain < 0) continue;
      const count = spread.isByHost ? (spread.pods.bySlot[slot] ?? 0) : (spread.counter.counts[domain] ?? 0);
      score += count * (weights[one] ?? 0) + (spread.constraint.maxSkew - 1);
    }
    const rounded = Math.round(score);
    if (rounded > most) most = rounded;
    if (rounded < least) least = rounded;
    return rounded;
  });
  return raw.map((score, at) => {
    if (isLeftOut[at] === true) return 0;
    return most === 0 ? 100 : Math.trunc((100 * (most + least - score)) / most);
  });
}

// Of hosts every scored node is one; of other keys the values among scored nodes, a missing one being a value too.
function domainsAmong(
  { counter, isByHost }: SoftSpread,
  nodes: readonly NodeState[],
  isLeftOut: readonly boolean[],
): number {
  const found = new Set<number>();
  let scored = 0;
  for (let at = 0; at < nodes.length; at++) {
    const node = nodes[at];
    if (node === undefined || isLeftOut[at] === true) continue;
    scored += 1;
    if (!isByHost) found.add(counter.topology.domainOf[node.slot] ?? -1);
  }
  return isByHost ? scored : found.size;
}
