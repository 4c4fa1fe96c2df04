import type { Json } from "../kube/objects.ts";
import type { Plan, Step, StepId } from "./step.ts";

/** What happened, in order. `seq` counts from 1 without gaps. */
export type JournalEntry = JournalHead & JournalEvent;

/** What every entry carries. */
interface JournalHead {
  readonly seq: number;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly planId: string;
  /** Who wrote it: `user@host`. */
  readonly by: string;
}

/** What can happen. */
export type JournalEvent =
  | { readonly type: "planned"; readonly plan: Plan }
  /** Written before acting. `before` is the exact recorded value that undo restores. */
  | { readonly type: "intent"; readonly step: StepId; readonly before: Json }
  /** The world was already so: nothing was done and nothing will be undone. */
  | { readonly type: "kept"; readonly step: StepId; readonly detail: string }
  /** Observed to be so after acting. `after` identifies what was made (ARNs, uids, versions). */
  | { readonly type: "done"; readonly step: StepId; readonly after: Json }
  | { readonly type: "failed"; readonly step: StepId; readonly code: string; readonly message: string }
  | { readonly type: "undo-intent"; readonly step: StepId }
  | { readonly type: "undone"; readonly step: StepId }
  /** Undo found that others changed it since, and left it. */
  | { readonly type: "left"; readonly step: StepId; readonly reason: string }
  | { readonly type: "gate"; readonly stage: string; readonly isOpen: boolean; readonly detail: Json }
  | { readonly type: "note"; readonly kind: string; readonly detail: Json }
  | { readonly type: "paused" }
  | { readonly type: "resumed" }
  | { readonly type: "finished"; readonly outcome: "completed" | "rolled-back" };

/** Where a step stands; `interrupted` and `undoing` mean that a process died in the middle. */
export type StepState = "pending" | "interrupted" | "kept" | "done" | "failed" | "undoing" | "undone" | "left";

/** The state of every step is a fold over the journal of its plan; nothing else is stored. */
export function stateOf(step: StepId, planId: string, journal: readonly JournalEntry[]): StepState {
  let state: StepState = "pending";
  for (const entry of journal) {
    if (entry.planId !== planId || !("step" in entry) || entry.step !== step) continue;
    state = stateAfter(entry.type, state);
  }
  return state;
}

function stateAfter(type: Extract<JournalEvent, { readonly step: StepId }>["type"], before: StepState): StepState {
  switch (type) {
    // An intent without an end means the process died mid-effect: observe the world before acting again.
    case "intent":
      return "interrupted";
    case "undo-intent":
      return "undoing";
    case "failed":
      return before === "undoing" ? "undoing" : "failed";
    case "kept":
    case "done":
    case "undone":
    case "left":
      return type;
  }
}

/**
 * The value recorded before the first act of a step: what undo restores, even when the step was acted again after a
 * crash.
 */
export function recordedBefore(step: StepId, planId: string, journal: readonly JournalEntry[]): Json | undefined {
  let value: Json | undefined;
  let isFresh = true;
  for (const entry of journal) {
    if (entry.planId !== planId || !("step" in entry) || entry.step !== step) continue;
    if (entry.type === "intent" && isFresh) {
      value = entry.before;
      isFresh = false;
    }
    if (entry.type === "undone") isFresh = true;
  }
  return value;
}

/** What the step made, from its last completion; undefined when it never completed. */
export function recordedAfter(step: StepId, planId: string, journal: readonly JournalEntry[]): Json | undefined {
  const last = journal.findLast((entry) => entry.planId === planId && entry.type === "done" && entry.step === step);
  return last?.type === "done" ? last.after : undefined;
}

/** What an undo of the plan would undo now, in its order: newest first. Steps that were only kept are not among them. */
export function undoable(plan: Plan, journal: readonly JournalEntry[]): readonly Step[] {
  return startedSteps(plan, journal)
    .toReversed()
    .filter((step) => step.undo === "restore" && !["undone", "left"].includes(stateOf(step.id, plan.id, journal)));
}

/** Steps that wrote an intent since they were last undone, in the order of their first intent. */
function startedSteps(plan: Plan, journal: readonly JournalEntry[]): readonly Step[] {
  const byId = new Map(plan.stages.flatMap((stage) => stage.steps).map((step) => [step.id, step]));
  const started = new Set<Step>();
  for (const entry of journal) {
    if (entry.planId !== plan.id) continue;
    if (entry.type !== "intent" && entry.type !== "undone") continue;
    const step = byId.get(entry.step);
    if (step === undefined) continue;
    if (entry.type === "intent") started.add(step);
    else started.delete(step);
  }
  return [...started];
}
