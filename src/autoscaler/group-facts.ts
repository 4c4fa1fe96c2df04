// Mirrors cloudprovider/aws/aws_manager.go of Cluster Autoscaler 1.36.1.
import type { Account } from "../aws/account.ts";
import { type TemplateSpecification, launchTemplateVersion as templateVersion } from "../aws/launch-templates.ts";
import { valueAt, objectAt, objectsAt, textAt } from "../kube/json.ts";
import { isDiscoveredLabel, isSystemLabel } from "../kube/node-labels.ts";
import { isConditionTaint } from "../kube/node.ts";
import type { JsonObject, Labels, Node, Taint } from "../kube/objects.ts";
import type { NodeGroup } from "./types.ts";

type Launch = Pick<NodeGroup, "launchTemplateVersion" | "launchConfiguration" | "unreadLaunch">;

/**
 * What the group launches with now: the launch template that its managed node group names, whose copy EKS keeps; else the Auto Scaling
 * group's template or launch configuration. What is named and was not read is told apart from a group that has none.
 */
export function launchOf(asg: JsonObject, account: Account | undefined, nodegroup?: JsonObject): Launch {
  const own = objectAt(nodegroup, "launchTemplate");
  if (Object.keys(own).length > 0) {
    const wanted = { id: textAt(own, "id"), name: textAt(own, "name"), version: textAt(own, "version") };
    const found = templateVersion(account, wanted) ?? launchOfScalingGroup(asg, account).launchTemplateVersion;
    return found === undefined ? { unreadLaunch: templateText(wanted) } : { launchTemplateVersion: found };
  }
  const launch = launchOfScalingGroup(asg, account);
  // A template that EKS made by itself holds nothing that the node group does not say.
  return nodegroup !== undefined && launch.unreadLaunch !== undefined ? {} : launch;
}

function launchOfScalingGroup(asg: JsonObject, account: Account | undefined): Launch {
  const mixed = valueAt(asg, "MixedInstancesPolicy", "LaunchTemplate", "LaunchTemplateSpecification");
  const specification = objectAt(asg["LaunchTemplate"] ?? mixed);
  const wanted = {
    id: textAt(specification["LaunchTemplateId"]),
    name: textAt(specification["LaunchTemplateName"]),
    version: textAt(specification["Version"]),
  };
  const launchTemplateVersion = templateVersion(account, wanted);
  if (launchTemplateVersion !== undefined) return { launchTemplateVersion };
  const name = textAt(asg["LaunchConfigurationName"]);
  const launchConfiguration = account?.launchConfigurations?.find(
    (one) => name !== undefined && one["LaunchConfigurationName"] === name,
  );
  if (launchConfiguration !== undefined) return { launchConfiguration };
  if (name !== undefined) return { unreadLaunch: `launch configuration ${name}` };
  return Object.keys(specification).length === 0 ? {} : { unreadLaunch: templateText(wanted) };
}

function templateText({ id, name, version }: TemplateSpecification): string {
  return `launch template ${name ?? id ?? ""}${version === undefined ? "" : `, version ${version}`}`;
}

const templateLabel = "k8s.io/cluster-autoscaler/node-template/label/";

/** Labels that an Auto Scaling group's tags promise of its nodes. */
export function groupTemplateLabels(tags: Labels): Labels {
  const entries = Object.entries(tags).filter(([key]) => key.startsWith(templateLabel));
  return Object.fromEntries(entries.map(([key, value]) => [key.slice(templateLabel.length), value]));
}

/** A managed group's own labels; else what all its nodes have in common and nobody but the group's maker sets. */
export function labelsOf(nodegroup: JsonObject | undefined, members: readonly Node[]): Labels {
  if (nodegroup !== undefined) {
    return Object.fromEntries(
      Object.entries(objectAt(nodegroup["labels"])).map(([key, value]) => [key, textAt(value) ?? ""]),
    );
  }
  const [first, ...others] = members;
  const shared = Object.entries(first?.metadata.labels ?? {}).filter(
    ([key, value]) =>
      !isSystemLabel(key) && !isDiscoveredLabel(key) && others.every((node) => node.metadata.labels?.[key] === value),
  );
  return Object.fromEntries(shared);
}

const effects: Readonly<Record<string, string>> = {
  NO_SCHEDULE: "NoSchedule",
  NO_EXECUTE: "NoExecute",
  PREFER_NO_SCHEDULE: "PreferNoSchedule",
};

/** A managed group's own taints; else those that all its nodes carry. */
export function taintsOf(nodegroup: JsonObject | undefined, members: readonly Node[]): readonly Taint[] {
  if (nodegroup !== undefined) {
    return objectsAt(nodegroup["taints"]).map((taint) => {
      const effect = textAt(taint["effect"]) ?? "";
      const value = textAt(taint["value"]);
      return {
        key: textAt(taint["key"]) ?? "",
        effect: effects[effect] ?? effect,
        ...(value === undefined ? {} : { value }),
      };
    });
  }
  const [first, ...others] = members;
  const isShared = (taint: Taint): boolean =>
    !isConditionTaint(taint) &&
    others.every(
      (node) => node.spec?.taints?.some((one) => one.key === taint.key && one.effect === taint.effect) === true,
    );
  return (first?.spec?.taints ?? []).filter(isShared);
}
