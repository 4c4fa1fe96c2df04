import { canonical } from "../../kube/json.ts";
import type { Json } from "../../kube/objects.ts";
import { type Plan, stepsOf } from "../../migration/plan.ts";
import { isActing, type Step } from "../../migration/step.ts";

/**
 * The plan of a run that was stopped, to be gone on with, as far as it asks for what a plan made now asks for; undefined when it asks for
 * anything else, and then the plan made now takes its place.
 *
 * A journal in the cluster may be written by people who may not do what its steps do: charts, releases, documents and manifests that it
 * names count only where this user's own choices come to the same. What is as it should be by now is not touched again.
 */
export function goOnWith<P extends Plan>(stopped: P, fresh: P): P | undefined {
  const now = new Map(stepsOf(fresh).map((step) => [step.id, step]));
  const ids = stepsOf(stopped).map((step) => step.id);
  if (ids.length !== now.size || !ids.every((id) => now.has(id))) return undefined;
  let isSame = true;
  const chosen = (step: Step): Step => {
    const wanted = now.get(step.id) ?? step;
    if (!isActing(wanted)) return wanted;
    if (!isActing(step) || askedFor(step, stopped.id) !== askedFor(wanted, fresh.id)) isSame = false;
    return step;
  };
  const stages = stopped.stages.map((stage) => ({ ...stage, steps: stage.steps.map(chosen) }));
  return isSame ? { ...stopped, stages } : undefined;
}

/** What a step asks for, without the name of the plan that it is marked with. */
function askedFor(step: Step, planId: string): string {
  const params: Json = step.params;
  return `${step.kind} ${canonical(params)}`.replaceAll(planId, "PLAN");
}
