import { assignIpv6, extraPolicies, mayDo, policiesFor, roleNameOf } from "../../aws/node-role.ts";
import { nameOfArn } from "../../aws/arn.ts";
import { unique } from "../../kube/unique.ts";
import type { Step } from "../step.ts";
import type { SetupFacts } from "./facts.ts";
import { policyStep } from "./plan-policies.ts";
import type { PlanInput } from "./plan-step.ts";
import type { NamedPolicy } from "./policies.ts";

/** Short name of the policy for IPv6 addresses. */
export const ipv6PolicyName = "KarpenterNodeIpv6Policy";

/** What AWS's guide to IPv6 clusters lets the VPC CNI do; AWS has no managed policy for it. */
function ipv6Policy(partition: string): NamedPolicy {
  const reads = [
    "ec2:DescribeInstances",
    "ec2:DescribeTags",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeInstanceTypes",
  ];
  return {
    name: ipv6PolicyName,
    document: {
      Version: "2012-10-17",
      Statement: [
        { Effect: "Allow", Action: [assignIpv6, ...reads], Resource: "*" },
        { Effect: "Allow", Action: "ec2:CreateTags", Resource: `arn:${partition}:ec2:*:*:network-interface/*` },
      ],
    },
  };
}

/** Policies of today's node roles that the new one has to have as well: the account's own one for IPv6 addresses. */
export function inheritedPolicies(facts: SetupFacts): readonly string[] {
  if (!facts.needsIpv6Policy) return [];
  const arns = facts.oldRoles.flatMap((role) => {
    const names = new Set(policiesFor(role, assignIpv6));
    return (role.attachedPolicyArns ?? []).filter((arn) => names.has(nameOfArn(arn)));
  });
  return unique(arns).toSorted().slice(0, 1);
}

/** The policy for IPv6 addresses, where the cluster needs it and no role of today has one to share. */
export function nodePolicySteps(input: PlanInput): readonly Step[] {
  const { facts, options } = input;
  if (!facts.needsIpv6Policy || inheritedPolicies(facts).length > 0) return [];
  const own = facts.oldRoles.find((role) => roleNameOf(role) === input.nodeRole);
  if (options.nodeRole !== undefined && own !== undefined && mayDo(own, assignIpv6) === true) return [];
  return [
    policyStep(input, ipv6Policy(facts.account.partition), {
      id: "setup/node-policy/ipv6",
      role: input.nodeRole,
      why: "pods of this IPv6 cluster get their addresses by the node's role, and AWS has no managed policy for it",
    }),
  ];
}

/** What the roles of today allow and the new one does not: one line for each role. */
export function roleWarnings({ facts, nodeRole }: PlanInput): readonly string[] {
  const inherited = new Set(inheritedPolicies(facts).map(nameOfArn));
  return facts.oldRoles.flatMap((role) => {
    const name = roleNameOf(role);
    if (name === nodeRole) return [];
    const extra = extraPolicies(role).filter((one) => !inherited.has(one.name));
    if (extra.length === 0) return [];
    const list = extra.map(({ name: policy, use }) => (use === undefined ? policy : `${policy} (${use})`)).join(", ");
    return [
      `node role ${name} also has ${list}: ${nodeRole} does not; give what needs it a role of its own first, or pass --node-role ${name}`,
    ];
  });
}
