import type { Actor } from "../world/actor.ts";
import { horizontalPodAutoscalers } from "./autoscalers.ts";
import { teams } from "./deploys.ts";
import type { LoadPlan } from "./plan.ts";

/** Whoever makes a plan's load in a world: seat them beside the others. */
export function loadActors({ deployEveryMs, swing }: LoadPlan): readonly Actor[] {
  return [
    ...(deployEveryMs === undefined ? [] : [teams(deployEveryMs)]),
    ...(swing === undefined ? [] : [horizontalPodAutoscalers(swing)]),
  ];
}
