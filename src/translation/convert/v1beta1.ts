import { makeFinding } from "../../findings/finding.ts";
import { translationFindings } from "../../findings/translation.ts";
import type { Json, JsonObject, KubeObject, Labels } from "../../kube/objects.ts";
import { manifestOf } from "../assemble.ts";
import { defined, isObject, listAt, objectAt, textAt } from "../../kube/json.ts";
import type { Document } from "../ledger.ts";
import { isCompatibility } from "../../karpenter/compatibility.ts";
import type { Conversing, Converted } from "./types.ts";

/** NodePool of 0.32 to 0.37. */
export function convertNodePool(object: KubeObject & JsonObject, context: Conversing): Converted {
  const document = open(object, context);
  const spec = objectAt(object, "spec");
  const inner = objectAt(spec, "template", "spec");
  for (const field of ["weight", "limits"]) document.kept(["spec", field], `NodePool spec.${field}`);
  document.kept("spec.template.metadata", "NodePool spec.template.metadata");
  for (const field of ["requirements", "taints", "startupTaints"]) {
    document.kept(["spec", "template", "spec", field], `NodePool spec.template.spec.${field}`);
  }
  document.lost("spec.template.spec.resources", {
    why: "belongs to NodeClaims only, and did nothing here",
    risk: "none",
  });
  const kubelet = inner["kubelet"];
  document.changed("spec.template.spec.kubelet", {
    to: "EC2NodeClass spec.kubelet",
    becomes: kubelet ?? null,
    why: "in v1 the kubelet is configured by the node class",
  });
  const template = defined({
    metadata: spec["template"] === undefined ? undefined : objectAt(spec, "template")["metadata"],
    spec: defined({
      nodeClassRef: reference(document, objectAt(inner, "nodeClassRef")),
      requirements: inner["requirements"] ?? [],
      taints: inner["taints"],
      startupTaints: inner["startupTaints"],
      expireAfter: expiry(document, spec),
    }),
  });
  const manifest = manifestOf(head("karpenter.sh/v1", "NodePool", object), {
    ...defined({ weight: spec["weight"], limits: spec["limits"] }),
    disruption: disruption(document, objectAt(spec, "disruption")),
    template,
  });
  return isObject(kubelet) && Object.keys(kubelet).length > 0 ? { manifest, kubelet } : { manifest };
}

function expiry(document: Document, spec: JsonObject): Json {
  document.kept("spec.disruption.expireAfter", "NodePool spec.template.spec.expireAfter");
  return objectAt(spec, "disruption")["expireAfter"] ?? "720h";
}

function disruption(document: Document, given: JsonObject): JsonObject {
  const isEmptyOnly = given["consolidationPolicy"] === "WhenEmpty";
  document.kept("spec.disruption.budgets", "NodePool spec.disruption.budgets");
  document.kept("spec.disruption.consolidateAfter", "NodePool spec.disruption.consolidateAfter");
  if (isEmptyOnly) document.kept("spec.disruption.consolidationPolicy", "NodePool spec.disruption.consolidationPolicy");
  else {
    document.changed("spec.disruption.consolidationPolicy", {
      to: "NodePool spec.disruption.consolidationPolicy",
      becomes: "WhenEmptyOrUnderutilized",
      why: "the new name of the same policy",
    });
  }
  document.empty("spec.disruption");
  return defined({
    consolidationPolicy: isEmptyOnly ? "WhenEmpty" : "WhenEmptyOrUnderutilized",
    consolidateAfter: isEmptyOnly ? (given["consolidateAfter"] ?? "Never") : "0s",
    budgets: given["budgets"],
  });
}

