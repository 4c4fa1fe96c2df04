import type { Pod } from "../../kube/objects.ts";
import { selectorMatches } from "../../kube/selector.ts";
import { podName } from "../../migration/shift/movable.ts";
import { type PlanProgress, progressOf } from "../../migration/progress.ts";
import { type Step, isOf } from "../../migration/step.ts";
import { Fault } from "../../fault/fault.ts";
import type { Reading, World } from "../../ports/world.ts";
import { pastPlans } from "../../migration/history.ts";
import { describeBudget } from "./drain.ts";
import { namesIn } from "./params.ts";
import { loadOf } from "./pods.ts";
import type { MigrationPlan } from "../../migration/plan.ts";
import { warn } from "../run/news.ts";
import { requireOwnWhereKnown } from "../run/same-cluster.ts";
import { clusterIn } from "./prepare.ts";

/** Where a migration is, from the journal, and what it waits for, from the cluster. */
export interface MigrationStatus {
  readonly progress: PlanProgress<MigrationPlan>;
  /** ISO time of this look, in the world's time. */
  readonly now: string;
  /** Pods that hold the current step up: `payments/queue-worker — PDB queue allows 0 of 1`. */
  readonly waiting: readonly string[];
  /** Nodes drained and to be drained in the current stage. */
  readonly drained: { readonly done: number; readonly of: number } | undefined;
}

/** The newest migration of this cluster that the journal knows; undefined when there is none. Read-only. */
export async function readStatus(
  world: Reading,
  clusterName: string | undefined,
): Promise<MigrationStatus | undefined> {
  const { entries, torn } = await world.journal.read();
  for (const where of torn) warn(world.host, { code: "journal-torn", where });
  const name = clusterName ?? clusterIn(entries);
  const last = name === undefined ? undefined : pastPlans(entries, "migrate", name).at(-1);
  if (last === undefined) return undefined;
  await requireOwnWhereKnown(world, last.plan.cluster);
  const progress = progressOf(last.plan, entries);
  return {
    progress,
    now: new Date(world.clock.nowMs()).toISOString(),
    waiting: progress.end === undefined ? await waitingPods(world, currentStep(progress)) : [],
    drained: drainedNodes(progress),
  };
}

/** The first step of the current stage that is not done. Undefined when all are, or no stage is under way. */
export function currentStep(progress: PlanProgress): Step | undefined {
  const stage = progress.current === undefined ? undefined : progress.stages[progress.current];
  return stage?.steps.find(({ state }) => state !== "done" && state !== "kept")?.step;
}

async function waitingPods(world: Reading, step: Step | undefined): Promise<readonly string[]> {
  if (step === undefined || !isOf(step, "migrate/drain")) return [];
  try {
    const pods = await world.cluster.list("pods");
    const { moving } = loadOf(pods, namesIn(step.params), step.params.consents);
    const budgets = await world.cluster.list("poddisruptionbudgets");
    return moving.flatMap(({ pod }) => {
      const over = budgets
        .filter(
          (budget) =>
            isOver(budget.metadata.namespace, pod) && selectorMatches(budget.spec.selector, pod.metadata.labels),
        )
        .filter((budget) => (budget.status?.disruptionsAllowed ?? 0) === 0);
      return over.length === 0 ? [] : [`${podName(pod)} — ${over.map(describeBudget).join(", ")}`];
    });
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    warn(world.host, { code: "waiting-unknown", problem: error.message });
    return [];
  }
}

function isOver(namespace: string | undefined, pod: Pod): boolean {
  return (namespace ?? "default") === (pod.metadata.namespace ?? "default");
}

function drainedNodes(progress: PlanProgress): { readonly done: number; readonly of: number } | undefined {
  const stage = progress.current === undefined ? undefined : progress.stages[progress.current];
  const drains = (stage?.steps ?? []).flatMap(({ step, state }) =>
    isOf(step, "migrate/drain") ? [{ nodes: step.params.nodes.length, state }] : [],
  );
  if (drains.length === 0) return undefined;
  const count = (list: typeof drains): number => list.reduce((sum, { nodes }) => sum + nodes, 0);
  return { done: count(drains.filter(({ state }) => state === "done" || state === "kept")), of: count(drains) };
}

/** Asks the run that holds the journal to stop after its current step. Nothing to do when nobody runs. */
export async function pauseMigration(world: World, by: string): Promise<"asked" | "not-running"> {
  try {
    const release = await world.journal.acquire(by);
    await release();
    return "not-running";
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== "journal.held") throw error;
  }
  await world.journal.requestPause?.(by);
  return "asked";
}
