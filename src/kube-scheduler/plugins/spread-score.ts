// Mirrors framework/plugins/podtopologyspread/scoring.go of kube-scheduler 1.35.
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
export function spreadScores(soft: SoftSpreads, nodes: readonly NodeState[]): number[] {
  const { spreads } = soft;
  const left = leftOut(soft, nodes);
  const raw = nodes.map(() => 0);
  for (const spread of spreads) addRaw(spread, nodes, { left, raw });
  let most = 0;
  let least = Number.MAX_SAFE_INTEGER;
  for (let at = 0; at < raw.length; at++) {
    if (left?.[at] === 1) continue;
    const rounded = Math.round(raw[at] ?? 0);
    raw[at] = rounded;
    if (rounded > most) most = rounded;
    if (rounded < least) least = rounded;
  }
  for (let at = 0; at < raw.length; at++) {
    if (left?.[at] === 1) raw[at] = 0;
    else raw[at] = most === 0 ? 100 : Math.trunc((100 * (most + least - (raw[at] ?? 0))) / most);
  }
  return raw;
}

// 1 for each node that lacks a key and is asked for it; undefined when there is none.
function leftOut({ spreads, asksAllKeys }: SoftSpreads, nodes: readonly NodeState[]): Uint8Array | undefined {
  if (!asksAllKeys) return undefined;
  let left: Uint8Array | undefined;
  for (const { counter } of spreads) {
    const { domainOf } = counter.topology;
    for (let at = 0; at < nodes.length; at++) {
      if ((domainOf[nodes[at]?.slot ?? -1] ?? -1) >= 0) continue;
      left ??= new Uint8Array(nodes.length);
      left[at] = 1;
    }
  }
  return left;
}

interface RawScores {
  readonly left: Uint8Array | undefined;
  readonly raw: number[];
}

function addRaw(spread: SoftSpread, nodes: readonly NodeState[], { left, raw }: RawScores): void {
  const { counter, pods, isByHost, constraint } = spread;
  const { domainOf } = counter.topology;
  const weight = Math.log(domainsAmong(spread, nodes, left) + 2);
  for (let at = 0; at < nodes.length; at++) {
    const slot = nodes[at]?.slot ?? -1;
    const domain = domainOf[slot] ?? -1;
    if (domain < 0 || left?.[at] === 1) continue;
    const count = isByHost ? (pods.bySlot[slot] ?? 0) : (counter.counts[domain] ?? 0);
    raw[at] = (raw[at] ?? 0) + (count * weight + (constraint.maxSkew - 1));
  }
}

// Of hosts every scored node is one; of other keys the values among scored nodes, a missing one being a value too.
function domainsAmong(
  { counter, isByHost }: SoftSpread,
  nodes: readonly NodeState[],
  left: Uint8Array | undefined,
): number {
  if (isByHost) return left === undefined ? nodes.length : left.reduce((count, one) => count - one, nodes.length);
  const { domainOf, ids } = counter.topology;
  const isMet = new Uint8Array(ids.size + 1);
  let domains = 0;
  for (let at = 0; at < nodes.length; at++) {
    if (left?.[at] === 1) continue;
    const place = (domainOf[nodes[at]?.slot ?? -1] ?? -1) + 1;
    if (isMet[place] === 1) continue;
    isMet[place] = 1;
    domains += 1;
  }
  return domains;
}
