import { parseGoDuration } from "../kube/go-duration.ts";
import type { NodePool } from "../karpenter/api.ts";
import type { Json, JsonObject } from "../kube/objects.ts";
import { defined, listAt, objectAt, textAt } from "../kube/json.ts";
import { type Manifest, manifestOf } from "./assemble.ts";
import type { OlderPair, FieldGap } from "./target-types.ts";
import { allowedLabels, familyOfAlias, olderLimits, olderRequirements } from "./target-v1beta1.ts";
import type { TranslatedGroup } from "./types.ts";

/** Labels of instance types that 0.16 does not know. */
const newLabels =
  /^karpenter\.k8s\.aws\/(?!instance-(hypervisor|category|family|generation|size|cpu|memory|pods|gpu-(name|manufacturer|count|memory))$)/;

/** What 0.16 can boot. */
const families = new Set(["AL2", "Bottlerocket", "Ubuntu", "Custom"]);

const moves: OlderPair["moves"] = [
  ["NodePool spec.template.spec.expireAfter", "Provisioner spec.ttlSecondsUntilExpired"],
  ["NodePool spec.template.metadata.labels", "Provisioner spec.labels"],
  ["NodePool spec.template.spec", "Provisioner spec"],
  ["NodePool spec.limits", "Provisioner spec.limits.resources"],
  ["NodePool spec.disruption.consolidationPolicy", "Provisioner spec.consolidation"],
  ["NodePool", "Provisioner"],
  ["EC2NodeClass spec.kubelet", "Provisioner spec.kubeletConfiguration"],
  ["EC2NodeClass spec.role", "AWSNodeTemplate spec.instanceProfile"],
  ["EC2NodeClass spec.subnetSelectorTerms", "AWSNodeTemplate spec.subnetSelector"],
  ["EC2NodeClass spec.securityGroupSelectorTerms", "AWSNodeTemplate spec.securityGroupSelector"],
  ["EC2NodeClass spec.amiSelectorTerms", "AWSNodeTemplate spec.amiFamily and amiSelector"],
  ["EC2NodeClass", "AWSNodeTemplate"],
];

/** Provisioner and AWSNodeTemplate for Karpenter 0.16, the version of the classic guide. */
export function toV1alpha5(group: TranslatedGroup): OlderPair {
  const gaps: FieldGap[] = [];
  const family = textAt(group.nodeClass.spec, "amiFamily") ?? familyOfAlias(group.nodeClass.spec["amiSelectorTerms"]);
  if (!families.has(family)) {
    const why = `Karpenter 0.16 cannot boot ${family}: it knows AL2, Bottlerocket, Ubuntu and custom images`;
    return {
      nodeClass: undefined,
      nodePool: undefined,
      moves,
      gaps: [{ field: "EC2NodeClass spec.amiSelectorTerms", why }],
    };
  }
  return {
    gaps,
    moves,
    nodeClass: manifestOf(
      { apiVersion: "karpenter.k8s.aws/v1alpha1", kind: "AWSNodeTemplate", metadata: group.nodeClass.metadata },
      nodeTemplateSpec(group.nodeClass.spec, family, gaps),
    ),
    nodePool: provisioner(group, gaps),
  };
}

function provisioner(group: TranslatedGroup, gaps: FieldGap[]): Manifest {
  const { nodePool, nodeClass } = group;
  const { template, weight } = nodePool.spec;
  const limits = olderLimits(nodePool, gaps);
  return manifestOf(
    { apiVersion: "karpenter.sh/v1alpha5", kind: "Provisioner", metadata: nodePool.metadata },
    defined({
      weight,
      ...consolidation(nodePool, gaps),
      limits: limits === undefined ? undefined : { resources: limits },
      labels: filled(allowedLabels(template.metadata?.labels ?? {}, gaps)),
      requirements: olderRequirements(template.spec.requirements ?? [], newLabels, gaps).map((item) => ({ ...item })),
      taints: template.spec.taints?.map((taint) => ({ ...taint })),
      startupTaints: template.spec.startupTaints?.map((taint) => ({ ...taint })),
      kubeletConfiguration: kubelet(objectAt(nodeClass.spec["kubelet"]), gaps),
      providerRef: { name: nodeClass.metadata.name },
    }),
  );
}

