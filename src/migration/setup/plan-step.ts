import type { JsonObject } from "../../kube/objects.ts";
import type { PlannedCall, Step } from "../step.ts";
import type { SetupFacts } from "./facts.ts";
import { planTag, type SetupOptions } from "./options.ts";
import type { StepKind } from "../kinds.ts";

/** What the parts of a plan are made from. */
export interface PlanInput {
  readonly facts: SetupFacts;
  readonly options: SetupOptions;
  readonly nodeRole: string;
  readonly nodeRoleArn: string;
  /** On everything that can be tagged: which plan made it, for which cluster. */
  readonly tags: Readonly<Record<string, string>>;
}

/** A step that needs no act, shown with its reason. */
export function keptStep(id: string, kind: StepKind, of: { title: string; why: string; target: string }): Step {
  return { id, kind, action: "keep", params: {}, calls: [], undo: "none-needed", ...of };
}

/** A step that must not be made. `why` says what to do about it. */
export function refused(id: string, kind: StepKind, of: { title: string; why: string; target: string }): Step {
  return { id, kind, action: "refuse", params: {}, calls: [], undo: "none-needed", ...of };
}

/** A call as the plan shows it and the handler makes it. */
export function call(operation: PlannedCall["operation"], input: JsonObject): PlannedCall {
  return { operation, input };
}

/** The plan that a step belongs to, for the marks on what it makes. */
export function planIdOf(input: PlanInput): string {
  return input.tags[planTag] ?? "";
}
