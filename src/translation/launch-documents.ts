import { nameOfArn } from "../aws/arn.ts";
import type { JsonObject } from "../kube/objects.ts";
import { takeSpotPrice } from "./capacity.ts";
import type { Draft } from "./draft.ts";
import { clusterSecurityGroup, type Facts } from "./facts.ts";
import { describedImage, templateImage } from "./image.ts";
import { takeInstanceRequirements } from "./instances.ts";
import { flagAt, objectAt, textAt, textsAt } from "../kube/json.ts";
import {
  part,
  takeBlockDevices,
  takeMetadataOptions,
  takeNetworkInterfaces,
  takePlacement,
  takeReservation,
  takeTagSpecifications,
} from "./launch.ts";
import type { Document, Loss, Path } from "./ledger.ts";
import { noKeyPair, setImage } from "./managed.ts";
import { takeRole } from "./role.ts";
import { guessFamily, takeUserData } from "./user-data.ts";

/** A launch template version. One that EKS made for a managed node group repeats what the node group says. */
export function takeLaunchTemplate(draft: Draft, facts: Facts, version: JsonObject): void {
  const document = draft.ledger.open("launchTemplate", version);
  document.state(
    "LaunchTemplateId",
    "LaunchTemplateName",
    "VersionNumber",
    "VersionDescription",
    "CreateTime",
    "CreatedBy",
  );
  document.state("DefaultVersion", "Operator");
  const at = (field: string): string[] => ["LaunchTemplateData", field];
  const isManaged = draft.nodeGroup.kind === "managed";
  const isCustom = textAt(draft.nodeGroup.nodegroup, "amiType") === "CUSTOM";
  // EKS merges a template of the user's into its own.
  const isOwn = Object.keys(objectAt(draft.nodeGroup.nodegroup, "launchTemplate")).length > 0;
  const isEksMade = isManaged && !isOwn && isMadeByEks(version);
  takeImage(draft, facts, [document, at("ImageId"), at("UserData")], isManaged && !isCustom);
  if (isEksMade) document.same(at("UserData"), "what EKS generates; Karpenter generates its own");
  else takeUserData(draft, facts, { document, path: at("UserData"), hasBootstrap: !isManaged || isCustom });
  takeTypes(draft, document, at("InstanceType"));
  if (document.at(at("InstanceRequirements")) !== undefined) {
    takeInstanceRequirements(draft, facts, part(document, ...at("InstanceRequirements")));
  }
  takeProfile(draft, facts, document, at("IamInstanceProfile"));
  takeSecurityGroups(draft, document, at("SecurityGroupIds"));
  document.lost(at("SecurityGroups"), { why: "names of EC2-Classic security groups", risk: "none" });
  takeNetworkInterfaces(draft, part(document, ...at("NetworkInterfaces")));
  takeBlockDevices(draft, part(document, ...at("BlockDeviceMappings")));
  takeMetadataOptions(draft, part(document, ...at("MetadataOptions")));
  takeTagSpecifications(draft, part(document, ...at("TagSpecifications")));
  takePlacement(draft, part(document, ...at("Placement")));
  takeReservation(draft, part(document, ...at("CapacityReservationSpecification")));
  takeMonitoring(draft, document, [...at("Monitoring"), "Enabled"]);
  takeMarket(draft, document);
  document.lost(at("KeyName"), noKeyPair);
  document.empty(at("SecurityGroupIds"), at("TagSpecifications"), at("NetworkInterfaces"), at("Placement"));
  for (const [field, loss] of dataLosses) document.lost(at(field), loss);
}

