import { nameOfArn } from "../aws/arn.ts";
import { takeLaunch } from "./launch.ts";
import { makeFinding } from "../findings/finding.ts";
import { translationFindings } from "../findings/translation.ts";
import type { Json, JsonObject } from "../kube/objects.ts";
import { takeSize } from "./capacity.ts";
import { addZones, type Draft } from "./draft.ts";
import { clusterSecurityGroup, zonesOfSubnets, type Facts } from "./facts.ts";
import { aliasOf, isAlias, managedImage, type ImageChoice } from "./image.ts";
import { listAt, objectAt, printed, textAt, textsAt } from "../kube/json.ts";
import { unique } from "../kube/unique.ts";
import { takeLabel, takeTaint } from "./labels.ts";
import type { Document } from "./ledger.ts";
import { takeRole } from "./role.ts";

/** What eks:DescribeNodegroup says. */
export function takeNodegroup(draft: Draft, facts: Facts, described: JsonObject): void {
  const document = draft.ledger.open("nodegroup", described);
  draft.nameField = [document, "nodegroupName"];
  document.state("nodegroupArn", "clusterName", "createdAt", "modifiedAt", "status", "health");
  document.state(["resources", "autoScalingGroups"]);
  takeSize(draft, document, {
    min: "scalingConfig.minSize",
    max: "scalingConfig.maxSize",
    desired: "scalingConfig.desiredSize",
  });
  takeCapacityType(draft, document);
  takeTypes(draft, document);
  takeManagedImage(draft, facts, document);
  takeNetwork(draft, facts, document);
  takeLabelsAndTaints(draft, document);
  takeUpdates(draft, document);
  takeDisk(draft, document);
  const role = textAt(described, "nodeRole");
  takeRole(draft, facts, {
    role: role === undefined ? undefined : nameOfArn(role),
    instanceProfile: undefined,
    where: [document, "nodeRole"],
  });
  for (const key of Object.keys(objectAt(described, "tags"))) {
    document.lost(["tags", key], {
      why: "a tag of the EKS node group; EKS does not put it on instances",
      risk: "none",
    });
  }
  document.empty("tags", "labels", "taints");
  takeLaunch(draft, document, "launchTemplate");
}

function takeCapacityType(draft: Draft, document: Document): void {
  const types: Readonly<Record<string, string>> = { ON_DEMAND: "on-demand", SPOT: "spot", CAPACITY_BLOCK: "reserved" };
  const type = types[textAt(document.content, "capacityType") ?? "ON_DEMAND"] ?? "on-demand";
  draft.capacityTypes = [type];
  document.kept("capacityType", "NodePool spec.template.spec.requirements[karpenter.sh/capacity-type]");
}

function takeTypes(draft: Draft, document: Document): void {
  draft.instanceTypes = unique(textsAt(document.content, "instanceTypes"));
  document.kept("instanceTypes", "NodePool spec.template.spec.requirements[node.kubernetes.io/instance-type]");
}

function takeManagedImage(draft: Draft, facts: Facts, document: Document): void {
  const described = document.content;
  const amiType = textAt(described, "amiType") ?? "CUSTOM";
  const version = textAt(described, "version") ?? facts.input.kubernetesVersion;
  const choice = managedImage(amiType, textAt(described, "releaseVersion"), version);
  takeVersion(facts, document);
  if (choice === undefined) {
    // A custom image: the launch template says which.
    document.kept("amiType", "EC2NodeClass spec.amiSelectorTerms, from the launch template's image");
    document.lost("releaseVersion", { why: "of no meaning for a custom image", risk: "none" });
    return;
  }
  setImage(draft, facts, choice);
  const term = draft.image?.terms[0] ?? {};
  const becomes = textAt(term, "alias") ?? textAt(term, "ssmParameter") ?? "";
  const isConverted = facts.options.amiAlias !== undefined && draft.image !== choice.image;
  if (isConverted) {
    document.changed("amiType", {
      to: "EC2NodeClass spec.amiSelectorTerms",
      becomes,
      why: "asked for with --ami-alias",
    });
  } else document.kept("amiType", "EC2NodeClass spec.amiSelectorTerms");
  if (choice.isPinned && !isConverted)
    document.kept("releaseVersion", `EC2NodeClass spec.amiSelectorTerms: ${becomes}`);
  else {
    document.changed("releaseVersion", {
      to: "EC2NodeClass spec.amiSelectorTerms",
      becomes,
      why: "this image cannot be pinned by an alias, so nodes follow the newest one and drift to it",
      fix: "pin the image by id if nodes must not change by themselves",
    });
  }
}

function takeVersion(facts: Facts, document: Document): void {
  const { kubernetesVersion } = facts.input;
  const to = "the control plane's version";
  if (kubernetesVersion === undefined || document.at("version") === kubernetesVersion)
    return document.kept("version", to);
  document.changed("version", {
    to,
    becomes: kubernetesVersion,
    why: "Karpenter launches nodes of the control plane's Kubernetes version",
    fix: "upgrade the node group first if the workloads have not run on that kubelet version yet",
  });
}

/**
 * Sets image, architecture and operating system, moving Amazon Linux 2 to another family where the user asks for it.
 */
