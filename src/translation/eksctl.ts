import { nameOfArn } from "../aws/arn.ts";
import { makeFinding } from "../findings/finding.ts";
import { translationFindings } from "../findings/translation.ts";
import type { Json, JsonObject } from "../kube/objects.ts";
import { takeMix, takeSize, takeSpotPrice } from "./capacity.ts";
import type { Draft } from "./draft.ts";
import { type Facts } from "./facts.ts";
import { flagAt, isObject, listAt, numberAt, objectAt, printed, textAt, textsAt } from "../kube/json.ts";
import { unique } from "../kube/unique.ts";
import { parseTaint, takeLabel, takeTaint } from "./labels.ts";
import { part, type Part, takeLaunch } from "./launch.ts";
import type { Document, Loss } from "./ledger.ts";
import { noKeyPair } from "./managed.ts";
import { takeRole } from "./role.ts";
import { takeGroupTag } from "./tags.ts";
import { takeFamily, takeVolume } from "./eksctl-machine.ts";
import { takePlaces } from "./eksctl-places.ts";
import { takeSelector } from "./eksctl-selector.ts";
import { takeEksctlScripts } from "./eksctl-scripts.ts";

/** A node group as an eksctl cluster file writes it; what the file leaves out has eksctl's default. */
export function takeEksctl(draft: Draft, facts: Facts, described: JsonObject): void {
  const document = draft.ledger.open("eksctl", described);
  draft.nameField = [document, "name"];
  takeSize(draft, document, { min: "minSize", max: "maxSize", desired: "desiredCapacity" });
  takeTypes(draft, document);
  takeFamily(draft, facts, document);
  takeVolume(draft, document);
  takePlaces(draft, facts, document);
  takeLabelsTaintsTags(draft, document);
  takeIam(draft, facts, document);
  takeMetadata(draft, document);
  takeEksctlScripts(draft, facts, document);
  takeTargets(draft, document);
  takeUpdate(draft, document);
  const monitoring = flagAt(described, "enableDetailedMonitoring");
  if (monitoring !== undefined) draft.nodeClass["detailedMonitoring"] = monitoring;
  document.kept("enableDetailedMonitoring", "EC2NodeClass spec.detailedMonitoring");
  const group = textAt(described, "placement", "groupName");
  if (group !== undefined) draft.nodeClass["placementGroupSelector"] = { name: group };
  document.kept("placement.groupName", "EC2NodeClass spec.placementGroupSelector");
  document.kept("efaEnabled", "EFA interfaces are attached for pods that request vpc.amazonaws.com/efa");
  document.kept("capacityRebalance", "Karpenter's interruption queue, which setup makes");
  takeLaunch(draft, document, "launchTemplate");
  takeLifetime(draft, document);
  takeReservation(draft, part(document, "capacityReservation"));
  for (const [field, loss] of losses) document.lost(field, loss);
}

function takeTypes(draft: Draft, document: Document): void {
  const to = "NodePool spec.template.spec.requirements[node.kubernetes.io/instance-type]";
  const { content } = document;
  const mixed = objectAt(content, "instancesDistribution");
  const single = textAt(content, "instanceType");
  const named = [...textsAt(content, "instanceTypes"), ...textsAt(mixed, "instanceTypes")];
  if (named.length === 0 && single !== undefined && single !== "mixed") named.push(single);
  const selector = objectAt(content, "instanceSelector");
  if (Object.keys(selector).length > 0) takeSelector(draft, document, selector);
  else if (named.length > 0) draft.instanceTypes = unique(named);
  // With a launch template of its own the group has no default type: the template says it.
  else if (content["launchTemplate"] === undefined) draft.instanceTypes = ["m5.large"];
  document.kept("instanceTypes", to);
  document.kept("instanceType", to);
  document.kept("instancesDistribution.instanceTypes", to);
  const capacityTo = "NodePool spec.template.spec.requirements[karpenter.sh/capacity-type]";
  if (flagAt(content, "spot") === true) draft.capacityTypes = ["spot"];
  document.kept("spot", capacityTo);
  if (Object.keys(mixed).length > 0) takeDistribution(draft, document, mixed);
}

