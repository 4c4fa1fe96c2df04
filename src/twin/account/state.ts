import type { Json, JsonObject } from "../../kube/objects.ts";

/** The tables of the simulated account, by `service.kind`, each keyed by name or id. */
const awsTables = [
  "ec2.vpcs",
  "ec2.subnets",
  "ec2.securityGroups",
  "ec2.instances",
  "ec2.images",
  "ec2.launchTemplates",
  "ec2.routeTables",
  "ec2.vpcEndpoints",
  "ec2.volumes",
  "ec2.capacityReservations",
  "autoscaling.groups",
  "autoscaling.activities",
  "autoscaling.hooks",
  "autoscaling.scheduledActions",
  "autoscaling.launchConfigurations",
  "eks.clusters",
  "eks.nodegroups",
  "eks.updates",
  "eks.accessEntries",
  "eks.podIdentities",
  "eks.addons",
  "iam.roles",
  "iam.policies",
  "iam.instanceProfiles",
  "iam.oidcProviders",
  "sqs.queues",
  "events.rules",
  "ssm.parameters",
  "quotas",
] as const;
/** The name of a table. */
export type AwsTable = (typeof awsTables)[number];

/** One row: what AWS answers for it, and beside it, under names that begin with `_`, what only the sandbox knows. */
export type Row = Record<string, Json | undefined>;

/** The simulated account. Plain JSON. */
export interface AwsState {
  readonly accountId: string;
  readonly region: string;
  readonly tables: { [T in AwsTable]?: Record<string, Row> };
}

/** A row as AWS shows it: without the sandbox's own fields and without what is undefined. */
export function shown(row: Row): JsonObject {
  return Object.fromEntries(Object.entries(row).filter(([key, value]) => !key.startsWith("_") && value !== undefined));
}
