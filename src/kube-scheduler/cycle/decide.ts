// Mirrors schedule_one.go of kube-scheduler 1.35.
import type { NodeState } from "../cluster/node-state.ts";
import { type Framework, isRefusal } from "../framework.ts";
import type { PodInfo } from "../pods/registry.ts";
import type { PluginRefusal, PluginName, SchedulingError } from "../refusal.ts";
import { askWithNominated, findNodes, type Search } from "./find-nodes.ts";
import type { Prefiltered } from "./prefiltered.ts";
import { scoreNodes, type ScoreTable } from "./score.ts";

/** Why no node took a pod (`framework.Diagnosis`). */
export interface Diagnosis {
  readonly allNodes: number;
  /** Refusals by node name, of nodes that were asked. */
  readonly refused: ReadonlyMap<string, PluginRefusal>;
  /** What all other nodes are taken to have said. */
  readonly absent: PluginRefusal | undefined;
  /** Refused before any node was asked: that reason alone. */
  readonly before: string | undefined;
  /** Plugins that refused something: their events bring the pod back. */
  readonly plugins: ReadonlySet<PluginName>;
}

/** Where a pod goes, or why nowhere. */
export type Decision =
  | {
      readonly kind: "node";
      readonly node: NodeState;
      readonly feasible: readonly NodeState[];
      /** Absent when only one node passed, or one was tried before all others: nothing is scored then. */
      readonly table: ScoreTable | undefined;
      readonly asked: Prefiltered;
      /** Nodes that were looked at: where the next search starts. */
      readonly looked: number;
    }
  | {
      readonly kind: "none";
      readonly diagnosis: Diagnosis;
      readonly asked: Prefiltered | undefined;
      readonly looked: number;
    }
  | { readonly kind: "no-nodes" }
  | { readonly kind: "error"; readonly error: SchedulingError; readonly looked: number };

/** What one attempt is given beside the pod. */
export interface Attempted extends Search {
  /** The node to try before all others: one that is nominated for the pod, or hinted; undefined for none. */
  readonly first: (asked: Prefiltered) => NodeState | undefined;
}

/** One attempt to find a node, without preemption (schedule_one.go, `schedulePod`). */
export function decide(framework: Framework, info: PodInfo, attempt: Attempted): Decision {
  const { nodes } = attempt;
  framework.cluster.images.renew();
  if (nodes.length === 0) return { kind: "no-nodes" };
  const found = framework.prefilterInfo(info);
  if (!found.ok && "error" in found) return { kind: "error", error: found.error, looked: 0 };
  if (!found.ok) return refusedBefore(found.refusal, nodes.length);
  const asked = found.value;
  const refused = new Map<string, PluginRefusal>();
  const first = attempt.first(asked);
  if (first !== undefined) {
    const answer = askWithNominated(framework, asked, first, { nominated: attempt.nominatedTo(first.name) });
    if (answer === undefined)
      return { kind: "node", node: first, feasible: [first], table: undefined, asked, looked: 0 };
    if (isRefusal(answer)) refused.set(first.name, answer);
  }
  const { onlyNodes } = asked;
  const candidates = onlyNodes === undefined ? nodes : nodes.filter((node) => onlyNodes.has(node.name));
  const search = findNodes(framework, asked, { ...attempt, nodes: candidates });
  for (const [name, one] of search.refused) refused.set(name, one);
  const looked = search.feasible.length + refused.size;
  if (search.error !== undefined) return { kind: "error", error: search.error, looked };
  if (search.feasible.length > 0) return pick(framework, asked, { feasible: search.feasible, looked });
  const plugins = new Set(Array.from(refused.values(), ({ plugin }) => plugin));
  if (onlyNodes !== undefined) plugins.add("NodeAffinity");
  return {
    kind: "none",
    diagnosis: {
      allNodes: nodes.length,
      refused,
      absent: onlyNodes === undefined ? undefined : leftOut,
      before: undefined,
      plugins,
    },
    asked,
    looked,
  };
}

/** Positions of all nodes with the highest total, first by name first; the real scheduler draws among them. */
export function bestOf({ totals }: ScoreTable, nodes: readonly NodeState[]): readonly number[] {
  let most = Number.NEGATIVE_INFINITY;
  for (const total of totals) if (total > most) most = total;
  const best: number[] = [];
  for (let at = 0; at < totals.length; at++) if (totals[at] === most) best.push(at);
  const nameAt = (at: number): string => nodes[at]?.name ?? "";
  return best.sort((a, b) => (nameAt(a) < nameAt(b) ? -1 : 1));
}

function firstOfBest({ totals }: ScoreTable, nodes: readonly NodeState[]): NodeState | undefined {
  let best: NodeState | undefined;
  let most = Number.NEGATIVE_INFINITY;
  for (let at = 0; at < totals.length; at++) {
    const total = totals[at] ?? 0;
    const node = nodes[at];
    if (total < most || node === undefined) continue;
    if (total > most || best === undefined || node.name < best.name) best = node;
    most = total;
  }
  return best;
}

const leftOut: PluginRefusal = {
  plugin: "NodeAffinity",
  reasons: ["node(s) didn't satisfy plugin(s) [NodeAffinity]"],
  isFinal: true,
};

function refusedBefore(why: PluginRefusal, allNodes: number): Decision {
  const diagnosis: Diagnosis = {
    allNodes,
    refused: new Map(),
    absent: why,
    before: why.reasons.join(", "),
    plugins: new Set([why.plugin]),
  };
  return { kind: "none", diagnosis, asked: undefined, looked: 0 };
}

function pick(
  framework: Framework,
  asked: Prefiltered,
  { feasible, looked }: { readonly feasible: readonly NodeState[]; readonly looked: number },
): Decision {
  const [only] = feasible;
  if (only !== undefined && feasible.length === 1)
    return { kind: "node", node: only, feasible, table: undefined, asked, looked };
  const table = scoreNodes(framework, asked, feasible);
  if ("message" in table) return { kind: "error", error: table, looked };
  const node = firstOfBest(table, feasible);
  return node === undefined ? { kind: "no-nodes" } : { kind: "node", node, feasible, table, asked, looked };
}
