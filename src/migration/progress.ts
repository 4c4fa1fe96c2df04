import { type JournalEntry, type StepState, stepStateOf } from "./journal.ts";
import { endOf } from "./history.ts";
import type { Step } from "./step.ts";
import type { Plan, Stage } from "./plan.ts";

/** Where a stage stands; `gate` when its steps are done and its gate is closed. */
type StageState = "done" | "now" | "failed" | "gate" | "next" | "undone";

/** How far one stage came. */
export interface StageProgress {
  readonly stage: Stage;
  readonly state: StageState;
  readonly steps: readonly { readonly step: Step; readonly state: StepState }[];
  readonly done: number;
  /** ISO time of its first entry; undefined before that. */
  readonly startedAt: string | undefined;
  /** Why its gate is closed, from the last answer. */
  readonly closed: readonly string[];
}

/** How far a plan came, folded from the journal. */
export interface PlanProgress<P extends Plan = Plan> {
  readonly plan: P;
  readonly stages: readonly StageProgress[];
  /** Index of the stage that is being worked on or comes next; undefined when all are done. */
  readonly current: number | undefined;
  readonly end: "completed" | "rolled-back" | undefined;
  readonly isPaused: boolean;
  /** The last failure, when nothing was done since. */
  readonly failure: { readonly step: string; readonly message: string; readonly at: string } | undefined;
  readonly isRollingBack: boolean;
  readonly lastAt: string | undefined;
}

/** Folds the journal into how far each stage came. */
export function progressOf<P extends Plan>(plan: P, journal: readonly JournalEntry[]): PlanProgress<P> {
  const entries = journal.filter((entry) => entry.planId === plan.id);
  const stages = plan.stages.map((stage) => stageProgress(plan, stage, entries));
  const index = stages.findIndex((stage) => stage.state !== "done");
  const end = endOf(plan.id, journal);
  const last = entries.at(-1);
  const lastUndo = entries.findLast((entry) => entry.type === "undo-intent" || entry.type === "undone");
  const lastAct = entries.findLast((entry) => entry.type === "intent" || entry.type === "done");
  const switched = entries.findLast((entry) => entry.type === "paused" || entry.type === "resumed");
  return {
    plan,
    stages,
    current: index === -1 ? undefined : index,
    end,
    isPaused: switched?.type === "paused",
    failure: last?.type === "failed" ? { step: last.step, message: last.message, at: last.at } : undefined,
    isRollingBack: end === undefined && (lastUndo?.seq ?? 0) > (lastAct?.seq ?? 0),
    lastAt: last?.at,
  };
}

/** Whether every gate of the stage answered open since its steps were last undone. */
export function areGatesOpen(stage: Stage, planId: string, journal: readonly JournalEntry[]): boolean {
  return closedReasons(stage, planId, journal) !== undefined ? false : gatesAsked(stage, planId, journal);
}

function stageProgress(plan: Plan, stage: Stage, entries: readonly JournalEntry[]): StageProgress {
  const steps = stage.steps.map((step) => ({ step, state: stepStateOf(step.id, plan.id, entries) }));
  const ids = new Set(stage.steps.map((step) => step.id));
  const first = entries.find((entry) => "step" in entry && ids.has(entry.step));
  const done = steps.filter(({ state }) => state === "done" || state === "kept").length;
  return {
    stage,
    steps,
    done,
    state: stageState(plan, stage, { steps: steps.map(({ state }) => state), entries }),
    startedAt: first?.at,
    closed: closedReasons(stage, plan.id, entries) ?? [],
  };
}

function stageState(
  plan: Plan,
  stage: Stage,
  { steps, entries }: { readonly steps: readonly StepState[]; readonly entries: readonly JournalEntry[] },
): StageState {
  if (steps.includes("failed")) return "failed";
  if (steps.some((state) => state === "interrupted" || state === "undoing")) return "now";
  const isDone = steps.every((state) => state === "done" || state === "kept");
  if (isDone) {
    if (closedReasons(stage, plan.id, entries) !== undefined) return "gate";
    return gatesAsked(stage, plan.id, entries) ? "done" : "now";
  }
  if (steps.some((state) => state === "undone" || state === "left")) return "undone";
  return steps.some((state) => state === "done" || state === "kept") ? "now" : "next";
}

/** Last answers of the stage's gates, those before an undo of its steps left out. */
function answersOf(stage: Stage, planId: string, journal: readonly JournalEntry[]): readonly JournalEntry[] {
  const ids = new Set(stage.steps.map((step) => step.id));
  const own = journal.filter((entry) => entry.planId === planId);
  const undone = own.findLastIndex((entry) => entry.type === "undone" && ids.has(entry.step));
  return own.slice(undone + 1).filter((entry) => entry.type === "gate" && entry.stage === stage.id);
}

function gatesAsked(stage: Stage, planId: string, journal: readonly JournalEntry[]): boolean {
  const answers = answersOf(stage, planId, journal);
  return stage.gates.every((gate) => answers.some((entry) => entry.type === "gate" && entry.detail.kind === gate.kind));
}

function closedReasons(stage: Stage, planId: string, journal: readonly JournalEntry[]): readonly string[] | undefined {
  const answers = answersOf(stage, planId, journal);
  for (const gate of stage.gates) {
    const last = answers.findLast((entry) => entry.type === "gate" && entry.detail.kind === gate.kind);
    if (last?.type === "gate" && !last.isOpen) return last.detail.reasons;
  }
  return undefined;
}
