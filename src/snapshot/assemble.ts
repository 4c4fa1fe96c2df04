import { keysOf } from "../kube/json.ts";
import { kubeletVersionOf } from "../kube/node.ts";
import { type ClusterObjects, type ResourceName, resources } from "../kube/resources.ts";
import { applied } from "./applied.ts";
import { malformedQuantities } from "./check.ts";
import { clusterNameIn } from "./cluster-name.ts";
import type { Collector } from "./collect.ts";
import { withNodeFacts } from "./node-facts.ts";
import { redactAccount } from "./redacted.ts";
import { type Gap, type RedactedSnapshot, type Snapshot, snapshotSchema } from "./snapshot.ts";

/** Not kept in snapshots, so their absence is no gap. */
const neverKept: ReadonlySet<ResourceName> = new Set(["events", "clusterroles", "clusterrolebindings", "leases"]);
/** Kinds that exist only when somebody installed them: one line tells of all that are missing. */
const installed: ReadonlySet<ResourceName> = new Set([
  "nodepools",
  "nodeclaims",
  "ec2nodeclasses",
  "provisioners",
  "machines",
  "awsnodetemplates",
  "nodeclasses",
]);
/** Admission has done its work before a cluster's pods are read; manifests rarely hold them. */
const optional: ReadonlySet<ResourceName> = new Set(["limitranges", "runtimeclasses"]);

/** What a folder, file or stream of dumps amounts to. */
export interface DumpFacts {
  readonly name: string;
  readonly readAt: string;
  readonly clusterName?: string;
  readonly collector: Collector;
  /** Files that were left out. */
  readonly gaps?: readonly Gap[];
}

/** A snapshot from dumps: what was not in them is a gap, and manifests without pods get the pods their controllers would make. */
export function snapshotOfDumps(facts: DumpFacts): RedactedSnapshot {
  const read = facts.collector.objects();
  const account = facts.collector.account();
  const { objects, gaps: imagined } = applied(read, facts.collector.custom());
  const gaps: Gap[] = [...(facts.gaps ?? []), ...imagined];
  for (const resource of keysOf(resources)) {
    if (objects[resource] !== undefined || neverKept.has(resource) || optional.has(resource)) continue;
    const detail = installed.has(resource)
      ? `no ${resource} in the source`
      : `no ${resource} in the source: not dumped, or none there`;
    gaps.push({ what: resource, reason: "not-in-source", detail });
  }
  if (account === undefined) {
    gaps.push({ what: "aws", reason: "not-in-source", detail: "dumps tell nothing of the AWS account" });
  }
  for (const origin of new Set(facts.collector.unrecognised)) {
    const detail = `${origin} holds no Kubernetes objects`;
    gaps.push({ what: "files", reason: "malformed", effect: "none", detail, scope: origin });
  }
  for (const [kind, count] of facts.collector.otherKinds) {
    const detail = `${count} of kind ${kind} left out: snapshots do not hold it`;
    gaps.push({ what: kind, reason: "limit", effect: "none", detail });
  }
  gaps.push(...facts.collector.malformed, ...facts.collector.doubled(), ...malformedQuantities(objects));
  const clusterName = facts.clusterName ?? clusterNameIn(objects) ?? nameOfAccount(account);
  const kubernetesVersion = newestKubelet(objects);
  return withNodeFacts({
    schema: snapshotSchema,
    readAt: facts.readAt,
    source: { kind: "dumps", name: facts.name },
    ...(clusterName === undefined ? {} : { clusterName }),
    ...(kubernetesVersion === undefined ? {} : { kubernetesVersion }),
    objects,
    ...(account === undefined ? {} : { account: redactAccount(account) }),
    gaps,
  });
}

// A control plane is never older than its kubelets.
function newestKubelet(objects: ClusterObjects): string | undefined {
  const versions = (objects.nodes ?? []).flatMap((node) => /^\d+\.\d+/.exec(kubeletVersionOf(node) ?? "")?.[0] ?? []);
  const minor = (version: string): number => Number(version.split(".")[1]);
  return versions.toSorted((a, b) => minor(b) - minor(a))[0];
}

function nameOfAccount(account: Snapshot["account"]): string | undefined {
  const name = account?.cluster?.["name"] ?? account?.nodegroups?.[0]?.["clusterName"];
  return typeof name === "string" ? name : undefined;
}
