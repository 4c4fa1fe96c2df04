import { windowsOf } from "../../autoscaler/group-os.ts";
import type { NodeGroup } from "../../autoscaler/types.ts";
import type { Finding } from "../../findings/finding.ts";
import { flagAt, isObject, listAt, numberAt, textAt, textsAt } from "../../kube/json.ts";
import type { Facts } from "../facts.ts";
import {
  diskGibOf,
  imageFamilyOf,
  instanceTypesOf,
  isLaunchTemplateOurs,
  launchDataOf,
  subjectOf,
  groupUserData,
} from "../groups.ts";
import { kubernetesMinor } from "../../autoscaler/version.ts";
import { found, type Need, type AssessmentRule } from "../rule.ts";

const groupNeeds: readonly Need[] = ["account.nodegroups", "account.autoScalingGroups"];

/** A rule over every node group. */
function each(
  codes: AssessmentRule["codes"],
  judge: (group: NodeGroup, facts: Facts) => readonly Finding[],
  betterWith: readonly Need[] = [],
): AssessmentRule {
  return {
    codes,
    needs: [groupNeeds],
    betterWith: [...groupNeeds, ...betterWith],
    check: (facts) => facts.nodeGroups.flatMap((group) => judge(group, facts)),
  };
}

const userData = each(
  ["DV2101"],
  (group) => {
    const text = groupUserData(group);
    if (!isLaunchTemplateOurs(group) || text.trim() === "") return [];
    const lines = text.trimEnd().split("\n").length;
    return [found("DV2101", subjectOf(group), { nodeGroup: group.name, lines, form: formOf(text) })];
  },
  ["account.launchTemplateVersions"],
);

