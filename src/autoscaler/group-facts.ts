import type { Account } from "../aws/account.ts";
import { launchTemplateVersion as templateVersion } from "../aws/launch-templates.ts";
import { valueAt, objectAt, objectsAt, textAt } from "../kube/json.ts";
import { isDiscoveredLabel, isSystemLabel } from "../kube/node-labels.ts";
import { isConditionTaint } from "../kube/node.ts";
import type { JsonObject, Labels, Node, Taint } from "../kube/objects.ts";
import type { NodeGroup } from "./types.ts";

/** The launch template version or configuration that the group launches with now. */
export function launchOf(
  asg: JsonObject,
  account: Account | undefined,
): Pick<NodeGroup, "launchTemplateVersion" | "launchConfiguration"> {
  const mixed = valueAt(asg, "MixedInstancesPolicy", "LaunchTemplate", "LaunchTemplateSpecification");
  const specification = objectAt(asg["LaunchTemplate"] ?? mixed);
  const launchTemplateVersion = templateVersion(account, {
    id: textAt(specification["LaunchTemplateId"]),
    name: textAt(specification["LaunchTemplateName"]),
    version: textAt(specification["Version"]),
  });
  const configurationName = textAt(asg["LaunchConfigurationName"]);
  const launchConfiguration = account?.launchConfigurations?.find(
    (one) => configurationName !== undefined && one["LaunchConfigurationName"] === configurationName,
  );
  return {
    ...(launchTemplateVersion === undefined ? {} : { launchTemplateVersion }),
    ...(launchConfiguration === undefined ? {} : { launchConfiguration }),
  };
}

const templateLabel = "k8s.io/cluster-autoscaler/node-template/label/";

/** Labels that an Auto Scaling group's tags promise of its nodes. */
export function templateLabels(tags: Labels): Labels {
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
