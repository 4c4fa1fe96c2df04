import type { Json, JsonObject } from "../../kube/objects.ts";
import type { PlannedCall, Step } from "../step.ts";
import type { RoleState } from "./facts.ts";
import { clusterTag } from "./options.ts";
import { call, keptStep, planIdOf, type PlanInput, refused } from "./plan-step.ts";
import { inheritedPolicies } from "./plan-node-policies.ts";
import { nodeManagedPolicies } from "./policies.ts";
import { oidcSteps, profileSteps } from "./plan-providers.ts";
import { iamArn, oidcArn } from "../../aws/arn.ts";
import { sameDocument } from "../../aws/document.ts";
import { tagList } from "../../aws/tags.ts";
import type { ParamsOf } from "../kinds.ts";

/** IAM's limits on names. */
const maxRoleName = 64;

/** OIDC provider, node role, instance profile and controller role. */
export function roleSteps(input: PlanInput): readonly Step[] {
  return [...oidcSteps(input), nodeRoleStep(input), ...profileSteps(input), controllerRoleStep(input)];
}

function nodeRoleStep(input: PlanInput): Step {
  const { facts, options, nodeRole } = input;
  const trust = serviceTrust(
    [facts.account.partition === "aws-cn" ? "ec2.amazonaws.com.cn" : "ec2.amazonaws.com"],
    ["sts:AssumeRole"],
  );
  const isReused = options.nodeRole !== undefined;
  const users = facts.nodeGroups.filter((group) => group.roleArn === input.nodeRoleArn).map((group) => group.name);
  return roleStep(input, {
    id: "setup/node-role",
    name: nodeRole,
    what: "node role",
    trust,
    managedPolicies: [...nodeManagedPolicies(facts.release, facts.account.partition), ...inheritedPolicies(facts)],
    isReused,
    why:
      users.length > 0
        ? `Karpenter's nodes run under it; shared with node group ${users.join(", ")}: keep it while either uses it`
        : "Karpenter's nodes run under it",
    fix: `pass --node-role ${nodeRole} to reuse it on purpose, or remove it`,
  });
}

function controllerRoleStep(input: PlanInput): Step {
  const { facts } = input;
  return roleStep(input, {
    id: "setup/controller-role",
    name: facts.names.controllerRole,
    what: "controller role",
    trust: controllerTrust(input),
    managedPolicies: [],
    isReused: false,
    why: `Karpenter's controller acts under it, by ${facts.identity === "irsa" ? "IRSA" : "EKS Pod Identity"}: ${facts.identityWhy}`,
    fix: "remove it or rename it; Dovetail does not widen a role it did not make",
  });
}

interface RoleWish {
  readonly id: string;
  readonly name: string;
  readonly what: string;
  readonly trust: JsonObject;
  readonly managedPolicies: readonly string[];
  readonly isReused: boolean;
  readonly why: string;
  readonly fix: string;
}

function roleStep(input: PlanInput, wish: RoleWish): Step {
  const { id, name, what, trust, managedPolicies } = wish;
  const kind = "iam-role";
  const target = iamArn(input.facts.account, `role/${name}`);
  if (name.length > maxRoleName) {
    return refused(id, kind, {
      title: `role name ${name} has ${name.length} characters; IAM allows ${maxRoleName}`,
      why: "pass a shorter name",
      target,
    });
  }
  const state = input.facts.roles[name];
  const boundary = input.options.permissionsBoundary;
  const params = { name, trust, managedPolicies: [...managedPolicies], planId: planIdOf(input) };
  const attach = (arns: readonly string[]): PlannedCall[] =>
    arns.map((PolicyArn) => call("iam:AttachRolePolicy", { RoleName: name, PolicyArn }));
  if (state === undefined) {
    if (wish.isReused) {
      return refused(id, kind, {
        title: `role ${name} does not exist`,
        why: "pass --node-role of an existing role, or leave it out to create one",
        target,
      });
    }
    const create = call("iam:CreateRole", {
      RoleName: name,
      AssumeRolePolicyDocument: JSON.stringify(trust),
      Description: `Karpenter ${what} of EKS cluster ${input.facts.cluster.name}`,
      Tags: tagList(input.tags),
      ...(boundary === undefined ? {} : { PermissionsBoundary: boundary }),
    });
    return {
      id,
      kind,
      action: "create",
      title: `create ${what} ${name}`,
      why: wish.why,
      target,
      params,
      calls: [create, ...attach(managedPolicies)],
      undo: "restore",
    };
  }
  if (!wish.isReused && state.tags[clusterTag] !== input.facts.cluster.name) {
    return refused(id, kind, {
      title: `role ${name} exists and was not made by Dovetail for this cluster`,
      why: wish.fix,
      target: state.arn,
    });
  }
  return existingRole(input, { wish, state, params, attach });
}

