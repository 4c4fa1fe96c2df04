import { objectAt, plainOf, valueAt } from "../kube/json.ts";
import type { JsonObject, KubeObject, Pod } from "../kube/objects.ts";
import { applyClaims } from "../kube/imagine/claims.ts";
import { isPodTemplate } from "../kube/imagine/pod-templates.ts";
import { type CustomObjects, type ImaginedPods, imaginePods, jobPods } from "../kube/imagine/pods.ts";
import { wasApplied } from "../kube/imagine/scalers.ts";
import { groupBy } from "../kube/group-by.ts";
import { isSynthesised, nameOf } from "../kube/pod.ts";
import { podRequests } from "../kube/pod-requests.ts";
import { toNumber } from "../kube/quantity.ts";
import type { ClusterObjects } from "../kube/resources.ts";
import { compileSelector } from "../kube/selector.ts";
import type { Gap } from "./snapshot.ts";

/** A source as it would be once applied: manifests get the pods, claims and volumes that controllers would make. */
export interface Applied {
  readonly objects: ClusterObjects;
  /** What was imagined and assumed for that, and what could not be. */
  readonly gaps: readonly Gap[];
}

/** Names shown of each kind of remark. */
const maxNamed = 5;

/** Fills a source in. One in which everything ran on a cluster stays as it is. */
export function applied(read: ClusterObjects, custom: CustomObjects): Applied {
  const made = imaginePods(read, custom);
  const hasImagined = made.pods.some(isSynthesised);
  const gaps = [...podGaps(read, made), ...makerGaps(read, made), ...cronGaps(read)];
  const pods = made.pods.length === 0 && read.pods === undefined ? {} : { pods: made.pods };
  if (!hasImagined) return { objects: { ...read, ...pods }, gaps };
  const volumes = applyClaims(read, made.claims, made.pods);
  const isTouched = volumes.claims.length > 0;
  return {
    objects: {
      ...read,
      ...pods,
      ...(isTouched ? { persistentvolumeclaims: volumes.claims } : {}),
      ...(volumes.volumes.length > 0 ? { persistentvolumes: volumes.volumes } : {}),
      ...(volumes.classes.length > 0 ? { storageclasses: volumes.classes } : {}),
    },
    gaps: [...gaps, ...volumes.notes.map((detail) => assumed("storageclasses", detail))],
  };
}

function podGaps(read: ClusterObjects, made: ImaginedPods): readonly Gap[] {
  const count = [...made.imagined.values()].reduce((sum, n) => sum + n, 0);
  const titles = [...made.imagined.keys()];
  const hasOthers = made.pods.length > count;
  const own = hasOthers ? `the source has none of theirs: ${listed(titles)}` : "the source has none";
  const imagined = `${many(count, "pod")} imagined from the templates of ${many(titles.length, "workload")}, all pending: ${own}`;
  const kinds = groupBy(made.counted, ({ kind }) => kind);
  const custom = Array.from(kinds, ([kind, list]) => `${list.length} ${kind}`);
  const alone = made.pods.filter((pod) => isSynthesised(pod)).length - count;
  const scaled = [...made.scaled].map(([title, one]) => `${many(one.pods, "pod")} of ${title} (${one.scaler.title})`);
  const hooks = made.hooks.map((one) => `${one.kind} ${nameOf(one)}`);
  const runtimes = [...made.unknownRuntimes];
  return [
    ...(count === 0 ? [] : [{ ...assumed("pods", imagined), reason: "not-in-source" as const }]),
    ...(custom.length === 0
      ? []
      : [assumed("pods", `counted by the pod templates that they hold: ${custom.join(", ")}`)]),
    ...(alone === 0
      ? []
      : [assumed("pods", `${many(alone, "pod")} of manifests, never seen on a cluster: taken as pending`)]),
    ...(scaled.length === 0
      ? []
      : [assumed("pods", `bounds of autoscalers decide how many there are: ${listed(scaled)}`)]),
    ...(hooks.length === 0
      ? []
      : [assumed("pods", `left out, because they exist only while a chart is installed or tested: ${listed(hooks)}`)]),
    ...(runtimes.length === 0
      ? []
      : [
          assumed(
            "runtimeclasses",
            `RuntimeClass ${listed(runtimes)} not in the source: what it adds to its pods is unknown and left out`,
          ),
        ]),
    ...defaultsGap(read, made),
    ...[...made.cut].map(
      ([title, one]): Gap => ({
        what: "pods",
        reason: "limit",
        effect: "missing-pods",
        scope: title,
        detail: `${title} asks for ${figure(one.wanted)} pods: ${figure(one.pods)} of them are counted`,
      }),
    ),
  ];
}

