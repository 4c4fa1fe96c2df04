import { textAt, plainOf } from "../kube/json.ts";
import { isSynthesised } from "../kube/pod.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import type { Facts } from "./facts.ts";
import type { Need } from "./rule.ts";
import { namedUnread } from "./unread.ts";

/** Something that was not read, or not all of it, and why. */
export interface MissingData {
  readonly need: Need;
  /** As a sentence names it: `pods`, `subnets of the account`. */
  readonly name: string;
  /** The gap's reason, or `not-in-source`. */
  readonly reason: string;
  readonly detail: string;
  /** Namespace, file or ARN that is missing although the rest was read. */
  readonly scope?: string;
}

/** Why a need is not met at all; undefined when it is. */
export function missing(facts: Facts, need: Need): MissingData | undefined {
  if (need === "instance types") {
    return facts.instanceTypes === undefined
      ? { need, name: need, reason: "not-in-source", detail: "no catalogue of instance types for this region" }
      : undefined;
  }
  if (need === "node pools") {
    return (facts.nodePools ?? []).length === 0
      ? { need, name: need, reason: "not-in-source", detail: "no node group was found that could be translated" }
      : undefined;
  }
  if (need === "kubernetes version") {
    return facts.snapshot.kubernetesVersion === undefined
      ? {
          need,
          name: "the Kubernetes version",
          reason: "not-in-source",
          detail: "neither API server nor kubelets were read",
        }
      : undefined;
  }
  if (need === "cluster name") {
    return facts.snapshot.clusterName === undefined
      ? {
          need,
          name: "the cluster's name",
          reason: "not-in-source",
          detail: "nothing that was read names the EKS cluster; pass --cluster NAME",
        }
      : undefined;
  }
  if (need === "live pods") {
    const { pods } = facts.snapshot.objects;
    if (pods !== undefined && pods.length > 0 && pods.every(isSynthesised)) {
      return { need, name: "pods", reason: "not-in-source", detail: "pods were imagined from templates" };
    }
    return pods === undefined ? { ...explained(facts.snapshot, "pods"), need } : undefined;
  }
  const key = accountKey(need);
  if (key === undefined) return isRead(facts.snapshot.objects, need) ? undefined : explained(facts.snapshot, need);
  const { account } = facts.snapshot;
  // A cluster that authenticates by aws-auth alone has no access entries to read.
  if (key === "accessEntries" && textAt(account?.cluster, "accessConfig", "authenticationMode") === "CONFIG_MAP")
    return undefined;
  return account !== undefined && isRead(account, key) ? undefined : explained(facts.snapshot, need);
}

/** What is missing of a need that was met: reads that failed for one namespace or file, and what node groups name in vain. */
export function partlyMissing(facts: Facts, need: Need): readonly MissingData[] {
  const failed = facts.snapshot.gaps
    .filter(({ effect, scope, what }) => {
      return scope !== undefined && effect !== "assumed" && effect !== "none" && isAbout(what, need);
    })
    .map((gap) => ({ reason: gap.reason, detail: gap.detail, scope: gap.scope ?? "" }));
  const scopes = new Set(failed.map(({ scope }) => scope));
  const list = accountKey(need);
  const named = list === undefined ? [] : namedUnread(facts, list).filter(({ scope }) => !scopes.has(scope));
  return [...failed, ...named.map((one) => ({ reason: "not-in-source", ...one }))].map((one) => ({
    need,
    name: nameOf(need),
    ...one,
  }));
}

function explained(snapshot: Snapshot, need: Need): MissingData {
  const name = nameOf(need);
  const isAccount = accountKey(need) !== undefined;
  const gap = snapshot.gaps.find((one) => one.effect === undefined && isAbout(one.what, need));
  if (gap !== undefined) return { need, name, reason: gap.reason, detail: gap.detail };
  if (isAccount && snapshot.account === undefined) {
    const whole = snapshot.gaps.find((one) => one.what === "aws" || one.what === "account");
    const detail = whole?.detail ?? "the AWS account was not read";
    return { need, name, reason: whole?.reason ?? "not-in-source", detail };
  }
  return {
    need,
    name,
    reason: "not-in-source",
    detail: `${snapshot.source.name} holds no ${name.replace(/^the /, "")}`,
  };
}