/** A launch configuration, the older form that some self-managed groups still have. */
export function takeLaunchConfiguration(draft: Draft, facts: Facts, described: JsonObject): void {
  const document = draft.ledger.open("launchConfiguration", described);
  document.state("LaunchConfigurationName", "LaunchConfigurationARN", "CreatedTime");
  takeImage(draft, facts, [document, ["ImageId"], ["UserData"]], false);
  takeUserData(draft, facts, { document, path: ["UserData"], hasBootstrap: true });
  takeTypes(draft, document, ["InstanceType"]);
  takeProfile(draft, facts, document, ["IamInstanceProfile"]);
  takeSecurityGroups(draft, document, ["SecurityGroups"]);
  takeBlockDevices(draft, part(document, "BlockDeviceMappings"));
  takeMetadataOptions(draft, part(document, "MetadataOptions"));
  takeMonitoring(draft, document, ["InstanceMonitoring", "Enabled"]);
  const isPublic = flagAt(described, "AssociatePublicIpAddress");
  if (isPublic !== undefined) draft.nodeClass["associatePublicIPAddress"] = isPublic;
  document.kept("AssociatePublicIpAddress", "EC2NodeClass spec.associatePublicIPAddress");
  if (textAt(described, "SpotPrice") !== undefined) draft.capacityTypes = ["spot"];
  takeSpotPrice(document, "SpotPrice");
  if (textAt(described, "PlacementTenancy") === "dedicated") {
    draft.requirements.push({ key: "karpenter.k8s.aws/instance-tenancy", operator: "In", values: ["dedicated"] });
  }
  document.kept("PlacementTenancy", "NodePool spec.template.spec.requirements[karpenter.k8s.aws/instance-tenancy]");
  if (textAt(described, "KeyName") === undefined) document.lost("KeyName", { why: "no key is set", risk: "none" });
  else document.lost("KeyName", noKeyPair);
  document.empty("SecurityGroups", "ClassicLinkVPCSecurityGroups");
  for (const field of ["KernelId", "RamdiskId", "ClassicLinkVPCId", "ClassicLinkVPCSecurityGroups"]) {
    document.lost(field, { why: "of no use with current images and VPCs", risk: "none" });
  }
  document.lost("EbsOptimized", { why: "current instance types are always EBS-optimized", risk: "none" });
}

/** EKS copies the user's launch template, or makes one, under a name of this form. */
function isMadeByEks(version: JsonObject): boolean {
  return /^eks-[0-9a-f-]{20,}$/.test(textAt(version, "LaunchTemplateName") ?? "");
}

function takeImage(draft: Draft, facts: Facts, where: [Document, string[], string[]], isManaged: boolean): void {
  const [document, path, userDataPath] = where;
  const id = document.at(path);
  if (typeof id !== "string") return;
  if (isManaged && draft.image !== undefined) return document.same(path, "nodegroup.amiType and releaseVersion");
  const userData = document.at(userDataPath);
  const hint = guessFamily(typeof userData === "string" ? userData : "");
  const choice = templateImage(id, describedImage(facts.input.account?.images, id), hint);
  setImage(draft, facts, choice);
  const term = draft.image?.terms[0] ?? {};
  const becomes = Object.values(term)[0] ?? "";
  if (becomes === id) document.kept(path, "EC2NodeClass spec.amiSelectorTerms[].id");
  else {
    const why =
      draft.image !== choice.image
        ? "asked for with --ami-alias"
        : choice.isPinned
          ? "the same image, found by the alias under which it is published"
          : "the newest image of its kind: this very one cannot be pinned by an alias, so nodes follow and drift to the newest";
    document.changed(path, { to: "EC2NodeClass spec.amiSelectorTerms", becomes, why });
  }
  draft.isImageById = becomes === id;
}

function takeTypes(draft: Draft, document: Document, path: Path): void {
  const type = document.at(path);
  if (typeof type !== "string") return;
  if (draft.instanceTypes.length === 0 && draft.requirements.length === 0) draft.instanceTypes = [type];
  if (draft.instanceTypes.includes(type)) {
    return document.kept(path, "NodePool spec.template.spec.requirements[node.kubernetes.io/instance-type]");
  }
  document.lost(path, { why: "the group's own list of instance types overrides it", risk: "none" });
}

function takeProfile(draft: Draft, facts: Facts, document: Document, path: readonly string[]): void {
  const value = document.at(path);
  if (value === undefined) return;
  if (draft.role !== undefined) return document.same(path, "nodegroup.nodeRole");
  const text = typeof value === "string" ? value : (textAt(value, "Name") ?? textAt(value, "Arn"));
  if (text === undefined) return document.lost(path, { why: "no profile is named", risk: "none" });
  takeRole(draft, facts, { role: undefined, instanceProfile: nameOfArn(text), where: [document, path] });
}

