import type { Step } from "../step.ts";
import { groupsOfRole, nodeMapping } from "./aws-auth.ts";
import { textAt } from "../../kube/json.ts";
import { keptStep, type PlanInput, refused } from "./plan-step.ts";

/** Lets nodes under the node role join: by access entry where the cluster has them, else by aws-auth. */
export function accessSteps(input: PlanInput): readonly Step[] {
  const { cluster, mapRoles } = input.facts;
  const isMapped = groupsOfRole(mapRoles, input.nodeRoleArn)?.includes("system:nodes") === true;
  if (cluster.authenticationMode === "CONFIG_MAP") return [mappingStep(input)];
  if (cluster.authenticationMode === "API_AND_CONFIG_MAP" && isMapped && input.facts.accessEntry === undefined) {
    return [
      keptStep("setup/access-entry", "eks-access-entry", {
        title: "access of the node role",
        why: "kube-system/aws-auth maps it to system:nodes",
        target: input.nodeRoleArn,
      }),
    ];
  }
  return [entryStep(input)];
}

function entryStep(input: PlanInput): Step {
  const { cluster, accessEntry } = input.facts;
  const principalArn = input.nodeRoleArn;
  const target = `AccessEntry/${cluster.name}/${input.nodeRole}`;
  const type = isWindows(input) ? "EC2_WINDOWS" : "EC2_LINUX";
  const id = "setup/access-entry";
  const kind = "eks-access-entry";
  if (accessEntry !== undefined) {
    const has = textAt(accessEntry["type"]) ?? "";
    if (has === "EC2_WINDOWS" || has === type) {
      return keptStep(id, kind, {
        title: "access entry of the node role",
        why: `exists with type ${has}`,
        target,
      });
    }
    return refused(id, kind, {
      title: `the node role has an access entry of type ${has}`,
      why: `nodes join only with type ${type}: remove that entry, or pass --node-role of another role`,
      target: principalArn,
    });
  }
  const params = { clusterName: cluster.name, principalArn, type };
  return {
    id,
    kind,
    action: "create",
    title: `create access entry for the node role, type ${type}`,
    why: `Karpenter's nodes may join the cluster only with it (authentication mode ${cluster.authenticationMode})`,
    target,
    params,
    calls: [{ operation: "eks:CreateAccessEntry", input: { ...params, tags: input.tags } }],
    undo: "restore",
  };
}

function mappingStep(input: PlanInput): Step {
  const mapping = nodeMapping(input.nodeRoleArn, isWindows(input));
  const id = "setup/aws-auth";
  const kind = "kube-aws-auth";
  const target = "ConfigMap/kube-system/aws-auth";
  const groups = groupsOfRole(input.facts.mapRoles, input.nodeRoleArn);
  if (groups !== undefined) {
    if (mapping.groups.every((group) => groups.includes(group))) {
      return keptStep(id, kind, {
        title: "aws-auth entry of the node role",
        why: `maps it to ${groups.join(", ")}`,
        target,
      });
    }
    return refused(id, kind, {
      title: `aws-auth maps the node role to ${groups.join(", ") || "no group"}`,
      why: `nodes need ${mapping.groups.join(", ")}: correct that entry by hand`,
      target,
    });
  }
  return {
    id,
    kind,
    action: "change",
    title: "add the node role to aws-auth",
    why: "the cluster authenticates by aws-auth only; the rest of the ConfigMap stays as it is",
    target,
    params: { roleArn: mapping.roleArn, username: mapping.username, groups: [...mapping.groups] },
    calls: [
      {
        operation: "kube:update configmaps/aws-auth -n kube-system",
        input: { mapRoles: { add: { rolearn: mapping.roleArn, username: mapping.username, groups: mapping.groups } } },
      },
    ],
    undo: "restore",
  };
}

function isWindows(input: PlanInput): boolean {
  return input.facts.nodeGroups.some((group) => group.isWindows);
}
