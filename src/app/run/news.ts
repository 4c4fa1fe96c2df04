import type { Plan } from "../../migration/plan.ts";
import { stepsOf } from "../../migration/plan.ts";
import type { Step } from "../../migration/step.ts";
import type { Host } from "../../ports/host.ts";
import type { PlanNews, StepPlace, Warning, Work } from "../../ports/run-event.ts";

/** A plan as events name it. */
export function planNews(plan: Plan): PlanNews {
  return { id: plan.id, command: plan.command };
}

/** Where a step stands in its plan. */
export function placeOf(step: Step, plan: Plan): StepPlace {
  const steps = stepsOf(plan);
  return { number: steps.findIndex((one) => one.id === step.id) + 1, of: steps.length };
}

/** Tells what the user should know although the command goes on. */
export function warn(host: Host, warning: Warning): void {
  host.tell({ kind: "warning", warning });
}

/** Some reading or computing under way. */
export interface Working {
  readonly update: (done: number, at?: string) => void;
  readonly end: () => void;
}

/** Tells how far some reading or computing is; always end it. `of` is how much there is in all, where that is known. */
export function working(host: Host, work: Work, of?: number): Working {
  const all = of === undefined ? {} : { of };
  host.tell({ kind: "working", work, done: 0, ...all });
  return {
    update: (done, at) => host.tell({ kind: "working", work, done, ...all, ...(at === undefined ? {} : { at }) }),
    end: () => host.tell({ kind: "worked", work }),
  };
}
