import type { Json } from "../../kube/objects.ts";
import type { Step } from "../../migration/step.ts";
import type { Reading, World } from "../../ports/world.ts";

/** What a handler sees of its step in the world. */
export type Observation =
  /** The world is as the step wants it. `after` identifies what is there. */
  | { readonly state: "done"; readonly after: Json; readonly detail: string }
  | { readonly state: "pending"; readonly detail: string }
  /** Acting would hurt or cannot succeed: the precondition fails. */
  | { readonly state: "blocked"; readonly detail: string; readonly hint?: string };

/** How an undo ended. */
export type UndoOutcome =
  | { readonly kind: "undone" }
  /** Someone else changed it since; it was left as it is. */
  | { readonly kind: "left"; readonly reason: string };

/**
 * How one kind of step touches the world. `act` must be idempotent: after a crash it runs again with the same `before`.
 * Every method throws `Fault` when the world fails.
 */
export interface StepHandler {
  readonly kind: string;
  /** Read-only: is it already so, may we act? Called before acting, after acting, and on resume. */
  observe(step: Step, world: Reading): Promise<Observation>;
  /** Read-only: the exact value that undo restores. Written to the journal before `act`. */
  record(step: Step, world: Reading): Promise<Json>;
  /**
   * Makes it so. Waits inside are bounded by the step's params, use the world's clock, and end early when the host is
   * interrupted.
   */
  act(step: Step, before: Json, world: World): Promise<void>;
  /** Puts `before` back. Idempotent. Absent for steps whose `undo` is not `restore`. */
  undo?(step: Step, before: Json, after: Json | undefined, world: World): Promise<UndoOutcome>;
}

/** Handlers by step kind. */
export type Handlers = ReadonlyMap<string, StepHandler>;