function formOf(text: string): string {
  if (/^\s*#!/.test(text)) return /bootstrap\.sh/.test(text) ? "shell, bootstrap.sh" : "shell";
  if (/^(MIME-Version|Content-Type):/im.test(text)) return "MIME parts";
  if (/^[ \t]*\[settings/m.test(text)) return "Bottlerocket TOML";
  if (/NodeConfig/.test(text)) return "nodeadm YAML";
  return /<powershell>/i.test(text) ? "PowerShell" : "unknown form";
}

const images = each(
  ["DV2102", "DV2103", "DV2116"],
  (group, facts) => {
    const amiType = textAt(group.nodegroup, "amiType") ?? "";
    const subject = subjectOf(group);
    const findings: Finding[] = [];
    const version = facts.snapshot.kubernetesVersion;
    const image = textAt(launchDataOf(group), "ImageId");
    const al2 = amiType.startsWith("AL2_")
      ? amiType
      : imageName(facts, image)?.match(/^amazon-eks-(?:gpu-|arm64-)?node-1\..*/)?.[0];
    if (al2 !== undefined && version !== undefined && (kubernetesMinor(version) ?? 0) >= 33) {
      findings.push(found("DV2102", subject, { nodeGroup: group.name, amiType: al2, version }));
    }
    if (amiType === "CUSTOM" || (group.kind === "self-managed" && isOwnImage(facts, image))) {
      findings.push(
        found("DV2103", subject, { nodeGroup: group.name, image: image ?? "an image of its launch template" }),
      );
    }
    const windows = windowsOf(group, { images: facts.account?.images ?? [], nodes: facts.nodes });
    if (windows !== undefined) findings.push(found("DV2116", subject, { nodeGroup: group.name, amiType: windows }));
    return findings;
  },
  ["account.launchTemplateVersions", "account.images", "kubernetes version"],
);

function imageName(facts: Facts, id: string | undefined): string | undefined {
  return textAt(
    (facts.account?.images ?? []).find((one) => id !== undefined && textAt(one, "ImageId") === id),
    "Name",
  );
}

/** Whether the image is known and none that EKS publishes. */
function isOwnImage(facts: Facts, id: string | undefined): boolean {
  const name = imageName(facts, id);
  return name !== undefined && !/^(amazon-eks-|bottlerocket-aws-k8s-|Windows_Server-.*-EKS_Optimized)/.test(name);
}

const metadata = each(
  ["DV2104"],
  (group) => {
    const hops = numberAt(launchDataOf(group), "MetadataOptions", "HttpPutResponseHopLimit");
    const isEksDefault = group.kind === "managed" && !isLaunchTemplateOurs(group);
    const actual = hops ?? (isEksDefault ? 2 : undefined);
    if (actual === undefined || actual < 2) return [];
    const source = hops === undefined ? "what EKS sets for managed node groups" : "its launch template";
    return [found("DV2104", subjectOf(group), { nodeGroup: group.name, hops: actual, source })];
  },
  ["account.launchTemplateVersions"],
);

const disks = each(
  ["DV2105"],
  (group) => {
    const gib = diskGibOf(group);
    return gib === undefined || gib <= 20 ? [] : [found("DV2105", subjectOf(group), { nodeGroup: group.name, gib })];
  },
  ["account.launchTemplateVersions"],
);

const protectedFromScaleIn = each(["DV2110"], (group) => {
  const isDefault = flagAt(group.autoScalingGroup, "NewInstancesProtectedFromScaleIn") === true;
  const instances = listAt(group.autoScalingGroup, "Instances").filter(
    (one) => flagAt(one, "ProtectedFromScaleIn") === true,
  ).length;
  if (!isDefault && instances === 0) return [];
  return [found("DV2110", subjectOf(group), { nodeGroup: group.name, instances, isDefault })];
});

const suspended = each(["DV2111"], (group) => {
  const processes = listAt(group.autoScalingGroup, "SuspendedProcesses").flatMap(
    (one) => textAt(one, "ProcessName") ?? [],
  );
  // Cluster Autoscaler's own guide has AZRebalance suspended: that is no trace of anything.
  const telling = processes.filter((name) => name !== "AZRebalance").sort();
  if (telling.length === 0) return [];
  const autoScalingGroup = group.autoScalingGroupName ?? group.name;
  return [found("DV2111", subjectOf(group), { nodeGroup: group.name, processes: telling, autoScalingGroup })];
});

const reservations = each(
  ["DV2112"],
  (group) => {
    const target = launchDataOf(group)["CapacityReservationSpecification"];
    const ids = [
      textAt(target, "CapacityReservationTarget", "CapacityReservationId"),
      textAt(target, "CapacityReservationTarget", "CapacityReservationResourceGroupArn"),
      textAt(group.nodegroup, "capacityType") === "CAPACITY_BLOCK" ? "a capacity block" : undefined,
    ].filter((id): id is string => id !== undefined);
    return ids.length === 0 ? [] : [found("DV2112", subjectOf(group), { nodeGroup: group.name, reservations: ids })];
  },
  ["account.launchTemplateVersions"],
);

const weights = each(["DV2113"], (group) => {
  const overrides = listAt(group.autoScalingGroup, "MixedInstancesPolicy", "LaunchTemplate", "Overrides");
  const types = overrides.filter((one) => (numberAt(one, "WeightedCapacity") ?? 1) !== 1).length;
  return types === 0 ? [] : [found("DV2113", subjectOf(group), { nodeGroup: group.name, types })];
});

const oneZone = each(["DV2115"], (group) => {
  const zones = textsAt(group.autoScalingGroup, "AvailabilityZones");
  const zone = zones[0];
  return zones.length !== 1 || zone === undefined
    ? []
    : [found("DV2115", subjectOf(group), { nodeGroup: group.name, zone })];
});

const accelerated = each(["DV2117"], (group) => {
  const types = instanceTypesOf(group).filter((type) => /^(p|g|gr|inf|trn|dl|vt)\d/.test(imageFamilyOf(type)));
  return types.length === 0 ? [] : [found("DV2117", subjectOf(group), { nodeGroup: group.name, types })];
});

const balancers = each(["DV2119"], (group) => {
  const arns = textsAt(group.autoScalingGroup, "TargetGroupARNs").map((arn) => arn.split(":").at(-1) ?? arn);
  const targets = [...arns, ...textsAt(group.autoScalingGroup, "LoadBalancerNames")];
  return targets.length === 0 ? [] : [found("DV2119", subjectOf(group), { nodeGroup: group.name, targets })];
});

const health = each(["DV2120"], (group) => {
  const status = textAt(group.nodegroup, "status") ?? "ACTIVE";
  const issues = listAt(group.nodegroup, "health", "issues").flatMap((one) => textAt(one, "code") ?? []);
  if (status === "ACTIVE" && issues.length === 0) return [];
  return [found("DV2120", subjectOf(group), { nodeGroup: group.name, status, issues })];
});

const lifetime = each(["DV2124"], (group) => {
  const seconds = numberAt(group.autoScalingGroup, "MaxInstanceLifetime") ?? 0;
  if (seconds <= 0) return [];
  return [found("DV2124", subjectOf(group), { nodeGroup: group.name, hours: Math.round(seconds / 3600) })];
});

const placement = each(
  ["DV2126"],
  (group) => {
    const own = launchDataOf(group)["Placement"];
    const parts = [
      textAt(own, "HostId") === undefined && textAt(own, "HostResourceGroupArn") === undefined
        ? undefined
        : "dedicated hosts",
      textAt(own, "Tenancy") === "dedicated" ? "dedicated tenancy" : undefined,
      textAt(own, "GroupName") ?? textAt(group.autoScalingGroup, "PlacementGroup"),
    ].filter((part): part is string => part !== undefined);
    return parts.length === 0
      ? []
      : [found("DV2126", subjectOf(group), { nodeGroup: group.name, placement: parts.join(", ") })];
  },
  ["account.launchTemplateVersions"],
);

const empty = each(["DV5015"], (group) => {
  const { desired, max } = group;
  if (desired !== 0 || max === undefined || max === 0) return [];
  return [found("DV5015", subjectOf(group), { nodeGroup: group.name, max })];
});

const isPresent = (group: NodeGroup, item: unknown): boolean =>
  isObject(item) && textAt(item, "AutoScalingGroupName") === group.autoScalingGroupName;

const hooks: AssessmentRule = {
  ...each(["DV2108"], (group, facts) => {
    const names = (facts.account?.lifecycleHooks ?? [])
      .filter((one) => isPresent(group, one))
      .flatMap((one) => textAt(one, "LifecycleHookName") ?? [])
      // Managed node groups bring these two of EKS's own.
      .filter((name) => !/^(Launch|Terminate)-LC-Hook$/.test(name));
    return names.length === 0 ? [] : [found("DV2108", subjectOf(group), { nodeGroup: group.name, hooks: names })];
  }),
  needs: [groupNeeds, "account.lifecycleHooks"],
};

const schedules: AssessmentRule = {
  ...each(["DV2109"], (group, facts) => {
    const actions = (facts.account?.scheduledActions ?? [])
      .filter((one) => isPresent(group, one))
      .map(
        (one) =>
          `${textAt(one, "ScheduledActionName") ?? "?"} (${textAt(one, "Recurrence") ?? textAt(one, "StartTime") ?? "once"})`,
      );
    const autoScalingGroup = group.autoScalingGroupName ?? group.name;
    return actions.length === 0
      ? []
      : [found("DV2109", subjectOf(group), { nodeGroup: group.name, actions, autoScalingGroup })];
  }),
  needs: [groupNeeds, "account.scheduledActions"],
};

const warmPools: AssessmentRule = {
  ...each(["DV2107"], (group, facts) => {
    const pool =
      (facts.account?.warmPools ?? []).find((one) => isPresent(group, one)) ??
      group.autoScalingGroup?.["WarmPoolConfiguration"];
    if (!isObject(pool)) return [];
    const config = isObject(pool["WarmPoolConfiguration"]) ? pool["WarmPoolConfiguration"] : pool;
    const min = numberAt(config, "MinSize") ?? 0;
    const size = `at least ${min} ${textAt(config, "PoolState")?.toLowerCase() ?? "stopped"} ${min === 1 ? "instance" : "instances"}`;
    return [found("DV2107", subjectOf(group), { nodeGroup: group.name, size })];
  }),
  needs: [groupNeeds, "account.warmPools"],
};

/** Node groups, one by one. */
export const groupRules: readonly AssessmentRule[] = [
  userData,
  images,
  metadata,
  disks,
  warmPools,
  hooks,
  schedules,
  protectedFromScaleIn,
  suspended,
  reservations,
  weights,
  oneZone,
  accelerated,
  balancers,
  health,
  lifetime,
  placement,
  empty,
];