function nameOf(need: Need): string {
  const key = accountKey(need);
  return key === undefined ? need : (operations[key]?.name ?? key);
}

function accountKey(need: Need): string | undefined {
  return need.startsWith("account.") ? need.slice("account.".length) : undefined;
}

function isRead(lists: object, key: string): boolean {
  return plainOf(lists)[key] !== undefined;
}

/** Gaps name resources, or AWS operations with or without their service (`aws:DescribeSubnets`, `ec2:DescribeSubnets`). */
function isAbout(what: string, need: Need): boolean {
  if (what === need) return true;
  const key = accountKey(need);
  if (key === undefined) return false;
  const operation = what.slice(what.lastIndexOf(":") + 1);
  return what === key || operations[key]?.operations.includes(operation) === true;
}

const operations: Readonly<Record<string, { readonly name: string; readonly operations: readonly string[] }>> = {
  cluster: { name: "the EKS cluster's description", operations: ["DescribeCluster"] },
  nodegroups: { name: "managed node groups", operations: ["DescribeCluster", "ListNodegroups", "DescribeNodegroup"] },
  autoScalingGroups: { name: "Auto Scaling groups", operations: ["DescribeAutoScalingGroups"] },
  launchConfigurations: {
    name: "launch configurations",
    operations: ["DescribeAutoScalingGroups", "DescribeLaunchConfigurations"],
  },
  launchTemplateVersions: {
    name: "launch templates",
    operations: ["DescribeAutoScalingGroups", "DescribeLaunchTemplateVersions"],
  },
  scheduledActions: {
    name: "scheduled actions",
    operations: ["DescribeAutoScalingGroups", "DescribeScheduledActions"],
  },
  lifecycleHooks: { name: "lifecycle hooks", operations: ["DescribeAutoScalingGroups", "DescribeLifecycleHooks"] },
  warmPools: { name: "warm pools", operations: ["DescribeAutoScalingGroups", "DescribeWarmPool"] },
  instances: { name: "EC2 instances", operations: ["DescribeInstances"] },
  subnets: { name: "subnets", operations: ["DescribeSubnets"] },
  securityGroups: { name: "security groups", operations: ["DescribeSecurityGroups"] },
  vpcEndpoints: { name: "VPC endpoints", operations: ["DescribeVpcEndpoints"] },
  routeTables: { name: "route tables", operations: ["DescribeRouteTables"] },
  capacityReservations: { name: "capacity reservations", operations: ["DescribeCapacityReservations"] },
  roles: {
    name: "IAM roles",
    operations: ["GetRole", "ListAttachedRolePolicies", "ListRolePolicies", "GetRolePolicy"],
  },
  openIdConnectProviders: { name: "IAM OIDC providers", operations: ["ListOpenIDConnectProviders"] },
  accessEntries: {
    name: "access entries",
    operations: ["DescribeCluster", "ListAccessEntries", "DescribeAccessEntry"],
  },
  podIdentityAssociations: {
    name: "Pod Identity associations",
    operations: ["DescribeCluster", "ListPodIdentityAssociations"],
  },
  addons: { name: "EKS add-ons", operations: ["DescribeCluster", "ListAddons", "DescribeAddon"] },
  queues: { name: "SQS queues", operations: ["GetQueueUrl", "ListQueues", "GetQueueAttributes"] },
  eventRules: { name: "EventBridge rules", operations: ["ListRules", "ListTargetsByRule", "ListRuleNamesByTarget"] },
  serviceQuotas: { name: "service quotas", operations: ["ListServiceQuotas", "GetServiceQuota"] },
  hasSpotServiceLinkedRole: { name: "the spot service-linked role", operations: ["GetRole"] },
};
