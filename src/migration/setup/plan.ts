import type { JsonObject } from "../../kube/objects.ts";
import { type Step } from "../step.ts";
import { plannedCluster, type SetupFacts } from "./facts.ts";
import { clusterTag, planTag, type SetupOptions } from "./options.ts";
import { accessSteps } from "./plan-access.ts";
import { interruptionSteps } from "./plan-interruption.ts";
import { networkSteps, networkWarnings } from "./plan-network.ts";
import { nodePolicySteps, roleWarnings } from "./plan-node-policies.ts";
import { policySteps } from "./plan-policies.ts";
import { roleSteps } from "./plan-roles.ts";
import type { PlanInput } from "./plan-step.ts";
import { type Stage, planId, planSchema, type SetupPlan } from "../plan.ts";

/** Everything AWS-side that Karpenter needs on this cluster, complete before anything is touched. Pure: same facts, same plan. */
export function planSetup(facts: SetupFacts, options: SetupOptions): SetupPlan {
  const id = planId("setup", facts.cluster.name, facts.readAtMs);
  const nodeRole = options.nodeRole ?? facts.names.nodeRole;
  const nodeRoleArn =
    facts.roles[nodeRole]?.arn ?? `arn:${facts.account.partition}:iam::${facts.account.id}:role/${nodeRole}`;
  const input: PlanInput = {
    facts,
    options,
    nodeRole,
    nodeRoleArn,
    tags: { [planTag]: id, [clusterTag]: facts.cluster.name },
  };
  const stages: Stage[] = [
    stage("setup/roles", "Roles and permissions", [
      ...roleSteps(input),
      ...nodePolicySteps(input),
      ...policySteps(input),
    ]),
    stage("setup/access", "Access of Karpenter's nodes to the cluster", accessSteps(input)),
    stage("setup/network", "Discovery of subnets and security groups", networkSteps(input)),
    stage("setup/interruption", "Interruption events and spot capacity", interruptionSteps(input)),
  ];
  return {
    schema: planSchema,
    id,
    command: "setup",
    cluster: plannedCluster(facts),
    madeAt: new Date(facts.readAtMs).toISOString(),
    stages: stages.filter((one) => one.steps.length > 0),
    context: {
      environment: environment(input),
      identity: facts.identity,
      identityWhy: facts.identityWhy,
      options: fingerprint(options),
      refusals: facts.refusals,
      warnings: [...warningsOf(facts), ...networkWarnings(input), ...roleWarnings(input)],
    },
  };
}

/** The choices that make two plans of one cluster differ. */
export function fingerprint(options: SetupOptions): JsonObject {
  const { by: _, force: __, ...rest } = options;
  return { ...rest };
}

function stage(id: string, title: string, steps: readonly Step[]): Stage {
  return { id, title, steps, gates: [] };
}

/** The environment that a setup resolved, as the classic guide's setup.sh would have exported it. */
function environment(input: PlanInput): SetupPlan["context"]["environment"] {
  const { facts } = input;
  const { account, cluster, names, release } = facts;
  return {
    CLUSTER_NAME: cluster.name,
    CLUSTER_ENDPOINT: cluster.endpoint,
    AWS_REGION: account.region,
    AWS_ACCOUNT_ID: account.id,
    AWS_PARTITION: account.partition,
    K8S_VERSION: cluster.version,
    KARPENTER_VERSION: release.version,
    KARPENTER_NAMESPACE: facts.namespace,
    KARPENTER_IDENTITY: facts.identity,
    KARPENTER_CONTROLLER_ROLE_ARN: `arn:${account.partition}:iam::${account.id}:role/${names.controllerRole}`,
    KARPENTER_NODE_ROLE_ARN: input.nodeRoleArn,
    AUTHENTICATION_MODE: cluster.authenticationMode,
    ...(cluster.issuer === undefined ? {} : { OIDC_ISSUER: cluster.issuer }),
    ...(release.hasInterruptionQueue ? { INTERRUPTION_QUEUE: names.queue } : {}),
    ...(release.needsInstanceProfile ? { NODE_INSTANCE_PROFILE: input.nodeRole } : {}),
  };
}

function warningsOf(facts: SetupFacts): readonly string[] {
  const caveat = facts.release.caveat;
  return [...facts.warnings, ...(caveat === undefined ? [] : [caveat])];
}
