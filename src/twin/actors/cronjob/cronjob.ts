import { type CronSchedule, nextCron, parseCron } from "../../../karpenter/cron.ts";
import { parseGoDuration } from "../../../kube/go-duration.ts";
import { conditionsOf } from "../../../kube/conditions.ts";
import { flagAt, numberAt, objectAt, textAt } from "../../../kube/json.ts";
import type { JsonObject, KubeObject, Workload } from "../../../kube/objects.ts";
import { controllerOf } from "../../../kube/pod.ts";
import { indexes } from "../../store/indexes.ts";
import { asStored, withFields } from "../../store/objects.ts";
import { typed } from "../../store/rules.ts";
import { type Actor, watch } from "../../world/actor.ts";
import type { Here } from "../../world/here.ts";

const cronJobKey = ({ metadata }: KubeObject, name: string): string => `${metadata.namespace ?? "default"}/${name}`;

/**
 * CronJobs make a Job at each of their times (UTC), and keep as many of the finished ones as they are told (kubernetes 1.35,
 * `cronjob_controllerv2.go`).
 */
export const cronJobs: Actor = {
  name: "cronjob",
  start: () => ({}),
  watches: [
    watch("cronjobs"),
    watch("jobs", ({ before, after }) => {
      const job = after ?? before;
      const owner = job === undefined ? undefined : controllerOf(job);
      return job !== undefined && owner?.kind === "CronJob" ? [cronJobKey(job, owner.name)] : [];
    }),
  ],
  look: (key, here) => {
    const found = here.store.at("cronjobs", key);
    if (found === undefined || found.metadata.deletionTimestamp !== undefined) return;
    const cronJob = asStored(found);
    const own = here.store.by(indexes.jobs.byOwner, found.metadata.uid ?? "");
    forgetFinished(here, cronJob, own);
    const schedule = parseCron(textAt(cronJob, "spec", "schedule") ?? "", parseGoDuration);
    if (schedule === undefined) return;
    run(here, { key, cronJob: found, schedule, own });
  },
};

interface Turn {
  readonly key: string;
  readonly cronJob: KubeObject;
  readonly schedule: CronSchedule;
  readonly own: readonly Workload[];
}

function run(here: Here, { key, cronJob, schedule, own }: Turn): void {
  const stored = asStored(cronJob);
  const since = textAt(stored, "status", "lastScheduleTime") ?? cronJob.metadata.creationTimestamp ?? here.timestamp;
  const due = lastDue(schedule, Date.parse(since), here.nowMs);
  const next = nextCron(schedule, here.nowMs);
  if (next !== undefined) here.lookAgain(key, next - here.nowMs);
  if (due === undefined || flagAt(stored, "spec", "suspend") === true) return;
  const active = own.filter((job) => !isFinished(job));
  const policy = textAt(stored, "spec", "concurrencyPolicy") ?? "Allow";
  if (policy === "Forbid" && active.length > 0) return;
  if (policy === "Replace") for (const job of active) here.delete("jobs", job);
  makeJob(here, cronJob, due);
  const status = { ...objectAt(stored, "status"), lastScheduleTime: new Date(due).toISOString().replace(".000Z", "Z") };
  here.put("cronjobs", withFields(stored, { status }));
}

/** The last time after `sinceMs` that has come; undefined when none has. Of many that were missed only the last is run. */
function lastDue(schedule: CronSchedule, sinceMs: number, nowMs: number): number | undefined {
  let due: number | undefined;
  // Missed times beyond so many are not counted one by one, as in the real controller.
  for (let i = 0, at = nextCron(schedule, sinceMs); at !== undefined && at <= nowMs && i < 200; i++) {
    due = at;
    at = nextCron(schedule, at);
  }
  return due;
}

function makeJob(here: Here, cronJob: KubeObject, dueMs: number): void {
  const stored = asStored(cronJob);
  const name = `${cronJob.metadata.name}-${Math.floor(dueMs / 60_000)}`;
  const namespace = cronJob.metadata.namespace ?? "default";
  if (here.store.find("jobs", name, namespace) !== undefined) return;
  const owner = {
    apiVersion: "batch/v1",
    kind: "CronJob",
    name: cronJob.metadata.name,
    uid: cronJob.metadata.uid ?? "",
  };
  const labels = objectAt(stored, "spec", "jobTemplate", "metadata", "labels");
  const texts = Object.entries(labels).map(([key, value]) => [key, textAt(value) ?? ""]);
  const head: KubeObject = {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name, namespace, labels: Object.fromEntries(texts), ownerReferences: [{ ...owner, controller: true }] },
  };
  here.create(
    "jobs",
    typed<"jobs">(withFields(asStored(head), { spec: objectAt(stored, "spec", "jobTemplate", "spec"), status: {} })),
  );
}

function isFinished(job: Workload): boolean {
  return conditionsOf(job).some((one) => (one.type === "Complete" || one.type === "Failed") && one.status === "True");
}

function forgetFinished(here: Here, cronJob: JsonObject, own: readonly Workload[]): void {
  const limits = [
    ["Complete", numberAt(cronJob, "spec", "successfulJobsHistoryLimit") ?? 3],
    ["Failed", numberAt(cronJob, "spec", "failedJobsHistoryLimit") ?? 1],
  ] as const;
  for (const [type, limit] of limits) {
    const done = own.filter((job) => conditionsOf(job).some((one) => one.type === type && one.status === "True"));
    for (const job of done.slice(0, Math.max(0, done.length - limit))) here.delete("jobs", job);
  }
}
