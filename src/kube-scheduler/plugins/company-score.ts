// Mirrors framework/plugins/interpodaffinity/scoring.go of kube-scheduler 1.35.
import type { SchedulerCluster } from "../cluster/cluster.ts";
import type { DomainCounter } from "../cluster/domains.ts";
import type { NodeState } from "../cluster/node-state.ts";
import type { Shape } from "../pods/shape.ts";
import type { Profile } from "../profile.ts";

/** Pods by domain, each worth so much for a node in that domain. */
interface Pull {
  readonly counter: DomainCounter;
  readonly weight: number;
}

/** What draws a pod to a domain, or off it: its own preferred terms, and terms of placed pods that select it. */
export function pullsOn({ index }: SchedulerCluster, shape: Shape, profile: Profile): readonly Pull[] {
  const { preferredAffinity, preferredAntiAffinity } = shape;
  const hasOwn = preferredAffinity.length + preferredAntiAffinity.length > 0;
  if (profile.ignorePreferredTermsOfExistingPods && !hasOwn) return [];
  const pulls: Pull[] = [];
  const add = (counter: DomainCounter, weight: number): void => {
    if (counter.total > 0) pulls.push({ counter, weight });
  };
  for (const { term, weight } of preferredAffinity)
    add(index.domains(index.termMatcher([term]), term.topologyKey), weight);
  for (const { term, weight } of preferredAntiAffinity)
    add(index.domains(index.termMatcher([term]), term.topologyKey), -weight);
  for (const { kind, weight, counter } of index.linkOf(shape).labels.pullers) {
    if (kind !== "wants") add(counter, weight);
    else if (profile.hardPodAffinityWeight > 0) add(counter, profile.hardPodAffinityWeight);
  }
  return pulls;
}

/** Scores feasible nodes from 0 to 100; undefined when nothing pulls anywhere (interpodaffinity/scoring.go). */
export function companyScores(pulls: readonly Pull[], nodes: readonly NodeState[]): number[] | undefined {
  if (pulls.length === 0) return undefined;
  const raw = nodes.map(() => 0);
  for (const { counter, weight } of pulls) {
    const { counts, topology } = counter;
    for (let at = 0; at < nodes.length; at++) {
      const domain = topology.domainOf[nodes[at]?.slot ?? -1] ?? -1;
      if (domain >= 0) raw[at] = (raw[at] ?? 0) + (counts[domain] ?? 0) * weight;
    }
  }
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (const sum of raw) {
    if (sum < least) least = sum;
    if (sum > most) most = sum;
  }
  const range = most - least;
  for (let at = 0; at < raw.length; at++)
    raw[at] = range > 0 ? Math.trunc(100 * (((raw[at] ?? 0) - least) / range)) : 0;
  return raw;
}
