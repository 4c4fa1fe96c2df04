import type { z } from "zod";
import { installKinds } from "./install/kinds.ts";
import { setupKinds } from "./setup/kinds.ts";
import { shiftKinds } from "./shift/kinds.ts";

/** Every kind of step that a plan may hold: the one place that says what a kind carries, records, needs, and whether it can be undone. */
export const stepKinds = { ...setupKinds, ...installKinds, ...shiftKinds };

/** Every kind of step, by what it carries and records. */
export type StepKinds = typeof stepKinds;

/** The name of a kind. */
export type StepKind = keyof StepKinds;

/** What a step of a kind carries. */
export type ParamsOf<K extends StepKind> = z.infer<StepKinds[K]["params"]>;

/** What a step of a kind records before it acts, and what undo restores. */
export type BeforeOf<K extends StepKind> = z.infer<StepKinds[K]["before"]>;

/** What a step of a kind finds when it is done. */
export type AfterOf<K extends StepKind> = z.infer<StepKinds[K]["after"]>;

/** Kinds that can be taken back. */
export type RestorableKind = {
  readonly [K in StepKind]: StepKinds[K]["undo"] extends "restore" ? K : never;
}[StepKind];

/** Whether a text names a kind of step. */
export function isStepKind(text: string): text is StepKind {
  return Object.hasOwn(stepKinds, text);
}
