import type { TakenBack } from "../app/run/take-back.ts";
import type { JsonObject } from "../kube/objects.ts";
import type { Plan } from "../migration/plan.ts";
import type { Step } from "../migration/step.ts";
import { plainMembers, versionedDocument } from "./json.ts";

/** A plan that was shown and not applied: what `--plan --json` prints, and what a refused command prints. */
export function planDocument(command: string, plan: Plan, more: JsonObject = {}): JsonObject {
  const refusals = "refusals" in plan.context ? plan.context.refusals.map(({ reason, fix }) => ({ reason, fix })) : [];
  return versionedDocument("plan", command, { changed: false, ...more, refusals, plan: plainMembers(plan) });
}

/** What a way back would undo, newest first. */
export function undoPlanDocument(command: string, cluster: string, steps: readonly Step[]): JsonObject {
  return versionedDocument("plan", command, { changed: false, cluster, undo: steps.map(stepJson), refusals: [] });
}

/** What a way back undid and what it left. */
export function undoneDocument(command: string, cluster: string, { undone, left }: TakenBack): JsonObject {
  return versionedDocument("undo", command, {
    changed: undone.length > 0,
    cluster,
    undone: undone.map(stepJson),
    left: left.map(({ step, reason }) => ({ ...stepJson(step), reason })),
  });
}

/** A step by its name, what it does and what it does it to. */
export function stepJson({ id, action, target, title }: Step): JsonObject {
  return { id, action, target, title };
}