/** LimitRanges that gave pods their requests. */
function defaultsGap(read: ClusterObjects, made: ImaginedPods): readonly Gap[] {
  const namespaces = new Set(made.pods.filter(isSynthesised).map((pod) => pod.metadata.namespace ?? "default"));
  const ranges = (read.limitranges ?? [])
    .filter((one) => namespaces.has(one.metadata.namespace ?? "default"))
    .map(nameOf);
  if (ranges.length === 0) return [];
  return [
    assumed(
      "pods",
      `requests that containers leave out are taken from LimitRange ${listed(ranges)}, as admission does`,
    ),
  ];
}

/** Objects of operators: by kind, with names. Budgets that cover no pod here may be for theirs. */
function makerGaps(read: ClusterObjects, made: ImaginedPods): readonly Gap[] {
  const byKind = groupBy(made.uncounted, ({ kind }) => kind);
  if (byKind.size === 0) return [];
  const gaps = Array.from(byKind, ([kind, list]): Gap => {
    const verb = list.length === 1 ? "makes" : "make";
    return {
      what: "pods",
      reason: "limit",
      effect: "missing-pods",
      scope: kind,
      detail: `${list.length} ${kind} ${verb} pods that are not counted (${listed(list.map(nameOf))})`,
    };
  });
  const idle = idleBudgets(read, made.pods);
  if (idle.length === 0) return gaps;
  const detail = `PodDisruptionBudget ${listed(idle)}: covers no pod that is counted, and may be for those`;
  return [...gaps, { what: "poddisruptionbudgets", reason: "limit", effect: "missing-pods", scope: "budgets", detail }];
}

function idleBudgets(read: ClusterObjects, pods: readonly Pod[]): readonly string[] {
  const byNamespace = groupBy(pods, (pod) => pod.metadata.namespace ?? "default");
  return (read.poddisruptionbudgets ?? [])
    .filter((budget) => {
      const selector = compileSelector(budget.spec.selector);
      const near = byNamespace.get(budget.metadata.namespace ?? "default") ?? [];
      return selector.ok && !near.some((pod) => selector.matches(pod.metadata.labels));
    })
    .map(nameOf);
}

/** Pods of CronJobs of manifests: nobody can say whether they run at the time that is looked at. */
function cronGaps(read: ClusterObjects): readonly Gap[] {
  const jobs = (read.cronjobs ?? []).filter((one) => !wasApplied(one) && specOf(one)["suspend"] !== true);
  if (jobs.length === 0) return [];
  const parts = jobs.map((one) => `${nameOf(one)}: ${podsOfCron(one)}`);
  const verb = jobs.length === 1 ? "1 CronJob starts" : `${jobs.length} CronJobs start`;
  const detail = `${verb} pods when ${jobs.length === 1 ? "its" : "their"} time comes, which are not counted (${listed(parts)})`;
  return [{ what: "pods", reason: "limit", effect: "missing-pods", scope: "CronJob", detail }];
}

function podsOfCron(cron: KubeObject): string {
  const spec = objectAt(valueAt(specOf(cron), "jobTemplate", "spec"));
  const pods = jobPods(spec);
  const template = valueAt(spec, "template");
  const asked = isPodTemplate(template)
    ? podRequests({ apiVersion: "v1", kind: "Pod", metadata: cron.metadata, spec: template.spec })
    : undefined;
  if (asked === undefined || !asked.ok) return many(pods, "pod");
  const cores = toNumber(asked.value.get("cpu") ?? 0n);
  const gib = toNumber(asked.value.get("memory") ?? 0n) / 2 ** 30;
  return `${many(pods, "pod")} of ${rounded(cores)} cores and ${rounded(gib)} GiB`;
}

function specOf(object: KubeObject): JsonObject {
  return objectAt(plainOf(object), "spec");
}

function assumed(what: string, detail: string): Gap {
  return { what, reason: "limit", effect: "assumed", detail };
}

function many(n: number, noun: string): string {
  return `${figure(n)} ${noun}${n === 1 ? "" : "s"}`;
}

/** Thousands apart, as on every screen. */
function figure(n: number): string {
  return Number.isSafeInteger(n) ? String(n).replace(/\B(?=(?:\d{3}){1,8}(?!\d))/g, " ") : String(n);
}

function rounded(n: number): string {
  return String(Math.round(n * 100) / 100);
}

function listed(names: readonly string[]): string {
  const more = names.length - maxNamed;
  return more > 0 ? `${names.slice(0, maxNamed).join(", ")} and ${more} more` : names.join(", ");
}
