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
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  const raw = nodes.map(({ slot }) => {
    let sum = 0;
    for (const { counter, weight } of pulls) {
      const domain = counter.topology.domainOf[slot] ?? -1;
      if (domain >= 0) sum += (counter.counts[domain] ?? 0) * weight;
    }
    if (sum < least) least = sum;
    if (sum > most) most = sum;
    return sum;
  });
  const range = most - least;
  return raw.map((score) => (range > 0 ? Math.trunc(100 * ((score - least) / range)) : 0));
}