/** A node class reference by group instead of by version. */
function reference(document: Document, given: JsonObject): JsonObject {
  const path = ["spec", "template", "spec", "nodeClassRef"];
  const group = /^([^/]+)\//.exec(textAt(given, "apiVersion") ?? "")?.[1] ?? "karpenter.k8s.aws";
  document.changed([...path, "apiVersion"], {
    to: "NodePool …nodeClassRef.group",
    becomes: group,
    why: "v1 refers to the group only",
  });
  document.kept([...path, "kind"], "NodePool …nodeClassRef.kind");
  document.kept([...path, "name"], "NodePool …nodeClassRef.name");
  return { group, kind: textAt(given, "kind") ?? "EC2NodeClass", name: textAt(given, "name") ?? "" };
}

const copied = [
  "subnetSelectorTerms",
  "securityGroupSelectorTerms",
  "associatePublicIPAddress",
  "userData",
  "role",
  "instanceProfile",
  "tags",
  "blockDeviceMappings",
  "instanceStorePolicy",
  "detailedMonitoring",
  "context",
];

/** EC2NodeClass of 0.32 to 0.37. Undefined when its images have no successor; the findings say why. */
export function convertNodeClass(object: KubeObject & JsonObject, context: Conversing): Converted | undefined {
  const document = open(object, context);
  const spec = objectAt(object, "spec");
  const terms = listAt(spec, "amiSelectorTerms");
  const family = textAt(spec, "amiFamily") ?? "AL2";
  const image = imageOf(context, document, { family, terms });
  if (image === undefined) {
    return notWritten(document, spec, [...copied, "amiFamily", "amiSelectorTerms", "metadataOptions", "kubelet"]);
  }
  for (const field of [...copied, "amiSelectorTerms"]) document.kept(["spec", field], `EC2NodeClass spec.${field}`);
  const { role, instanceProfile, ...others } = defined(Object.fromEntries(copied.map((field) => [field, spec[field]])));
  const disks = oldDisks(context, family, spec);
  const manifest = manifestOf(head("karpenter.k8s.aws/v1", "EC2NodeClass", object), {
    ...nodeIdentityOf(context, role, instanceProfile),
    ...image,
    ...others,
    ...disks,
    metadataOptions: metadataOptions(context, document, spec),
  });
  return { manifest };
}

/** Accounts for a node class that cannot be written, about which one finding says what to do; always undefined: nothing comes of it. */
export function notWritten(document: Document, spec: JsonObject, fields: readonly string[]): undefined {
  for (const field of fields) {
    if (spec[field] === undefined) continue;
    document.lost(["spec", field], { why: "the node class is not written", risk: "it is to be written by hand" });
  }
  return undefined;
}

/** Role or instance profile; where the manifest names neither, the role that the user named, or the profile that the controller gives. */
export function nodeIdentityOf(context: Conversing, role: Json | undefined, profile: Json | undefined): JsonObject {
  if (role !== undefined) return { role };
  if (profile !== undefined) return { instanceProfile: profile };
  const { nodeRole, defaultInstanceProfile } = context.options;
  if (nodeRole !== undefined) return { role: nodeRole };
  if (defaultInstanceProfile === undefined) return {};
  writtenOut(context, "spec.instanceProfile", defaultInstanceProfile);
  return { instanceProfile: defaultInstanceProfile };
}

const aliases = new Set(["AL2", "AL2023", "Bottlerocket", "Windows2019", "Windows2022"]);

/** amiFamily and amiSelectorTerms of v1; undefined, with a finding, when no image can be selected any more. */
export function imageOf(
  context: Conversing,
  document: Document,
  given: { readonly family: string; readonly terms: readonly Json[] },
): JsonObject | undefined {
  const { family, terms } = given;
  const to = "EC2NodeClass spec.amiFamily";
  if (terms.length === 0 && aliases.has(family)) {
    const alias = `${family.toLowerCase()}@latest`;
    document.changed("spec.amiFamily", {
      to: "EC2NodeClass spec.amiSelectorTerms",
      becomes: alias,
      why: "v1 names the newest image by alias",
    });
    return { amiSelectorTerms: [{ alias }] };
  }
  if (terms.length > 0 && (aliases.has(family) || family === "Custom")) {
    document.kept("spec.amiFamily", to);
    return { amiFamily: family, amiSelectorTerms: [...terms] };
  }
  if (terms.length > 0) {
    const becomes = family === "Ubuntu" ? "AL2" : "Custom";
    document.changed("spec.amiFamily", {
      to,
      becomes,
      why: `v1 knows no family ${family}${becomes === "AL2" ? "; its bootstrap is that of AL2" : ""}`,
      fix: "check that nodes of this image still join",
      severity: "warning",
    });
    return { amiFamily: becomes, amiSelectorTerms: [...terms] };
  }
  const reason = `v1 finds no image for the family ${family} by itself`;
  const about = { object: context.object, reason, fix: "add amiSelectorTerms with the image's id, name or tags" };
  context.ledger.find(makeFinding(translationFindings, "DV2042", context.object, about));
  return undefined;
}

