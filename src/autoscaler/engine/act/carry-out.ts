// Mirrors core/scaledown/actuation/delete_in_batch.go
// and core/scaledown/actuation/group_deletion_scheduler.go of Cluster Autoscaler 1.36.1.
import type { MadeAct } from "../decision.ts";
import type { LoopStep } from "../step.ts";
import type { RefusedCall } from "./calls.ts";

/**
 * Carries out what a step decided, call by call. A call that the world refuses is told to the step, which is run again from the
 * start: it makes
 * the same calls up to there and goes on with what the real program does about the refusal.
 */
export function carryOut<S extends LoopStep>(
  run: (refused: readonly RefusedCall[]) => S,
  perform: (act: MadeAct) => Omit<RefusedCall, "at"> | undefined,
): S {
  const refused: RefusedCall[] = [];
  let step = run(refused);
  for (let at = 0; at < step.acts.length; at++) {
    const act = step.acts[at];
    const answer = act?.ok === true ? perform(act) : undefined;
    if (answer === undefined) continue;
    refused.push({ at, ...answer });
    step = run(refused);
  }
  return step;
}