function existingRole(
  input: PlanInput,
  of: {
    wish: RoleWish;
    state: RoleState;
    params: ParamsOf<"iam-role">;
    attach: (arns: readonly string[]) => PlannedCall[];
  },
): Step {
  const { wish, state } = of;
  const missing = wish.managedPolicies.filter((arn) => !isAttached(state, arn));
  // A reused role's trust is its owner's business as long as EC2 may assume it.
  const isTrusted = wish.isReused ? trustsSameService(state.trust, wish.trust) : sameDocument(state.trust, wish.trust);
  const { id } = wish;
  const kind = "iam-role";
  if (wish.isReused && !isTrusted) {
    return refused(id, kind, {
      title: `role ${wish.name} cannot be assumed by EC2`,
      why: "pass --node-role of a role that EC2 trusts",
      target: state.arn,
    });
  }
  if (missing.length === 0 && isTrusted) {
    return keptStep(id, kind, {
      title: `${wish.what} ${wish.name}`,
      why: wish.isReused ? wish.why : "made by an earlier setup and complete",
      target: state.arn,
    });
  }
  const trust = isTrusted
    ? []
    : [call("iam:UpdateAssumeRolePolicy", { RoleName: wish.name, PolicyDocument: JSON.stringify(wish.trust) })];
  const parts = [...(isTrusted ? [] : ["its trust policy"]), ...missing.map((arn) => arn.split("/").at(-1) ?? arn)];
  return {
    id,
    kind,
    action: "change",
    title: `change ${wish.what} ${wish.name}: ${parts.join(", ")}`,
    why: wish.why,
    target: state.arn,
    params: {
      ...of.params,
      managedPolicies: wish.managedPolicies.filter((arn) => missing.includes(arn) || state.attached.includes(arn)),
      keepsTrust: wish.isReused,
    },
    calls: [...trust, ...of.attach(missing)],
    undo: "restore",
  };
}

// PullOnly is contained in ReadOnly, which node groups' roles usually carry.
function isAttached(state: RoleState, arn: string): boolean {
  if (state.attached.includes(arn)) return true;
  return (
    arn.endsWith("AmazonEC2ContainerRegistryPullOnly") && state.attached.includes(arn.replace("PullOnly", "ReadOnly"))
  );
}

function controllerTrust(input: PlanInput): JsonObject {
  const { account, cluster, identity, namespace, serviceAccount } = input.facts;
  if (identity === "pod-identity")
    return serviceTrust(["pods.eks.amazonaws.com"], ["sts:AssumeRole", "sts:TagSession"]);
  const issuer = (cluster.issuer ?? "").replace(/^https:\/\//, "");
  return trustDocument({
    Effect: "Allow",
    Principal: { Federated: oidcArn(account, issuer) },
    Action: "sts:AssumeRoleWithWebIdentity",
    Condition: {
      StringEquals: {
        [`${issuer}:aud`]: "sts.amazonaws.com",
        [`${issuer}:sub`]: `system:serviceaccount:${namespace}:${serviceAccount}`,
      },
    },
  });
}

function serviceTrust(services: readonly string[], actions: readonly string[]): JsonObject {
  const one = (list: readonly string[]): Json => (list.length === 1 ? (list[0] ?? "") : list);
  return trustDocument({ Effect: "Allow", Principal: { Service: one(services) }, Action: one(actions) });
}

function trustDocument(statement: JsonObject): JsonObject {
  return { Version: "2012-10-17", Statement: [statement] };
}

function trustsSameService(has: Json | undefined, wants: JsonObject): boolean {
  const service = /"Service":"([^"]+)"/.exec(JSON.stringify(wants))?.[1] ?? "";
  return JSON.stringify(has ?? null).includes(`"${service}"`);
}
