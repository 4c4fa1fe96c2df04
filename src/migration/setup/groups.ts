import type { Account } from "../../aws/account.ts";
import { launchTemplateVersion } from "../../aws/launch-templates.ts";
import { windowsOf } from "../../autoscaler/group-os.ts";
import type { NodeGroup } from "../../autoscaler/types.ts";
import { usage } from "../../fault/fault.ts";
import { objectAt, objectsAt, textAt, textsAt } from "../../kube/json.ts";
import type { JsonObject, Node } from "../../kube/objects.ts";
import type { GroupFacts } from "./facts.ts";

/**
 * Where the node groups stand and under which role: all of them, or those named; managed ones first, each kind by name.
 *
 * Throws `usage.no-node-group` when a name is none of the cluster's.
 */
export function groupFactsOf(
  groups: readonly NodeGroup[],
  about: {
    readonly cluster: { readonly name: string; readonly securityGroupId: string | undefined };
    readonly account: Pick<Account, "launchTemplateVersions" | "images">;
    /** The nodes that stand: they tell the operating system where no document does. */
    readonly nodes?: readonly Node[];
    readonly wanted: readonly string[] | undefined;
  },
): readonly GroupFacts[] {
  const { cluster, account, wanted } = about;
  const os = { images: account.images ?? [], nodes: about.nodes ?? [] };
  const all = groups
    .map((group) => ({
      ...(group.kind === "managed" ? managed(group, cluster.securityGroupId, account) : selfManaged(group)),
      isWindows: windowsOf(group, os) !== undefined,
    }))
    .toSorted((a, b) => (a.kind === b.kind ? (a.name < b.name ? -1 : 1) : a.kind === "managed" ? -1 : 1));
  if (wanted === undefined) return all;
  const unknown = wanted.filter((name) => !all.some((group) => group.name === name));
  if (unknown.length > 0) {
    throw usage(
      "no-node-group",
      `cluster ${cluster.name} has no node group ${unknown.join(", ")}`,
      `its node groups: ${all.map((group) => group.name).join(", ") || "none"}`,
    );
  }
  return all.filter((group) => wanted.includes(group.name));
}

function managed(
  group: NodeGroup,
  clusterGroup: string | undefined,
  account: Pick<Account, "launchTemplateVersions">,
): Omit<GroupFacts, "isWindows"> {
  const nodegroup = objectAt(group.nodegroup);
  const template = objectAt(nodegroup["launchTemplate"]);
  const own = securityGroupsOf(
    launchTemplateVersion(account, {
      id: textAt(template["id"]),
      name: textAt(template["name"]),
      version: textAt(template["version"]),
    }),
  );
  return {
    name: group.name,
    kind: "managed",
    roleArn: textAt(nodegroup["nodeRole"]),
    subnetIds: textsAt(nodegroup["subnets"]),
    // EKS adds the cluster's security group itself unless the launch template names groups.
    securityGroupIds: own.length > 0 || clusterGroup === undefined ? own : [clusterGroup],
  };
}

function selfManaged(group: NodeGroup): Omit<GroupFacts, "isWindows"> {
  const zones = textAt(group.autoScalingGroup?.["VPCZoneIdentifier"]) ?? "";
  const configured = textsAt(group.launchConfiguration?.["SecurityGroups"]);
  return {
    name: group.name,
    kind: "self-managed",
    roleArn: undefined,
    subnetIds: zones.split(",").filter((id) => id !== ""),
    securityGroupIds: configured.length > 0 ? configured : securityGroupsOf(group.launchTemplateVersion),
  };
}

function securityGroupsOf(version: JsonObject | undefined): readonly string[] {
  const data = objectAt(version?.["LaunchTemplateData"]);
  const direct = textsAt(data["SecurityGroupIds"]);
  if (direct.length > 0) return direct;
  return [...new Set(objectsAt(data["NetworkInterfaces"]).flatMap((one) => textsAt(one["Groups"])))];
}
