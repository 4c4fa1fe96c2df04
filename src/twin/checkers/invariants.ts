import { isObject } from "../../kube/json.ts";
import type { JournalEntry } from "../../migration/journal.ts";
import { isReady } from "../../kube/pod.ts";
import { str } from "../store/objects.ts";
import { runningAutoscaler } from "../actors/autoscaler/installation.ts";
import type { Row } from "../account/state.ts";
import type { Core } from "../world/core.ts";
import { nodePools } from "../actors/karpenter/memory.ts";
import type { Sandbox } from "../world/sandbox.ts";
import type { AuditEntry } from "../world/state.ts";

/** Something that must never happen, with when and what. Empty lists mean all is well. */
export interface Breach {
  readonly atMs: number;
  readonly what: string;
}

/** Pods that Dovetail took away by other means than the Eviction API. Its own, named `dovetail…`, it may delete. */
export function podsDeletedDirectly(audit: readonly AuditEntry[]): readonly Breach[] {
  return audit
    .filter((entry) => entry.actor === "dovetail" && /^kube:(delete|remove) pods$/.test(entry.operation))
    .filter((entry) => !entry.target.split("/").at(-1)?.startsWith("dovetail"))
    .map((entry) => ({ atMs: entry.atMs, what: `${entry.operation} ${entry.target}` }));
}

/** Writes by Dovetail that no step of the journal accounts for: made while no step was under way. */
export function unexplainedWrites(audit: readonly AuditEntry[], journal: readonly JournalEntry[]): readonly Breach[] {
  const windows = stepWindows(journal);
  return audit
    .filter(
      (entry) => entry.actor === "dovetail" && !windows.some(([from, to]) => entry.atMs >= from && entry.atMs <= to),
    )
    .map((entry) => ({ atMs: entry.atMs, what: `${entry.operation} ${entry.target}` }));
}

// From the intent of a step to the entry that ends it; a step that a kill cut off stays open until its next entry.
function stepWindows(journal: readonly JournalEntry[]): readonly (readonly [number, number])[] {
  const open = new Map<string, number>();
  const windows: (readonly [number, number])[] = [];
  for (const entry of journal) {
    if (!("step" in entry)) continue;
    const key = `${entry.planId} ${entry.step}`;
    const at = Date.parse(entry.at);
    const since = open.get(key);
    if (entry.type === "intent" || entry.type === "undo-intent") open.set(key, since ?? at);
    else if (since !== undefined) {
      windows.push([since, at]);
      open.delete(key);
    }
  }
  for (const since of open.values()) windows.push([since, Number.POSITIVE_INFINITY]);
  return windows;
}

/** Who is in charge of nodes for ordinary pods: written into the audit log whenever it changes. */
export function noteCharge(core: Core): void {
  // Its loop notices only at its next turn that its last pod is gone.
  const autoscaler = core.state.autoscaler.isRunning && runningAutoscaler(core) !== undefined;
  const karpenter = core.state.karpenter.isRunning && nodePools(core).some(isInCharge);
  const last = core.state.audit.findLast((entry) => entry.operation === "charge")?.detail;
  if (last?.["autoscaler"] === autoscaler && last["karpenter"] === karpenter) return;
  core.state.audit.push({
    atMs: core.nowMs(),
    actor: "observer",
    operation: "charge",
    target: core.state.name,
    detail: { autoscaler, karpenter },
  });
}

// A held pool makes nothing; a pool for Dovetail's own canary takes no other pod.
function isInCharge(pool: ReturnType<typeof nodePools>[number]): boolean {
  const isHeld = Number(pool.spec.limits?.["cpu"] ?? 1) === 0;
  const isOwn = (pool.spec.template.spec.taints ?? []).some((taint) => taint.key.startsWith("dovetail"));
  return !isHeld && !isOwn;
}

/** Moments at which Cluster Autoscaler and Karpenter were both in charge. */
export function twoInCharge(audit: readonly AuditEntry[]): readonly Breach[] {
  return audit
    .filter(
      (entry) =>
        entry.operation === "charge" && entry.detail?.["autoscaler"] === true && entry.detail["karpenter"] === true,
    )
    .map((entry) => ({ atMs: entry.atMs, what: "Cluster Autoscaler and Karpenter are both in charge" }));
}