function takeSecurityGroups(draft: Draft, document: Document, path: readonly string[]): void {
  const groups = textsAt(document.content, ...path);
  if (groups.length === 0) return;
  // A template with groups of its own replaces the cluster's group instead of adding to it.
  if (draft.nodeGroup.kind === "managed") draft.securityGroups.clear();
  for (const group of groups) draft.securityGroups.add(group);
  document.kept(path, "EC2NodeClass spec.securityGroupSelectorTerms");
}

function takeMonitoring(draft: Draft, document: Document, path: readonly string[]): void {
  const value = document.at(path);
  if (typeof value === "boolean") draft.nodeClass["detailedMonitoring"] = value;
  document.kept(path, "EC2NodeClass spec.detailedMonitoring");
}

function takeMarket(draft: Draft, document: Document): void {
  const path = ["LaunchTemplateData", "InstanceMarketOptions"];
  if (document.at(path) === undefined) return;
  if (textAt(document.at(path), "MarketType") === "spot" && draft.nodeGroup.kind !== "managed") {
    draft.capacityTypes = ["spot"];
  }
  document.kept([...path, "MarketType"], "NodePool spec.template.spec.requirements[karpenter.sh/capacity-type]");
  takeSpotPrice(document, [...path, "SpotOptions", "MaxPrice"]);
  for (const field of ["SpotInstanceType", "BlockDurationMinutes", "ValidUntil", "InstanceInterruptionBehavior"]) {
    document.lost([...path, "SpotOptions", field], { why: "Karpenter asks for one-time spot instances", risk: "none" });
  }
}

/** The security group of nodes for which no document names one. */
export function addDefaultSecurityGroup(draft: Draft, facts: Facts): void {
  const group = clusterSecurityGroup(facts);
  if (draft.securityGroups.size === 0 && group !== undefined) draft.securityGroups.add(group);
}

const dataLosses: readonly (readonly [field: string, loss: Loss])[] = [
  ["EbsOptimized", { why: "current instance types are always EBS-optimized", risk: "none" }],
  ["KernelId", { why: "of no use with current images", risk: "none" }],
  ["RamDiskId", { why: "of no use with current images", risk: "none" }],
  ["DisableApiTermination", { why: "Karpenter must be able to end its instances", risk: "none" }],
  ["DisableApiStop", { why: "Karpenter does not stop instances", risk: "none" }],
  ["InstanceInitiatedShutdownBehavior", { why: "Karpenter's instances terminate on shutdown", risk: "none" }],
  ["ElasticGpuSpecifications", { why: "the service has ended", risk: "none" }],
  ["ElasticInferenceAccelerators", { why: "the service has ended", risk: "none" }],
  ["MaintenanceOptions", { why: "Karpenter replaces nodes instead of recovering them", risk: "none" }],
  ["PrivateDnsNameOptions", { why: "Karpenter takes the subnet's setting", risk: "none" }],
  ["NetworkPerformanceOptions", { why: "an EC2NodeClass has no bandwidth weighting", risk: "none" }],
  [
    "CreditSpecification",
    {
      why: "an EC2NodeClass has no CPU credit mode; T instances run in the account's default",
      risk: "burstable nodes may be throttled or billed otherwise",
      fix: "set the account's default with aws ec2 modify-default-credit-specification",
      severity: "info",
    },
  ],
  [
    "CpuOptions",
    {
      why: "an EC2NodeClass sets nested virtualization only, not cores, threads or SEV-SNP",
      risk: "nodes run with all threads",
      fix: "disable threads in spec.userData if licences or latency need it",
    },
  ],
  [
    "LicenseSpecifications",
    {
      why: "an EC2NodeClass names no licence configuration",
      risk: "instances are not counted",
      fix: "leave this group out of the migration",
    },
  ],
  ["HibernationOptions", { why: "Karpenter does not hibernate nodes", risk: "none" }],
  [
    "EnclaveOptions",
    {
      why: "an EC2NodeClass cannot enable Nitro Enclaves",
      risk: "pods that use enclaves fail",
      fix: "leave this group out of the migration",
      severity: "error",
    },
  ],
  ["SecondaryInterfaces", { why: "the VPC CNI attaches further interfaces", risk: "none" }],
];
