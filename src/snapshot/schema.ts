import { z } from "zod";
import type { Account } from "../aws/account.ts";
import type { JsonObject } from "../kube/objects.ts";
import { type ResourceName, resources } from "../kube/resources.ts";
import { type Snapshot, snapshotSchema } from "./snapshot.ts";

const anyObject = z.looseObject({});
const anyObjects = z.array(anyObject);
const kubeObject = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional() }),
});

const gap = z.object({
  what: z.string().describe("resource or AWS operation that was not read"),
  reason: z.enum([
    "forbidden",
    "throttled",
    "absent-api",
    "unreachable",
    "not-in-source",
    "malformed",
    "limit",
    "failed",
  ]),
  detail: z.string(),
  scope: z.string().optional(),
  effect: z
    .enum(["assumed", "missing-pods", "none"])
    .optional()
    .describe("what it does to figures; absent: what depends on it is unknown"),
});

const account = z.looseObject({
  accountId: z.string().optional(),
  callerArn: z.string().optional(),
  region: z.string(),
  partition: z.string().optional(),
  cluster: anyObject.optional().describe("eks:DescribeCluster"),
  nodegroups: anyObjects.optional().describe("eks:DescribeNodegroup"),
  autoScalingGroups: anyObjects.optional().describe("autoscaling:DescribeAutoScalingGroups"),
  launchTemplateVersions: anyObjects.optional().describe("ec2:DescribeLaunchTemplateVersions, user data decoded"),
  roles: z.array(z.looseObject({ role: anyObject })).optional(),
  hasSpotServiceLinkedRole: z.boolean().optional(),
});

const document = z.looseObject({
  schema: z.literal(snapshotSchema),
  readAt: z.string().describe("ISO 8601, UTC"),
  source: z.object({
    kind: z.enum(["live", "dumps", "snapshot", "sandbox"]),
    name: z.string(),
    server: z.string().optional(),
  }),
  clusterName: z.string().optional(),
  kubernetesVersion: z.string().optional(),
  objects: z
    .partialRecord(z.enum(Object.keys(resources) as [ResourceName, ...ResourceName[]]), z.array(kubeObject))
    .describe("Kubernetes objects by resource; an absent list was not read, an empty one means none there"),
  account: account.optional().describe("absent: the AWS account was not read"),
  gaps: z.array(gap).describe("what was not read, and why"),
});

/** JSON Schema of a snapshot file. */
export function snapshotJsonSchema(): JsonObject {
  const schema = z.toJSONSchema(document) as JsonObject;
  return { ...schema, $id: snapshotSchema, title: "Dovetail snapshot" };
}

/** What a snapshot file says besides its objects, checked. */
export interface SnapshotHead extends Omit<Snapshot, "objects" | "account"> {
  readonly objects: Readonly<Record<string, unknown>>;
  readonly account?: Account;
}

/** Checks everything of a snapshot but the items of its lists, which are too many to check one by one while loading. */
export function snapshotHead(
  value: unknown,
): { readonly ok: true; readonly value: SnapshotHead } | { readonly ok: false; readonly reason: string } {
  const checked = document.safeParse(value);
  // The schema above is the type: what passes it is a head. The value itself is kept, for the order of its members.
  if (checked.success) return { ok: true, value: value as SnapshotHead };
  const first = checked.error.issues[0];
  return { ok: false, reason: `${first?.path.join(".") ?? ""}: ${first?.message ?? "unreadable"}` };
}
