// Mirrors framework/plugins/interpodaffinity/filtering.go of kube-scheduler 1.35.
import type { SchedulerCluster } from "../cluster/cluster.ts";
import type { DomainCounter } from "../cluster/domains.ts";
import { foreignTermSelects, type LabelSet, ownTermSelects, type TermHolders } from "../cluster/matching.ts";
import type { NodeState } from "../cluster/node-state.ts";
import type { PodInfo } from "../pods/registry.ts";
import type { Shape } from "../pods/shape.ts";
import { type PluginRefusal, refusal } from "../refusal.ts";

const noCompany = refusal("InterPodAffinity", "node(s) didn't match pod affinity rules", true);
const badCompany = refusal("InterPodAffinity", "node(s) didn't match pod anti-affinity rules", false);
const unwelcome = refusal("InterPodAffinity", "node(s) didn't satisfy existing pods anti-affinity rules", false);

/** What InterPodAffinity asks of nodes for one pod, with the counts it is judged by. They are the cluster's own and change with it. */
export interface PodCompany {
  /** Pods that all required affinity terms select, by each term's key. */
  readonly affinity: readonly DomainCounter[];
  /** Whether the pod's terms select itself, so that it may be the first of its kind. */
  readonly selectsItself: boolean;
  /** Pods that each anti-affinity term selects. */
  readonly antiAffinity: readonly DomainCounter[];
  /** Anti-affinity of placed pods that this pod runs into. */
  readonly repellers: readonly TermHolders[];
}

/** Pods put on one node, or taken from it, for the sake of a question only. */
export interface CompanyMoved {
  /** Pods that all affinity terms select. */
  affinity: number;
  /** Pods by anti-affinity term. */
  readonly antiAffinity: number[];
  /** Terms of theirs that the pod runs into, by topology key. */
  readonly repellers: Map<string, number>;
}

/** Counts for the terms of a shape; they stay the same while the cluster's index does. */
export type OwnCompany = Omit<PodCompany, "repellers">;

/** Finds the counts for a shape's own terms. */
export function ownCompanyOf({ index }: SchedulerCluster, shape: Shape): OwnCompany {
  const { labels } = index.linkOf(shape);
  const all = shape.affinity.length === 0 ? undefined : index.termMatcher(shape.affinity);
  return {
    affinity: all === undefined ? [] : shape.affinity.map(({ topologyKey }) => index.domains(all, topologyKey)),
    selectsItself: all?.selects(labels) ?? false,
    antiAffinity: shape.antiAffinity.map((term) => index.domains(index.termMatcher([term]), term.topologyKey)),
  };
}

/** Adds what placed pods say; undefined when no term of anybody concerns the pod, and then nothing is asked at all. */
export function companyOf({ index }: SchedulerCluster, shape: Shape, own: OwnCompany): PodCompany | undefined {
  const repellers = index.linkOf(shape).labels.repellers.filter(({ counter }) => counter.total > 0);
  if (repellers.length === 0 && shape.affinity.length === 0 && shape.antiAffinity.length === 0) return undefined;
  return { ...own, repellers };
}

/** Whether the pod may be beside those on and around a node, undefined when it may (interpodaffinity/filtering.go). */
export function companyRefusal(
  company: PodCompany,
  node: NodeState,
  moved: CompanyMoved | undefined,
): PluginRefusal | undefined {
  const { slot } = node;
  let isInCompany = true;
  for (const { topology, counts } of company.affinity) {
    const domain = topology.domainOf[slot] ?? -1;
    if (domain < 0) return noCompany;
    if ((counts[domain] ?? 0) + (moved?.affinity ?? 0) <= 0) isInCompany = false;
  }
  if (!isInCompany && !(company.selectsItself && isFirst(company, moved))) return noCompany;
  for (let at = 0; at < company.antiAffinity.length; at++) {
    const counter = company.antiAffinity[at];
    if (counter === undefined) break;
    const { topology, counts } = counter;
    const domain = topology.domainOf[slot] ?? -1;
    if (domain >= 0 && (counts[domain] ?? 0) + (moved?.antiAffinity[at] ?? 0) > 0) return badCompany;
  }
  return isUnwelcome(company.repellers, node, moved) ? unwelcome : undefined;
}

// No pod anywhere, on nodes that have the key, answers the terms.
function isFirst({ affinity }: PodCompany, moved: CompanyMoved | undefined): boolean {
  return affinity.every(({ total }) => total + (moved?.affinity ?? 0) <= 0);
}

function isUnwelcome(repellers: readonly TermHolders[], node: NodeState, moved: CompanyMoved | undefined): boolean {
  if (moved === undefined || moved.repellers.size === 0) {
    for (const { counter } of repellers) {
      const domain = counter.topology.domainOf[node.slot] ?? -1;
      if (domain >= 0 && (counter.counts[domain] ?? 0) > 0) return true;
    }
    return false;
  }
  const sums = new Map(moved.repellers);
  for (const { counter } of repellers) {
    const { key, domainOf } = counter.topology;
    const domain = domainOf[node.slot] ?? -1;
    if (domain >= 0) sums.set(key, (sums.get(key) ?? 0) + (counter.counts[domain] ?? 0));
  }
  for (const [key, sum] of sums) if (sum > 0 && node.labels[key] !== undefined) return true;
  return false;
}

/** Nothing moved yet. */
export function nobodyMoved(company: PodCompany): CompanyMoved {
  return { affinity: 0, antiAffinity: company.antiAffinity.map(() => 0), repellers: new Map() };
}

/** Notes that a pod came to the node in question, or left it (`updateWithPod`). */
export function noteMoved(
  moved: CompanyMoved,
  shape: Shape,
  { cluster, info, sign }: { readonly cluster: SchedulerCluster; readonly info: PodInfo; readonly sign: 1 | -1 },
): void {
  const labelsOf = (namespace: string): LabelSet["labels"] | undefined => cluster.facts.namespaceLabels(namespace);
  const mover = cluster.index.linkOf(info.shape).labels;
  const own = cluster.index.linkOf(shape).labels;
  if (shape.affinity.length > 0 && shape.affinity.every((term) => ownTermSelects(term, mover, labelsOf)))
    moved.affinity += sign;
  shape.antiAffinity.forEach((term, at) => {
    if (ownTermSelects(term, mover, labelsOf)) moved.antiAffinity[at] = (moved.antiAffinity[at] ?? 0) + sign;
  });
  for (const term of info.shape.antiAffinity) {
    if (!foreignTermSelects(term, own, labelsOf)) continue;
    moved.repellers.set(term.topologyKey, (moved.repellers.get(term.topologyKey) ?? 0) + sign);
  }
}