function takeDistribution(draft: Draft, document: Document, mixed: JsonObject): void {
  const base = numberAt(mixed, "onDemandBaseCapacity") ?? 0;
  const percentage = numberAt(mixed, "onDemandPercentageAboveBaseCapacity") ?? 100;
  takeMix(draft, base, percentage);
  const to = "NodePool spec.template.spec.requirements[karpenter.sh/capacity-type]";
  const isMix = draft.capacityTypes.length > 1 || draft.onDemandBase > 0;
  for (const field of ["onDemandBaseCapacity", "onDemandPercentageAboveBaseCapacity"]) {
    const path = ["instancesDistribution", field];
    if (!isMix) document.kept(path, to);
    else
      document.changed(path, {
        to,
        becomes: [...draft.capacityTypes],
        why: "Karpenter has no ratio of on-demand to spot",
      });
  }
  if (isMix) {
    const about = { nodeGroup: draft.nodeGroup.name, base, percentage };
    draft.ledger.find(makeFinding(translationFindings, "DV2005", `nodegroup/${draft.nodeGroup.name}`, about));
  }
  document.lost("instancesDistribution.spotInstancePools", { why: "Karpenter considers all pools", risk: "none" });
  document.changed("instancesDistribution.spotAllocationStrategy", {
    to: "fixed",
    becomes: "price-capacity-optimized",
    why: "Karpenter asks for price-capacity-optimized spot",
  });
  document.kept("instancesDistribution.capacityRebalance", "Karpenter's interruption queue, which setup makes");
  takeSpotPrice(document, ["instancesDistribution", "maxPrice"]);
}

function takeLabelsTaintsTags(draft: Draft, document: Document): void {
  const { content } = document;
  for (const [key, value] of Object.entries(objectAt(content, "labels"))) {
    takeLabel(draft, [key, printed(value)], [document, ["labels", key]]);
  }
  listAt(content, "taints").forEach((taint, index) => {
    const [key = "", value, effect = "NoSchedule"] = [
      textAt(taint, "key"),
      textAt(taint, "value"),
      textAt(taint, "effect"),
    ];
    takeTaint(draft, value === undefined ? { key, effect } : { key, value, effect }, [document, ["taints", index]]);
  });
  for (const [key, text] of Object.entries(objectAt(content, "taints"))) {
    const taint = parseTaint(key, printed(text));
    if (taint !== undefined) takeTaint(draft, taint, [document, ["taints", key]]);
  }
  for (const [key, value] of Object.entries(objectAt(content, "tags"))) {
    takeGroupTag(draft, [key, printed(value)], [document, ["tags", key]]);
  }
  document.empty("labels", "taints", "tags");
}

function takeIam(draft: Draft, facts: Facts, document: Document): void {
  const arn = textAt(document.content, "iam", "instanceRoleARN");
  if (arn !== undefined) {
    takeRole(draft, facts, {
      role: nameOfArn(arn),
      instanceProfile: undefined,
      where: [document, ["iam", "instanceRoleARN"]],
    });
  }
  const iam = objectAt(document.content, "iam");
  for (const field of Object.keys(iam)) {
    if (field === "instanceRoleARN" || isNothing(iam[field])) continue;
    document.lost(["iam", field], {
      why: "the role that setup makes has no more than nodes need",
      risk: "pods that use the node's credentials lose these permissions",
      fix: "give the pods a role of their own (IRSA or Pod Identity), or attach the policies to the new node role",
    });
  }
}

// `withAddonPolicies: {}` and false ones ask for nothing.
function isNothing(value: Json | undefined): boolean {
  return isObject(value) ? Object.values(value).every((member) => member === false) : value === false;
}

function takeMetadata(draft: Draft, document: Document): void {
  const isV1Off = flagAt(document.content, "disableIMDSv1") ?? true;
  const isPodOff = flagAt(document.content, "disablePodIMDS") ?? false;
  draft.nodeClass["metadataOptions"] = {
    httpPutResponseHopLimit: isPodOff ? 1 : 2,
    httpTokens: isV1Off ? "required" : "optional",
  };
  document.kept("disableIMDSv1", "EC2NodeClass spec.metadataOptions.httpTokens");
  document.kept("disablePodIMDS", "EC2NodeClass spec.metadataOptions.httpPutResponseHopLimit");
}

