import { currentStep, type MigrationStatus } from "../app/migrate/status.ts";
import type { JsonObject } from "../kube/objects.ts";
import { plainMembers, versionedDocument } from "./json.ts";

/** What the state is in one word: what a script asks first. */
export type StatusWord =
  | "none"
  | "unfinished"
  | "paused"
  | "failed"
  | "gate-closed"
  | "rolling-back"
  | "done"
  | "rolled-back";

/** What `status --json` prints; `isAll` adds plan and progress, step by step. Undefined: no migration was begun. */
export function statusDocument(
  status: MigrationStatus | undefined,
  of: { readonly journal: string; readonly next: string; readonly isAll: boolean },
): JsonObject {
  if (status === undefined)
    return versionedDocument("status", "status", { state: "none", journal: of.journal, next: of.next });
  const { progress, waiting, now, drained } = status;
  const { plan, stages, current, failure } = progress;
  const stage = current === undefined || progress.end !== undefined ? undefined : stages[current];
  const step = stage === undefined ? undefined : currentStep(progress);
  const steps = stages.flatMap((one) => one.steps);
  const done = steps.filter(({ state }) => state === "done" || state === "kept").length;
  return versionedDocument("status", "status", {
    state: wordOf(status),
    cluster: plan.cluster.name,
    plan: plan.id,
    percent: steps.length === 0 ? 100 : Math.floor((done / steps.length) * 100),
    steps: { done, of: steps.length },
    ...(stage === undefined || current === undefined
      ? {}
      : { stage: { number: current + 1, of: stages.length, title: stage.stage.title, closed: [...stage.closed] } }),
    ...(stage?.startedAt === undefined ? {} : { since: stage.startedAt }),
    ...(step === undefined ? {} : { step: step.title }),
    ...(drained === undefined ? {} : { nodes: { drained: drained.done, of: drained.of } }),
    waiting: [...waiting],
    ...(failure === undefined ? {} : { failure: { ...failure } }),
    now,
    journal: of.journal,
    next: of.next,
    ...(of.isAll ? { progress: plainMembers(progress) } : {}),
  });
}

/** The state of a migration in one word. */
export function wordOf({ progress }: MigrationStatus): StatusWord {
  if (progress.end !== undefined) return progress.end === "completed" ? "done" : "rolled-back";
  if (progress.isRollingBack) return "rolling-back";
  if (progress.failure !== undefined) return "failed";
  const stage = progress.current === undefined ? undefined : progress.stages[progress.current];
  if (stage?.state === "gate") return "gate-closed";
  return progress.isPaused ? "paused" : "unfinished";
}
