import type { WriteOperation } from "../aws/operations.ts";
import type { JsonObject } from "../kube/objects.ts";
import type { ParamsOf, RestorableKind, StepKind } from "./kinds.ts";

/**
 * Unique within a plan, stable between plans of the same intent: `setup/node-role`,
 * `shift/batch-a/drain/ip-10-0-1-7`.
 */
export type StepId = string;

/** What a step means for the world, as the plan shows it. `keep` and `refuse` never act. */
export type StepAction = ActingStep<StepKind>["action"] | StillStep["action"];

/**
 * A call the step will make, in the API's own words: `iam:CreateRole` with its input, `kube:apply nodepools/general`,
 * or a helm command line.
 */
export interface PlannedCall {
  readonly operation: WriteOperation | `kube:${string}` | `helm:${string}`;
  readonly input: JsonObject;
}

interface StepHead {
  readonly id: StepId;
  /** What happens, for people: `create role KarpenterNodeRole-prod`. */
  readonly title: string;
  readonly why: string;
  /** `Kind/namespace/name` or ARN. */
  readonly target: string;
  readonly calls: readonly PlannedCall[];
}

/** One change, wait or check, as data; its handler in `app/` is found by `kind`. Holds no secret: it is written to the journal. */
export interface ActingStep<K extends StepKind> extends StepHead {
  readonly kind: K;
  readonly action: "create" | "change" | "remove" | "wait" | "check";
  readonly params: ParamsOf<K>;
  /**
   * The way back: `restore` puts the recorded value back; `none-needed` changed nothing; `irreversible` says so before
   * it acts.
   */
  readonly undo: { readonly [P in K]: P extends RestorableKind ? "restore" : "none-needed" | "irreversible" }[K];
}

/** What is as it should be, or must not be made: shown with its reason, never acted on. */
export interface StillStep extends StepHead {
  readonly kind: StepKind;
  readonly action: "keep" | "refuse";
  readonly params: JsonObject;
  readonly undo: "none-needed";
}

/** A step that acts, of any kind. */
export type Acting = { readonly [K in StepKind]: ActingStep<K> }[StepKind];

/** A step of a plan. */
export type Step = Acting | StillStep;

/** Whether the step is there to act. */
export function isActing(step: Step): step is Acting {
  return step.action !== "keep" && step.action !== "refuse";
}

/** Whether the step is one that acts, of this kind. */
export function isOf<K extends StepKind>(step: Step, kind: K): step is Extract<Acting, { readonly kind: K }> {
  return isActing(step) && step.kind === kind;
}

/** A step that restores what it recorded when it is undone. */
export type RestorableStep = {
  readonly [K in RestorableKind]: ActingStep<K> & { readonly undo: "restore" };
}[RestorableKind];

/** Whether the step restores what it recorded when it is undone. */
export function isRestorable(step: Step): step is RestorableStep {
  return step.undo === "restore";
}