/** Stretches longer than allowed in which nobody was in charge. */
export function nobodyInCharge(audit: readonly AuditEntry[], allowedMs: number): readonly Breach[] {
  const changes = audit.filter((entry) => entry.operation === "charge");
  return changes.flatMap((entry, i) => {
    const next = changes[i + 1];
    const isNobody = entry.detail?.["autoscaler"] === false && entry.detail["karpenter"] === false;
    const ms = (next?.atMs ?? entry.atMs) - entry.atMs;
    return isNobody && ms > allowedMs
      ? [{ atMs: entry.atMs, what: `nobody in charge for ${Math.round(ms / 1000)} s` }]
      : [];
  });
}

/** Workloads that have fewer ready pods than they want. */
export function unreadyWorkloads(sandbox: Sandbox): readonly string[] {
  const { api } = sandbox.core;
  return (["deployments", "statefulsets"] as const).flatMap((resource) =>
    api
      .peek(resource)
      .filter((one) => Number(one.status?.["readyReplicas"] ?? 0) < (one.spec.replicas ?? 1))
      .map((one) => `${one.kind}/${one.metadata.namespace ?? ""}/${one.metadata.name}`),
  );
}

/** Bare pods by name with whether they are ready: they must still be there, the same ones. */
export function barePods(sandbox: Sandbox): readonly string[] {
  return sandbox.core.api
    .peek("pods")
    .filter((pod) => pod.metadata.ownerReferences === undefined)
    .map(
      (pod) =>
        `${pod.metadata.namespace ?? ""}/${pod.metadata.name} ${pod.metadata.uid ?? ""} ${isReady(pod) ? "ready" : "not ready"}`,
    );
}

const volatileFields = new Set([
  "resourceVersion",
  "generation",
  "managedFields",
  "modifiedAt",
  "Instances",
  "SuspensionReason",
  "UpdateDate",
  "AvailableIpAddressCount",
]);
const restorableTables = [
  "iam.roles",
  "iam.policies",
  "iam.instanceProfiles",
  "iam.oidcProviders",
  "eks.clusters",
  "eks.nodegroups",
  "eks.accessEntries",
  "eks.podIdentities",
  "sqs.queues",
  "events.rules",
  "ec2.subnets",
  "ec2.securityGroups",
  "ec2.launchTemplates",
  "autoscaling.groups",
] as const;
const restorableResources = [
  "namespaces",
  "serviceaccounts",
  "configmaps",
  "deployments",
  "daemonsets",
  "statefulsets",
  "poddisruptionbudgets",
  "nodepools",
  "nodeclaims",
  "ec2nodeclasses",
  "customresourcedefinitions",
  "clusterroles",
  "clusterrolebindings",
  "priorityclasses",
] as const;

/**
 * What a rollback must bring back, in a canonical form: the account's settings and the cluster's specs. Instances, nodes, pods, statuses
 * and what changes by itself are left out.
 */
export function restorable(sandbox: Sandbox): string {
  const { state, api } = sandbox.core;
  // Karpenter's launch templates are a cache of its own, which comes and goes with its launches.
  const isOwn = (row: Row): boolean => str(row["LaunchTemplateName"]).startsWith("karpenter.k8s.aws/");
  const account = restorableTables.map((table) => [
    table,
    Object.fromEntries(Object.entries(state.aws.tables[table] ?? {}).filter(([, row]) => !isOwn(row))),
  ]);
  const objects = restorableResources.map((resource) => [
    resource,
    api
      .peek(resource)
      .filter((one) => one.metadata.name !== "cluster-autoscaler-status")
      .map(({ ...one }) => ({ ...one, status: undefined })),
  ]);
  return JSON.stringify(canonical([...account, ...objects]), undefined, 1);
}

function canonical(value: unknown): unknown {
  if (Array.isArray(value))
    return value
      .map(canonical)
      .toSorted((a, b) => (isTag(a) && isTag(b) ? (str(a["Key"]) < str(b["Key"]) ? -1 : 1) : 0));
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([key, one]) => !volatileFields.has(key) && one !== undefined);
  return Object.fromEntries(kept.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, one]) => [key, canonical(one)]));
}

function isTag(value: unknown): value is { readonly Key: string } {
  return isObject(value as never) && "Key" in (value as object);
}