export function setImage(draft: Draft, facts: Facts, choice: ImageChoice): void {
  const { amiAlias } = facts.options;
  const isMoved = amiAlias !== undefined && /^(AL2|AL2023|Custom)$/.test(choice.image.family);
  draft.image = isMoved ? aliasOf(amiAlias) : choice.image;
  draft.familyToday = choice.image.family;
  draft.os = choice.os;
  if (choice.arch !== undefined) draft.arch = [choice.arch];
  if (choice.image.family !== "AL2" || isMoved) return;
  const version = facts.input.kubernetesVersion ?? "an unknown version";
  const about = { nodeGroup: draft.nodeGroup.name, version };
  // The alias is refused outright where no image was ever published for the version.
  const minor = Number(/^1\.(\d+)/.exec(version)?.[1] ?? "0");
  const extra = minor >= 33 && isAlias(choice.image) ? ({ severity: "error" } as const) : {};
  draft.ledger.find(makeFinding(translationFindings, "DV2024", `nodegroup/${draft.nodeGroup.name}`, about, extra));
}

function takeNetwork(draft: Draft, facts: Facts, document: Document): void {
  const subnets = textsAt(document.content, "subnets");
  for (const subnet of subnets) draft.subnets.add(subnet);
  document.kept("subnets", "EC2NodeClass spec.subnetSelectorTerms");
  addZones(draft, zonesOfSubnets(facts, subnets));
  const remote = textAt(document.content, "resources", "remoteAccessSecurityGroup");
  if (remote !== undefined) draft.securityGroups.add(remote);
  document.kept("resources.remoteAccessSecurityGroup", "EC2NodeClass spec.securityGroupSelectorTerms");
  const own = clusterSecurityGroup(facts);
  if (own !== undefined) draft.securityGroups.add(own);
  document.lost("remoteAccess.ec2SshKey", noKeyPair);
  document.kept("remoteAccess.sourceSecurityGroups", "the security group that EKS made for remote access");
}

/** An EC2 key pair has no place in an EC2NodeClass. */
export const noKeyPair = {
  why: "an EC2NodeClass has no key pair",
  risk: "SSH with this key fails on new nodes",
  fix: "use SSM Session Manager, which the node role allows, or add the public key in spec.userData",
  severity: "info",
} as const;

const effects: Readonly<Record<string, string>> = {
  NO_SCHEDULE: "NoSchedule",
  NO_EXECUTE: "NoExecute",
  PREFER_NO_SCHEDULE: "PreferNoSchedule",
};

function takeLabelsAndTaints(draft: Draft, document: Document): void {
  for (const [key, value] of Object.entries(objectAt(document.content, "labels"))) {
    takeLabel(draft, [key, printed(value)], [document, ["labels", key]]);
  }
  listAt(document.content, "taints").forEach((taint: Json, index) => {
    const [key = "", value] = [textAt(taint, "key"), textAt(taint, "value")];
    const effect = effects[textAt(taint, "effect") ?? ""] ?? textAt(taint, "effect") ?? "NoSchedule";
    takeTaint(draft, value === undefined ? { key, effect } : { key, value, effect }, [document, ["taints", index]]);
  });
}

function takeUpdates(draft: Draft, document: Document): void {
  const config = objectAt(document.content, "updateConfig");
  const percentage = config["maxUnavailablePercentage"];
  const nodes = percentage === undefined ? config["maxUnavailable"] : `${printed(percentage)}%`;
  if (nodes !== undefined) draft.disruption = { ...draft.disruption, drifted: printed(nodes) };
  for (const field of ["maxUnavailable", "maxUnavailablePercentage"]) {
    document.changed(["updateConfig", field], {
      to: "NodePool spec.disruption.budgets for reason Drifted",
      becomes: printed(nodes),
      why: "image updates are drift to Karpenter, replaced one by one within the budget",
    });
  }
  document.lost("updateConfig.updateStrategy", { why: "Karpenter always starts the replacement first", risk: "none" });
  const isRepaired = objectAt(document.content, "nodeRepairConfig")["enabled"] === true;
  document.lost("nodeRepairConfig", {
    why: "Karpenter repairs nodes only with its feature gate NodeRepair",
    risk: isRepaired ? "nodes that stay unhealthy are not replaced" : "none",
    ...(isRepaired ? { fix: "install with feature gate NodeRepair", severity: "info" as const } : {}),
  });
}

function takeDisk(draft: Draft, document: Document): void {
  const size = document.at("diskSize");
  if (typeof size === "number" && draft.nodeClass["blockDeviceMappings"] === undefined) {
    draft.nodeClass["blockDeviceMappings"] = [rootDisk(draft, size)];
  }
  document.kept("diskSize", "EC2NodeClass spec.blockDeviceMappings[].ebs.volumeSize");
}

// Bottlerocket keeps data apart from the system; Windows names its root otherwise.
function rootDisk(draft: Draft, sizeGiB: number): JsonObject {
  const family = draft.image?.family ?? "AL2023";
  const deviceName = family === "Bottlerocket" ? "/dev/xvdb" : family.startsWith("Windows") ? "/dev/sda1" : "/dev/xvda";
  return { deviceName, ebs: { volumeSize: `${sizeGiB}Gi`, volumeType: "gp3", deleteOnTermination: true } };
}