/** The disks of a family that v1 does not know any more: it would take those of another one (karpenter v1.0.8, Ubuntu). */
export function oldDisks(context: Conversing, family: string, spec: JsonObject): JsonObject {
  if (family !== "Ubuntu" || listAt(spec, "blockDeviceMappings").length > 0) return {};
  const value = [{ deviceName: "/dev/sda1", ebs: { volumeSize: "20Gi", volumeType: "gp3", encrypted: true } }];
  writtenOut(context, "spec.blockDeviceMappings", value);
  return { blockDeviceMappings: value };
}

/** Says that a default of the older version stands in the manifest now. */
export function writtenOut(context: Conversing, field: string, value: Json): void {
  const about = { object: context.object, field, value };
  context.ledger.find(makeFinding(translationFindings, "DV2043", context.object, about));
}

/** The older versions let the metadata service answer over two hops, so that pods reach it; v1's default is one. */
export function metadataOptions(context: Conversing, document: Document, spec: JsonObject): JsonObject {
  document.kept("spec.metadataOptions", "EC2NodeClass spec.metadataOptions");
  const given = objectAt(spec, "metadataOptions");
  if (given["httpPutResponseHopLimit"] !== undefined) return given;
  writtenOut(context, "spec.metadataOptions.httpPutResponseHopLimit", 2);
  return { ...given, httpPutResponseHopLimit: 2 };
}

/** The object's own account, with what the API server and tools wrote on it set aside. */
export function open(object: KubeObject & JsonObject, context: Conversing): Document {
  return openWith(object, context, () => {});
}

/** `open`, after what else there is to say of the object: the first say stands. */
export function openWith(
  object: KubeObject & JsonObject,
  context: Conversing,
  before: (document: Document) => void,
): Document {
  const document = context.ledger.open(object.kind, object);
  before(document);
  document.same("kind", "the kind");
  document.changed("apiVersion", { to: "apiVersion", becomes: "v1", why: "the version that current Karpenter serves" });
  document.same("metadata.name", "the name");
  document.kept("metadata.labels", "metadata.labels");
  for (const key of Object.keys(object.metadata.annotations ?? {})) {
    if (isOwn(key)) document.kept(["metadata", "annotations", key], "metadata.annotations");
    else document.state(["metadata", "annotations", key]);
  }
  document.empty("metadata.annotations");
  for (const field of Object.keys(object.metadata)) {
    if (!["name", "labels", "annotations"].includes(field)) document.state(["metadata", field]);
  }
  document.state("status");
  return document;
}

/** Name, labels and the user's own annotations. */
export function head(apiVersion: string, kind: string, object: KubeObject, name = object.metadata.name): KubeObject {
  const { labels, annotations = {} } = object.metadata;
  const own: Labels = Object.fromEntries(Object.entries(annotations).filter(([key]) => isOwn(key)));
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      ...(labels === undefined ? {} : { labels }),
      ...(Object.keys(own).length === 0 ? {} : { annotations: own }),
    },
  };
}

function isOwn(key: string): boolean {
  return !isCompatibility(key) && !/^(kubectl\.kubernetes\.io|karpenter\.(sh|k8s\.aws))\//.test(key);
}
