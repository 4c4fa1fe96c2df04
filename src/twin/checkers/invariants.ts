import { isObject } from "../../kube/json.ts";
import type { JournalEntry } from "../../migration/journal.ts";
import { isReady } from "../../kube/pod.ts";
import { str } from "../store/objects.ts";
import type { Row } from "../account/state.ts";
import type { Twin } from "../world/twin.ts";
import type { Breach } from "./breach.ts";
import type { AuditEntry } from "../world/state.ts";

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

/** Workloads that have fewer ready pods than they want. */
export function unreadyWorkloads(twin: Twin): readonly string[] {
  return (["deployments", "statefulsets"] as const).flatMap((resource) =>
    twin.store
      .all(resource)
      .filter((one) => Number(one.status?.["readyReplicas"] ?? 0) < (one.spec.replicas ?? 1))
      .map((one) => `${one.kind}/${one.metadata.namespace ?? ""}/${one.metadata.name}`),
  );
}

/** Bare pods by name with whether they are ready: they must still be there, the same ones. */
export function barePods(twin: Twin): readonly string[] {
  return twin.store
    .all("pods")
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
export function restorable(twin: Twin): string {
  // Karpenter's launch templates are a cache of its own, which comes and goes with its launches.
  const isOwn = (row: Row): boolean => str(row["LaunchTemplateName"]).startsWith("karpenter.k8s.aws/");
  const account = restorableTables.map((table) => [
    table,
    Object.fromEntries(Object.entries(twin.account.table(table)).filter(([, row]) => !isOwn(row))),
  ]);
  const objects = restorableResources.map((resource) => [
    resource,
    twin.store
      .all(resource)
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
