import type { Step } from "../step.ts";
import { textAt } from "../../kube/json.ts";
import { clusterTag } from "./options.ts";
import { call, keptStep, planIdOf, type PlanInput, refused } from "./plan-step.ts";
import { controllerPolicies, type NamedPolicy, policyValues } from "./policies.ts";
import { iamArn } from "../../aws/arn.ts";
import { sameDocument } from "../../aws/document.ts";
import { tagList } from "../../aws/tags.ts";

/** The controller's permissions, attached to its role, and what gives them to its pods. */
export function policySteps(input: PlanInput): readonly Step[] {
  const { account, cluster, names, release } = input.facts;
  const values = policyValues({ account, cluster, names, nodeRoleArn: input.nodeRoleArn });
  const policies = controllerPolicies(release, values).map((policy) =>
    policyStep(input, policy, {
      id: `setup/controller-policy/${policy.name}`,
      role: names.controllerRole,
      why: `the controller's permissions, scoped as upstream scopes them for ${release.version}`,
    }),
  );
  return [...policies, ...associationSteps(input)];
}

/** A policy of our own, attached to one role. */
export function policyStep(
  input: PlanInput,
  policy: NamedPolicy,
  { id, role, why }: { readonly id: string; readonly role: string; readonly why: string },
): Step {
  const { account, names } = input.facts;
  const name = names.controllerPolicy(policy.name);
  const arn = iamArn(account, `policy/${name}`);
  const kind = "iam-policy";
  const state = input.facts.policies[policy.name];
  const isAttachedNow = input.facts.roles[role]?.attached.includes(arn) === true;
  const PolicyDocument = JSON.stringify(policy.document);
  const params = { name, arn, role, document: policy.document, planId: planIdOf(input) };
  const attach = call("iam:AttachRolePolicy", { RoleName: role, PolicyArn: arn });
  const step = { id, kind, why, target: arn, params, undo: "restore" } as const;
  if (state === undefined) {
    const create = call("iam:CreatePolicy", { PolicyName: name, PolicyDocument, Tags: tagList(input.tags) });
    return { ...step, action: "create", title: `create policy ${name}`, calls: [create, attach] };
  }
  if (state.tags[clusterTag] !== input.facts.cluster.name) {
    return refused(id, kind, {
      title: `policy ${name} exists and was not made by Dovetail for this cluster`,
      why: "remove it or rename it",
      target: arn,
    });
  }
  const isSame = sameDocument(state.document, policy.document);
  if (isSame && isAttachedNow)
    return keptStep(id, kind, { title: `policy ${name}`, why: "made by an earlier setup and unchanged", target: arn });
  const update = call("iam:CreatePolicyVersion", { PolicyArn: arn, PolicyDocument, SetAsDefault: true });
  return {
    ...step,
    action: "change",
    title: `change policy ${name}`,
    calls: [...(isSame ? [] : [update]), ...(isAttachedNow ? [] : [attach])],
  };
}

function associationSteps(input: PlanInput): readonly Step[] {
  const { facts } = input;
  if (facts.identity !== "pod-identity") return [];
  const id = "setup/pod-identity";
  const kind = "eks-pod-identity";
  const roleArn = iamArn(facts.account, `role/${facts.names.controllerRole}`);
  const of = { clusterName: facts.cluster.name, namespace: facts.namespace, serviceAccount: facts.serviceAccount };
  const target = `${of.clusterName}/${of.namespace}/${of.serviceAccount}`;
  if (facts.association !== undefined) {
    const has = facts.association["roleArn"];
    if (has === roleArn)
      return [
        keptStep(id, kind, {
          title: `Pod Identity association of ${of.namespace}/${of.serviceAccount}`,
          why: "points at the controller role",
          target,
        }),
      ];
    return [
      refused(id, kind, {
        title: `service account ${of.namespace}/${of.serviceAccount} is associated with ${textAt(has) ?? ""}`,
        why: "remove that association first",
        target,
      }),
    ];
  }
  const calls = [call("eks:CreatePodIdentityAssociation", { ...of, roleArn, tags: input.tags })];
  return [
    {
      id,
      kind,
      action: "create",
      title: `associate ${of.namespace}/${of.serviceAccount} with the controller role`,
      why: "gives the controller's pods the role's credentials",
      target,
      params: { ...of, roleArn },
      calls,
      undo: "restore",
    },
  ];
}
