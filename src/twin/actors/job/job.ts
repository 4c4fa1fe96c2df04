import { conditionsOf } from "../../../kube/conditions.ts";
import { flagAt, numberAt, textAt } from "../../../kube/json.ts";
import type { Pod, Workload } from "../../../kube/objects.ts";
import { controllerOf, isActive, isReady } from "../../../kube/pod.ts";
import { condition, conditionsJson, withCondition } from "../../kubernetes/conditions.ts";
import { podOf } from "../../kubernetes/make-pod.ts";
import { putStatus } from "../../kubernetes/put-status.ts";
import { indexes } from "../../store/indexes.ts";
import { asStored } from "../../store/objects.ts";
import { type Actor, watch } from "../../world/actor.ts";
import type { Here } from "../../world/here.ts";

/**
 * Jobs run pods to their end: as many at once as they may, until enough have succeeded or too many failed (kubernetes 1.35,
 * `job_controller.go`).
 */
export const jobs: Actor = {
  name: "job",
  start: () => ({}),
  watches: [
    watch("jobs"),
    watch("pods", ({ before, after }) => {
      const pod = after ?? before;
      const owner = pod === undefined ? undefined : controllerOf(pod);
      return owner?.kind === "Job" ? [`${pod?.metadata.namespace ?? "default"}/${owner.name}`] : [];
    }),
  ],
  look: (key, here) => {
    const job = here.store.at("jobs", key);
    if (job === undefined || job.metadata.deletionTimestamp !== undefined) return;
    const done = textAt(job.status, "completionTime") !== undefined || isFailed(job);
    if (done) return expire(here, job, key);
    reconcile(here, job, key);
  },
};

/** Restarts of a failed pod wait 10 s, then twice as long each time, six minutes at most. */
const backoff = { firstMs: 10_000, mostMs: 360_000 } as const;

interface Counts {
  readonly active: readonly Pod[];
  readonly succeeded: number;
  readonly failed: readonly Pod[];
}

function countsOf(here: Here, job: Workload): Counts {
  const pods = here.store.by(indexes.pods.byOwner, job.metadata.uid ?? "");
  const had = { succeeded: numberAt(job.status, "succeeded") ?? 0 };
  const succeeded = pods.filter((pod) => pod.status?.phase === "Succeeded").length;
  return {
    active: pods.filter(isActive),
    succeeded: Math.max(had.succeeded, succeeded),
    failed: pods.filter((pod) => pod.status?.phase === "Failed"),
  };
}

function reconcile(here: Here, job: Workload, key: string): void {
  const stored = asStored(job);
  const completions = numberAt(stored, "spec", "completions") ?? 1;
  const parallelism = numberAt(stored, "spec", "parallelism") ?? 1;
  const limit = numberAt(stored, "spec", "backoffLimit") ?? 6;
  const counts = countsOf(here, job);
  if (counts.failed.length > limit)
    return finish(here, job, { type: "Failed", reason: "BackoffLimitExceeded", counts });
  const startMs = Date.parse(textAt(job.status, "startTime") ?? here.timestamp);
  const deadline = numberAt(stored, "spec", "activeDeadlineSeconds");
  if (deadline !== undefined && here.nowMs - startMs >= deadline * 1000)
    return finish(here, job, { type: "Failed", reason: "DeadlineExceeded", counts });
  if (counts.succeeded >= completions)
    return finish(here, job, { type: "Complete", reason: "CompletionsReached", counts });
  if (deadline !== undefined) here.lookAgain(key, startMs + deadline * 1000 - here.nowMs);
  const wanted = Math.min(parallelism, completions - counts.succeeded);
  if (flagAt(stored, "spec", "suspend") !== true) {
    const waitMs = waitOf(here, counts.failed);
    if (waitMs > 0) here.lookAgain(key, waitMs);
    else for (let i = counts.active.length; i < wanted; i++) makePod(here, job);
  }
  for (const pod of counts.active.slice(Math.max(0, wanted))) here.delete("pods", pod);
  writeCounts(here, job, {});
}

function waitOf(here: Here, failed: readonly Pod[]): number {
  if (failed.length === 0) return 0;
  const ends = failed.map((pod) => Date.parse(endOf(pod) ?? ""));
  const pauseMs = Math.min(backoff.firstMs * 2 ** (failed.length - 1), backoff.mostMs);
  return Math.max(...ends) + pauseMs - here.nowMs;
}

function endOf(pod: Pod): string | undefined {
  return (
    pod.status?.conditions?.find((one) => one.type === "Ready")?.lastTransitionTime ?? pod.metadata.creationTimestamp
  );
}

function makePod(here: Here, job: Workload): void {
  const { template } = job.spec;
  const name = `${job.metadata.name}-${here.dice.suffix(5)}`;
  const labels = { "batch.kubernetes.io/job-name": job.metadata.name, "job-name": job.metadata.name };
  const spec = { ...template.spec, restartPolicy: template.spec.restartPolicy ?? "Never" };
  here.create("pods", podOf(job, { name, template, labels, spec }));
}

function finish(
  here: Here,
  job: Workload,
  end: { readonly type: "Complete" | "Failed"; readonly reason: string; readonly counts: Counts },
): void {
  for (const pod of end.counts.active) here.delete("pods", pod);
  const { timestamp } = here;
  const conditions = withCondition(conditionsOf(job), condition(end.type, true, { reason: end.reason, timestamp }));
  writeCounts(here, job, {
    ...(end.type === "Complete" ? { completionTime: timestamp } : {}),
    conditions: conditionsJson(conditions),
  });
}

function writeCounts(here: Here, job: Workload, more: Parameters<typeof putStatus>[3]): void {
  const counts = countsOf(here, job);
  putStatus(here, "jobs", job, {
    active: counts.active.length,
    succeeded: counts.succeeded,
    failed: counts.failed.length,
    ready: counts.active.filter(isReady).length,
    startTime: textAt(job.status, "startTime") ?? here.timestamp,
    ...more,
  });
}

function isFailed(job: Workload): boolean {
  return conditionsOf(job).some((one) => one.type === "Failed" && one.status === "True");
}

function expire(here: Here, job: Workload, key: string): void {
  const ttl = numberAt(asStored(job), "spec", "ttlSecondsAfterFinished");
  if (ttl === undefined) return;
  const end = conditionsOf(job).find((one) => one.type === "Complete" || one.type === "Failed")?.lastTransitionTime;
  const leftMs = Date.parse(end ?? here.timestamp) + ttl * 1000 - here.nowMs;
  if (leftMs > 0) here.lookAgain(key, leftMs);
  else here.delete("jobs", job);
}
