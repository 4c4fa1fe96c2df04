import type { ScoreTable } from "../../src/kube-scheduler/cycle/score.ts";
import type { Attempt } from "../../src/kube-scheduler/attempt.ts";
import { bestOf, type Diagnosis } from "../../src/kube-scheduler/cycle/decide.ts";
import type { NodeState } from "../../src/kube-scheduler/cluster/node-state.ts";
import type { PluginRefusal } from "../../src/kube-scheduler/refusal.ts";

/** What is asked for beside the decision itself. */
export interface Detail {
  /** No columns, few best nodes, no names of nodes that refused. */
  readonly isBrief: boolean;
  /** Nodes in the cluster. */
  readonly nodes: number;
  readonly startMs: number;
}

type Told = Record<string, unknown>;

/** An attempt in the words of the recordings, without the pods it woke. */
export function toldAttempt(attempt: Attempt, detail: Detail): Told {
  const told: Told = {
    pod: attempt.pod,
    atMs: attempt.atMs - detail.startMs,
    n: attempt.count,
    result: attempt.outcome,
  };
  if (attempt.wasNominatedTo !== "") told["wasNominated"] = attempt.wasNominatedTo;
  if (attempt.nodeName !== undefined) told["node"] = attempt.nodeName;
  if (attempt.message !== "") told["message"] = attempt.message;
  const { decision } = attempt;
  if (decision?.kind === "node") {
    told["feasibleN"] = decision.feasible.length;
    if (decision.table !== undefined) Object.assign(told, toldScores(decision.table, decision.feasible, detail));
  }
  if (decision?.kind === "none") Object.assign(told, toldDiagnosis(decision.diagnosis, detail));
  const preemption = toldPreemption(attempt);
  if (preemption !== undefined) told["preemption"] = preemption;
  return told;
}

function toldScores(table: ScoreTable, feasible: readonly NodeState[], { isBrief, nodes }: Detail): Told {
  const order = feasible.map((_, at) => at).sort((a, b) => (nameAt(feasible, a) < nameAt(feasible, b) ? -1 : 1));
  const best = bestOf(table, feasible);
  const bestScore = table.totals[best[0] ?? 0] ?? 0;
  const names = best.map((at) => nameAt(feasible, at));
  const score = bestScore === 0 ? {} : { bestScore };
  if (isBrief) return { ...score, best: names.slice(0, 4), ...(names.length > 4 ? { bestN: names.length } : {}) };
  const column = (scores: readonly number[] | number): unknown => {
    if (typeof scores === "number") return scores;
    const list = order.map((at) => scores[at] ?? 0);
    return list.every((one) => one === list[0]) ? list[0] : list;
  };
  return {
    ...score,
    best: names,
    feasible: feasible.length === nodes ? ["*"] : order.map((at) => nameAt(feasible, at)),
    total: column(table.totals),
    scores: Object.fromEntries(table.columns.map(({ plugin, scores }) => [plugin, column(scores)])),
  };
}

function nameAt(nodes: readonly NodeState[], at: number): string {
  return nodes[at]?.name ?? "";
}

function toldDiagnosis({ refused, plugins, allNodes }: Diagnosis, { isBrief }: Detail): Told {
  const groups = new Map<string, { readonly why: PluginRefusal; readonly nodes: string[] }>();
  for (const [node, why] of refused) {
    const key = JSON.stringify([why.plugin, why.isFinal, why.reasons]);
    const group = groups.get(key) ?? { why, nodes: [] };
    groups.set(key, group);
    group.nodes.push(node);
  }
  const sorted = [...groups.values()].map(({ why, nodes }) => ({ why, nodes: nodes.sort() }));
  sorted.sort((a, b) => ((a.nodes[0] ?? "") < (b.nodes[0] ?? "") ? -1 : 1));
  const leavesNamesOut = isBrief || (sorted.length === 1 && refused.size === allNodes);
  const refusals = sorted.map(({ why, nodes }) => ({
    plugin: why.plugin,
    ...(why.isFinal ? { final: true } : {}),
    reasons: why.reasons,
    ...(leavesNamesOut ? {} : { nodes }),
    n: nodes.length,
  }));
  return {
    ...(refusals.length === 0 ? {} : { refusals }),
    ...(plugins.size === 0 ? {} : { plugins: [...plugins].sort() }),
  };
}

function toldPreemption({ preemption }: Attempt): Told | undefined {
  const [chosen] = preemption?.best ?? [];
  if (preemption === undefined || chosen === undefined) return undefined;
  const candidates = [...preemption.candidates].sort((a, b) => (a.node.name < b.node.name ? -1 : 1));
  return {
    candidates: candidates.map(({ node, victims, violations }) => ({
      node: node.name,
      victims: victims.map(({ name }) => name),
      ...(violations === 0 ? {} : { violations }),
    })),
    best: preemption.best.map(({ node }) => node.name),
    nominated: chosen.node.name,
  };
}