// Whole seconds, as `ttlSecondsAfterEmpty` wants them.
function secondsOf(text: string): number {
  return Math.ceil(Number(parseGoDuration(text) ?? 0n) / 1e9);
}

function filled(labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> | undefined {
  return Object.keys(labels).length === 0 ? undefined : labels;
}

function consolidation(nodePool: NodePool, gaps: FieldGap[]): JsonObject {
  const { disruption, template } = nodePool.spec;
  if ((disruption?.budgets ?? []).length > 0) {
    gaps.push({ field: "NodePool spec.disruption.budgets", why: "Karpenter 0.16 has no disruption budgets" });
  }
  const { expireAfter } = template.spec;
  const expiry = expireAfter === undefined || expireAfter === "Never" ? undefined : secondsOf(expireAfter);
  const wait = disruption?.consolidateAfter ?? "0s";
  if (disruption?.consolidationPolicy !== "WhenEmpty") {
    gaps.push({
      field: "NodePool spec.disruption.consolidateAfter",
      why: "Karpenter 0.16 consolidates without a wait",
    });
    return defined({ consolidation: { enabled: true }, ttlSecondsUntilExpired: expiry });
  }
  return defined({
    ttlSecondsAfterEmpty: wait === "Never" ? undefined : secondsOf(wait),
    ttlSecondsUntilExpired: expiry,
  });
}

const kubeletFields = new Set([
  "clusterDNS",
  "maxPods",
  "podsPerCore",
  "systemReserved",
  "kubeReserved",
  "evictionHard",
]);

function kubelet(given: JsonObject, gaps: FieldGap[]): JsonObject | undefined {
  const kept: Record<string, Json | undefined> = {};
  for (const [field, value] of Object.entries(given)) {
    if (kubeletFields.has(field)) kept[field] = value;
    else gaps.push({ field: `EC2NodeClass spec.kubelet.${field}`, why: "Karpenter 0.16 has no such kubelet setting" });
  }
  return Object.keys(kept).length === 0 ? undefined : kept;
}

const copied = ["userData", "context", "tags", "metadataOptions", "blockDeviceMappings"];
const replaced = [
  "role",
  "instanceProfile",
  "amiFamily",
  "amiSelectorTerms",
  "subnetSelectorTerms",
  "securityGroupSelectorTerms",
  "kubelet",
];

function nodeTemplateSpec(spec: JsonObject, family: string, gaps: FieldGap[]): JsonObject {
  for (const field of Object.keys(spec)) {
    if (copied.includes(field) || replaced.includes(field)) continue;
    gaps.push({ field: `EC2NodeClass spec.${field}`, why: "Karpenter 0.16 has no such field" });
  }
  const ids = listAt(spec, "amiSelectorTerms").flatMap((term) => textAt(term, "id") ?? []);
  const alias = textAt(listAt(spec, "amiSelectorTerms")[0], "alias");
  if (ids.length === 0 && (alias === undefined || !alias.endsWith("@latest"))) {
    const why = "images are found by family or id only; the newest of the family is used";
    gaps.push({ field: "EC2NodeClass spec.amiSelectorTerms", why });
  }
  return defined({
    instanceProfile: textAt(spec, "instanceProfile") ?? textAt(spec, "role"),
    amiFamily: family,
    amiSelector: ids.length === 0 ? undefined : { "aws-ids": ids.join(",") },
    subnetSelector: selector(spec["subnetSelectorTerms"]),
    securityGroupSelector: selector(spec["securityGroupSelectorTerms"]),
    ...Object.fromEntries(copied.map((field) => [field, spec[field]])),
  });
}

// One map: tags, or ids under a key of their own.
function selector(terms: Json | undefined): JsonObject {
  const ids = listAt(terms).flatMap((term) => textAt(term, "id") ?? []);
  return ids.length > 0 ? { "aws-ids": ids.join(",") } : objectAt(listAt(terms)[0], "tags");
}