function takeTargets(draft: Draft, document: Document): void {
  const targets = [
    ...textsAt(document.content, "targetGroupARNs"),
    ...textsAt(document.content, "classicLoadBalancerNames"),
  ];
  if (targets.length === 0) return document.empty("targetGroupARNs", "classicLoadBalancerNames");
  for (const field of ["targetGroupARNs", "classicLoadBalancerNames"]) {
    document.lost(field, {
      why: "only an Auto Scaling group registers its instances",
      risk: "new nodes get no traffic from it",
    });
  }
  const about = { nodeGroup: draft.nodeGroup.name, targets };
  draft.ledger.find(makeFinding(translationFindings, "DV2006", `nodegroup/${draft.nodeGroup.name}`, about));
}

function takeUpdate(draft: Draft, document: Document): void {
  const config = objectAt(document.content, "updateConfig");
  const percentage = numberAt(config, "maxUnavailablePercentage");
  const nodes = percentage === undefined ? numberAt(config, "maxUnavailable") : `${percentage}%`;
  if (nodes !== undefined) draft.disruption = { ...draft.disruption, drifted: String(nodes) };
  document.changed("updateConfig", {
    to: "NodePool spec.disruption.budgets for reason Drifted",
    becomes: nodes === undefined ? "" : String(nodes),
    why: "image updates are drift to Karpenter, replaced one by one within the budget",
  });
}

function takeLifetime(draft: Draft, document: Document): void {
  const seconds = numberAt(document.content, "maxInstanceLifetime");
  if (seconds !== undefined && seconds > 0) draft.expireAfter = `${seconds}s`;
  document.changed("maxInstanceLifetime", {
    to: "NodePool spec.template.spec.expireAfter",
    becomes: draft.expireAfter,
    why: "Karpenter drains an expired node without regard to budgets",
    fix: "set terminationGracePeriod if pods may hold a drain for ever",
  });
}

// eksctl writes the fields of the launch template in small letters.
function takeReservation(draft: Draft, { document, path }: Part): void {
  const given = objectAt(document.content, ...path.map(String));
  const id = textAt(given, "capacityReservationTarget", "capacityReservationID");
  if (id === undefined) {
    return document.lost(path, {
      why: "Karpenter uses reservations that an EC2NodeClass selects by id or tag",
      risk: "paid reservations may stay unused",
      fix: "list the reservations in EC2NodeClass.spec.capacityReservationSelectorTerms",
    });
  }
  draft.nodeClass["capacityReservationSelectorTerms"] = [{ id }];
  draft.capacityTypes = ["reserved", ...draft.capacityTypes.filter((type) => type !== "reserved")];
  document.kept(path, "EC2NodeClass spec.capacityReservationSelectorTerms");
}

const ended = (why: string): Loss => ({ why, risk: "none" });

const losses: readonly (readonly [field: string, loss: Loss])[] = [
  ["ssh", noKeyPair],
  [
    "outpostARN",
    {
      why: "Karpenter does not launch on Outposts",
      risk: "nodes would run in the region",
      fix: "leave this node group out of the migration",
      severity: "error",
    },
  ],
  ["disableASGTagPropagation", ended("there is no Auto Scaling group")],
  ["instanceName", ended("Karpenter names each instance after its node")],
  ["instancePrefix", ended("Karpenter names each instance after its node")],
  ["asgMetricsCollection", ended("the group's CloudWatch metrics end with it; Karpenter has metrics of its own")],
  ["asgSuspendProcesses", ended("there is no Auto Scaling group whose processes could be suspended")],
  ["propagateASGTags", ended("there is no Auto Scaling group")],
  ["containerRuntime", ended("current images run containerd")],
  ["ebsOptimized", ended("current instance types are always EBS-optimized")],
  ["nodeRepairConfig", ended("Karpenter repairs nodes with its feature gate NodeRepair")],
  ["cpuCredits", ended("T instances run in the account's default credit mode")],
];
