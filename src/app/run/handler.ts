import type { AfterOf, BeforeOf, RestorableKind, StepKind } from "../../migration/kinds.ts";
import type { ActingStep } from "../../migration/step.ts";
import type { Reading, World } from "../../ports/world.ts";

/** What a handler sees of its step in the world. */
export type Observation<K extends StepKind> =
  /** The world is as the step wants it. `after` identifies what is there. */
  | { readonly state: "done"; readonly after: AfterOf<K>; readonly detail: string }
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
export interface Acts<K extends StepKind> {
  /** Is it already so, may we act? Called before acting, after acting, and on resume. */
  observe(step: ActingStep<K>, world: Reading): Promise<Observation<K>>;
  /** The exact value that undo restores. Written to the journal before `act`. */
  record(step: ActingStep<K>, world: Reading): Promise<BeforeOf<K>>;
  /**
   * Makes it so. Waits inside are bounded by the step's params, use the world's clock, and end early when the host is
   * interrupted.
   */
  act(step: ActingStep<K>, before: BeforeOf<K>, world: World): Promise<void>;
}

/** How one kind of step is taken back. */
export interface Restores<K extends RestorableKind> {
  /** Puts `before` back. Idempotent. `before` is undefined when nothing was recorded, `after` when the step never completed. */
  undo(step: ActingStep<K>, before: BeforeOf<K>, after: AfterOf<K> | undefined, world: World): Promise<UndoOutcome>;
}

/** How one kind of step touches the world, and is taken back where its kind says that it can be. */
export type StepHandler<K extends StepKind> = Acts<K> & (K extends RestorableKind ? Restores<K> : unknown);

/** The handlers of some kinds: one that lacks a kind, or the undo of one, does not compile. */
export type HandlersOf<K extends StepKind> = ActsOf<K> & RestoresOf<Extract<K, RestorableKind>>;

/** How each of some kinds acts. */
export type ActsOf<K extends StepKind> = { readonly [P in K]: Acts<P> };

/** How each of some kinds is taken back. */
export type RestoresOf<K extends RestorableKind> = { readonly [P in K]: Restores<P> };

/** The handlers of every kind. */
export type Handlers = HandlersOf<StepKind>;
