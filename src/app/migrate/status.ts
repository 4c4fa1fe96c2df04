import type { Json, Pod } from "../../kube/objects.ts";
import { selectorMatches } from "../../kube/selector.ts";
import { podName } from "../../migration/shift/movable.ts";
import { type Progress, progressOf } from "../../migration/progress.ts";
import type { Step } from "../../migration/step.ts";
import { Fault } from "../../fault/fault.ts";
import type { Reading, World } from "../../ports/world.ts";
import { pastPlans } from "../../migration/history.ts";
import { describeBudget } from "./drain.ts";
import { consentsOf, nodesOf } from "./params.ts";
import { loadOf } from "./pods.ts";

/** Where a migration is, from the journal, and what it waits for, from the cluster. */
export interface MigrationStatus {
  readonly progress: Progress;
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
  const { entries, warnings } = await world.journal.read();
  for (const warning of warnings) world.host.warn(warning);
  const name = clusterName ?? lastCluster(entries);
  const last = name === undefined ? undefined : pastPlans(entries, "migrate", name).at(-1);
  if (last === undefined) return undefined;
  const progress = progressOf(last.plan, entries);
  return {
    progress,
    now: new Date(world.clock.nowMs()).toISOString(),
    waiting: progress.end === undefined ? await waitingPods(world, currentStep(progress)) : [],
    drained: drainedNodes(progress),
  };
}

function lastCluster(entries: readonly { readonly type: string; readonly plan?: unknown }[]): string | undefined {
  const planned = entries.findLast((entry) => entry.type === "planned");
  const plan = planned?.plan as { readonly cluster?: { readonly name?: string } } | undefined;
  return plan?.cluster?.name;
}

/** The first step of the current stage that is not done. */
export function currentStep(progress: Progress): Step | undefined {
  const stage = progress.current === undefined ? undefined : progress.stages[progress.current];
  return stage?.steps.find(({ state }) => state !== "done" && state !== "kept")?.step;
}

async function waitingPods(world: Reading, step: Step | undefined): Promise<readonly string[]> {
  if (step?.kind !== "migrate/drain") return [];
  try {
    const pods = await world.cluster.list("pods");
    const names = new Set(nodesOf(step).map((node) => node.name));
    const { moving } = loadOf(pods, names, consentsOf(step));
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
    world.host.warn(`what the step waits for is unknown: ${error.message}`);
    return [];
  }
}

function isOver(namespace: string | undefined, pod: Pod): boolean {
  return (namespace ?? "default") === (pod.metadata.namespace ?? "default");
}

function drainedNodes(progress: Progress): { readonly done: number; readonly of: number } | undefined {
  const stage = progress.current === undefined ? undefined : progress.stages[progress.current];
  const drains = stage?.steps.filter(({ step }) => step.kind === "migrate/drain") ?? [];
  if (drains.length === 0) return undefined;
  const count = (list: typeof drains): number => list.reduce((sum, { step }) => sum + nodesOf(step).length, 0);
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

/** The groups of a plan as it shows them. */
export interface PlannedGroup {
  readonly name: string;
  readonly kind: string;
  readonly rationale: string;
  readonly nodes: number;
  readonly pods: number;
  readonly waves: readonly number[];
  readonly kept: readonly { readonly name: string; readonly because: string }[];
}

/** Reads back what `planMigration` wrote for people. */
export function plannedGroups(context: Readonly<Record<string, Json>>): readonly PlannedGroup[] {
  const { groups } = context;
  return Array.isArray(groups) ? (groups as unknown as readonly PlannedGroup[]) : [];
}
