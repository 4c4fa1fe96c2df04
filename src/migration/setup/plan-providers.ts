import type { Step } from "../step.ts";
import { call, keptStep, planIdOf, type PlanInput, refused } from "./plan-step.ts";
import { iamArn, oidcArn } from "../../aws/arn.ts";
import { rolesOfProfile } from "../../aws/iam.ts";
import { tagList } from "../../aws/tags.ts";

/** The OIDC provider that IRSA needs. */
export function oidcSteps(input: PlanInput): readonly Step[] {
  const { account, cluster, identity, oidcProvider } = input.facts;
  if (identity !== "irsa" || cluster.issuer === undefined) return [];
  const id = "setup/oidc-provider";
  const kind = "iam-oidc-provider";
  const arn = oidcArn(account, cluster.issuer);
  const audience = "sts.amazonaws.com";
  if (oidcProvider?.clientIds.includes(audience) === true) {
    return [
      keptStep(id, kind, {
        title: "OIDC provider of the cluster",
        why: "registered, with audience sts.amazonaws.com",
        target: arn,
      }),
    ];
  }
  const why = "IAM trusts the cluster's service accounts only through it";
  const params = { arn, audience };
  if (oidcProvider !== undefined) {
    const calls = [
      call("iam:AddClientIDToOpenIDConnectProvider", { OpenIDConnectProviderArn: arn, ClientID: audience }),
    ];
    return [
      {
        id,
        kind,
        action: "change",
        title: `add audience ${audience} to the OIDC provider`,
        why,
        target: arn,
        params,
        calls,
        undo: "restore",
      },
    ];
  }
  const calls = [
    call("iam:CreateOpenIDConnectProvider", {
      Url: cluster.issuer,
      ClientIDList: [audience],
      Tags: tagList(input.tags),
    }),
  ];
  return [
    {
      id,
      kind,
      action: "create",
      title: "create the cluster's OIDC provider in IAM",
      why,
      target: arn,
      params,
      calls,
      undo: "restore",
    },
  ];
}

/** The instance profile that releases before v1beta1 take ready-made. */
export function profileSteps(input: PlanInput): readonly Step[] {
  const { facts, nodeRole: name } = input;
  if (!facts.release.needsInstanceProfile) return [];
  const id = "setup/instance-profile";
  const kind = "iam-instance-profile";
  const target = iamArn(facts.account, `instance-profile/${name}`);
  const why = `Karpenter ${facts.release.version} takes a ready instance profile`;
  if (facts.instanceProfile !== undefined) {
    const roles = rolesOfProfile(facts.instanceProfile);
    if (roles.includes(name))
      return [keptStep(id, kind, { title: `instance profile ${name}`, why: "holds the node role", target })];
    if (roles.length > 0) {
      return [
        refused(id, kind, {
          title: `instance profile ${name} holds role ${roles.join(", ")}`,
          why: "remove that role from it, or remove the profile",
          target,
        }),
      ];
    }
  }
  const create = call("iam:CreateInstanceProfile", { InstanceProfileName: name, Tags: tagList(input.tags) });
  const add = call("iam:AddRoleToInstanceProfile", { InstanceProfileName: name, RoleName: name });
  const isNew = facts.instanceProfile === undefined;
  return [
    {
      id,
      kind,
      action: isNew ? "create" : "change",
      title: `${isNew ? "create" : "fill"} instance profile ${name}`,
      why,
      target,
      params: { name, role: name, planId: planIdOf(input) },
      calls: isNew ? [create, add] : [add],
      undo: "restore",
    },
  ];
}
