import type { Json } from "../kube/objects.ts";
import type { GateKind } from "./contexts.ts";
import type { AfterOf, BeforeOf, StepKind } from "./kinds.ts";
import { type Plan, stepsOf } from "./plan.ts";
import type { ActingStep, RestorableStep, StepId } from "./step.ts";
import { isRestorable } from "./step.ts";

/** What happened, in order. `seq` counts from 1 without gaps. */
export type JournalEntry = JournalHead & JournalEvent;

/** Who ran it, on the first entry of each run; absent where nobody said. */
export interface Caller {
  /** ARN that AWS takes the credentials for. */
  readonly principal?: string;
  /** User that the API server takes us for. */
  readonly kubeUser?: string;
}

/** What every entry carries. */
interface JournalHead extends Caller {
  readonly seq: number;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly planId: string;
  /** Who wrote it: `user@host`. */
  readonly by: string;
  /** Digest of the entry before; empty for the first. Absent in journals of earlier versions, as the next. */
  readonly prev?: string;
  /** Digest over all that this entry says, `prev` included. */
  readonly digest?: string;
}

/** How a gate answered. */
export interface GateAnswer {
  readonly kind: GateKind;
  readonly title: string;
  /** What holds it; empty when it is open. */
  readonly reasons: readonly string[];
}

/** What can happen. */
export type JournalEvent =
  | { readonly type: "planned"; readonly plan: Plan }
  /** Written before acting. `before` is the exact recorded value that undo restores, in the form of the step's kind. */
  | { readonly type: "intent"; readonly step: StepId; readonly before: Json }
  /** The world was already so: nothing was done and nothing will be undone. */
  | { readonly type: "kept"; readonly step: StepId; readonly detail: string }
  /** Observed to be so after acting. `after` identifies what was made (ARNs, uids, versions), in the form of the step's kind. */
  | { readonly type: "done"; readonly step: StepId; readonly after: Json }
  | { readonly type: "failed"; readonly step: StepId; readonly code: string; readonly message: string }
  | { readonly type: "undo-intent"; readonly step: StepId }
  | { readonly type: "undone"; readonly step: StepId }
  /** Undo found that others changed it since, and left it. */
  | { readonly type: "left"; readonly step: StepId; readonly reason: string }
  | { readonly type: "gate"; readonly stage: string; readonly isOpen: boolean; readonly detail: GateAnswer }
  /** A remark that changes nothing. */
  | { readonly type: "note"; readonly kind: string; readonly detail: Json }
  | { readonly type: "paused" }
  | { readonly type: "resumed" }
  | { readonly type: "finished"; readonly outcome: "completed" | "rolled-back" };

/** Where a step stands; `interrupted` and `undoing` mean that a process died in the middle. */
export type StepState = "pending" | "interrupted" | "kept" | "done" | "failed" | "undoing" | "undone" | "left";

/** The state of every step is a fold over the journal of its plan; nothing else is stored. */
export function stepStateOf(step: StepId, planId: string, journal: readonly JournalEntry[]): StepState {
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
      return before === "undoing" || before === "left" ? "undoing" : "failed";
    case "kept":
    case "done":
    case "undone":
    case "left":
      return type;
  }
}

/**
 * The value recorded before the first act of a step: what undo restores, even when the step was acted again after a
 * crash. Undefined when the step never meant to act since it was last undone.
 */
export function recordedBefore<K extends StepKind>(
  step: ActingStep<K>,
  planId: string,
  journal: readonly JournalEntry[],
): BeforeOf<K> | undefined {
  let value: Json | undefined;
  let isFresh = true;
  for (const entry of journal) {
    if (entry.planId !== planId || !("step" in entry) || entry.step !== step.id) continue;
    if (entry.type === "intent" && isFresh) {
      value = entry.before;
      isFresh = false;
    }
    if (entry.type === "undone") isFresh = true;
  }
  // The journal's door let it in only in the form of the step's kind.
  return value as BeforeOf<K> | undefined;
}

/** What the step made, from its last completion; undefined when it never completed. */
export function recordedAfter<K extends StepKind>(
  step: ActingStep<K>,
  planId: string,
  journal: readonly JournalEntry[],
): AfterOf<K> | undefined {
  const last = journal.findLast((entry) => entry.planId === planId && entry.type === "done" && entry.step === step.id);
  return last?.type === "done" ? (last.after as AfterOf<K>) : undefined;
}

/**
 * What an undo of the plan would undo now, in its order: newest first. Steps that were only kept are not among them; those that an
 * earlier undo left because of others are, for as long as they are left.
 */
export function undoable(plan: Plan, journal: readonly JournalEntry[]): readonly RestorableStep[] {
  const byId = new Map(stepsOf(plan).map((step) => [step.id, step]));
  const started = new Set<RestorableStep>();
  for (const entry of journal) {
    if (entry.planId !== plan.id) continue;
    if (entry.type !== "intent" && entry.type !== "undone") continue;
    const step = byId.get(entry.step);
    if (step === undefined || !isRestorable(step)) continue;
    if (entry.type === "intent") started.add(step);
    else started.delete(step);
  }
  return [...started].toReversed().filter((step) => stepStateOf(step.id, plan.id, journal) !== "undone");
}

/** Of those, the ones that nobody looked at yet: not those that an undo left to others. Empty means that the plan is taken back. */
export function stillDone(plan: Plan, journal: readonly JournalEntry[]): readonly RestorableStep[] {
  return undoable(plan, journal).filter((step) => stepStateOf(step.id, plan.id, journal) !== "left");
}
