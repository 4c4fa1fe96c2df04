import { makeFinding } from "../../findings/finding.ts";
import { translationFindings } from "../../findings/translation.ts";
import type { Json, JsonObject, KubeObject } from "../../kube/objects.ts";
import { manifestOf, type Manifest } from "../assemble.ts";
import { defined, isObject, listAt, objectAt, printed, textAt } from "../../kube/json.ts";
import type { Document } from "../ledger.ts";
import type { Conversing, Converted } from "./types.ts";
import { head, identityOf, imageOf, metadataOptions, open } from "./v1beta1.ts";

/** Provisioner of 0.16 to 0.31. Undefined when the node class inside it cannot be converted; the findings say why. */
export function convertProvisioner(object: KubeObject & JsonObject, context: Conversing): Converted | undefined {
  const document = open(object, context);
  const spec = objectAt(object, "spec");
  const inline = objectAt(spec, "provider");
  const nodeClass = Object.keys(inline).length === 0 ? undefined : inlineClass(object, context, inline);
  document.kept("spec.provider", "EC2NodeClass of the same name");
  if (nodeClass === undefined && Object.keys(inline).length > 0) return undefined;
  for (const [field, to] of moved) document.kept(["spec", field], `NodePool ${to}`);
  const { containerRuntime, ...kubelet } = objectAt(spec, "kubeletConfiguration");
  takeKubelet(document, kubelet, containerRuntime);
  const name = nodeClass?.metadata.name ?? textAt(spec, "providerRef", "name") ?? object.metadata.name;
  const metadata = defined({ labels: spec["labels"], annotations: spec["annotations"] });
  const manifest = manifestOf(head("karpenter.sh/v1", "NodePool", object), {
    ...defined({ weight: spec["weight"], limits: objectAt(spec, "limits")["resources"] }),
    disruption: disruption(document, spec),
    template: defined({
      metadata: Object.keys(metadata).length === 0 ? undefined : metadata,
      spec: defined({
        nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name },
        requirements: requirements(context, spec),
        taints: spec["taints"],
        startupTaints: spec["startupTaints"],
        expireAfter: expiry(document, spec),
      }),
    }),
  });
  return defined({
    manifest,
    kubelet: Object.keys(kubelet).length === 0 ? undefined : kubelet,
    nodeClass,
  }) as unknown as Converted;
}

const moved: readonly (readonly [field: string, to: string])[] = [
  ["labels", "spec.template.metadata.labels"],
  ["annotations", "spec.template.metadata.annotations"],
  ["taints", "spec.template.spec.taints"],
  ["startupTaints", "spec.template.spec.startupTaints"],
  ["requirements", "spec.template.spec.requirements"],
  ["limits", "spec.limits"],
  ["weight", "spec.weight"],
  ["providerRef", "spec.template.spec.nodeClassRef"],
];

function takeKubelet(document: Document, kubelet: JsonObject, runtime: Json | undefined): void {
  const path = ["spec", "kubeletConfiguration"];
  document.lost([...path, "containerRuntime"], {
    why: "current images run containerd",
    risk: runtime === "containerd" ? "none" : "software that talks to dockerd fails",
    ...(runtime === "containerd" ? {} : { fix: "find pods that mount /var/run/docker.sock" }),
  });
  for (const field of Object.keys(kubelet)) {
    document.changed([...path, field], {
      to: `EC2NodeClass spec.kubelet.${field}`,
      becomes: kubelet[field] ?? null,
      why: "in v1 the kubelet is configured by the node class",
    });
  }
  document.empty(path);
}

/** The webhook of 0.16 asked for on-demand amd64 where nothing else was said. */
function requirements(context: Conversing, spec: JsonObject): readonly Json[] {
  const given = listAt(spec, "requirements");
  const labels = objectAt(spec, "labels");
  const added = defaults.filter(
    ([key]) => labels[key] === undefined && !given.some((item) => textAt(item, "key") === key),
  );
  for (const [key, value] of added) {
    const about = { object: context.object, field: `spec.template.spec.requirements[${key}]`, value };
    context.ledger.find(makeFinding(translationFindings, "DV2043", context.object, about));
  }
  return [...given, ...added.map(([key, value]) => ({ key, operator: "In", values: [value] }))];
}

const defaults = [
  ["karpenter.sh/capacity-type", "on-demand"],
  ["kubernetes.io/arch", "amd64"],
  ["kubernetes.io/os", "linux"],
] as const;

function disruption(document: Document, spec: JsonObject): JsonObject {
  const isOn = objectAt(spec, "consolidation")["enabled"] === true;
  const empty = spec["ttlSecondsAfterEmpty"];
  const to = "NodePool spec.disruption";
  const becomes = isOn ? "WhenEmptyOrUnderutilized" : "WhenEmpty";
  document.changed("spec.consolidation.enabled", {
    to: `${to}.consolidationPolicy`,
    becomes,
    why: "v1 names a policy",
  });
  document.empty("spec.consolidation");
  document.changed("spec.ttlSecondsAfterEmpty", {
    to: `${to}.consolidateAfter`,
    becomes: `${printed(empty)}s`,
    why: "with policy WhenEmpty",
  });
  if (isOn) return { consolidationPolicy: "WhenEmptyOrUnderutilized", consolidateAfter: "0s" };
  // Nothing was ever consolidated without either: v1 would begin to, unless told never.
  return { consolidationPolicy: "WhenEmpty", consolidateAfter: empty === undefined ? "Never" : `${printed(empty)}s` };
}

function expiry(document: Document, spec: JsonObject): string {
  const seconds = spec["ttlSecondsUntilExpired"];
  const becomes = seconds === undefined ? "Never" : `${printed(seconds)}s`;
  document.changed("spec.ttlSecondsUntilExpired", {
    to: "NodePool spec.template.spec.expireAfter",
    becomes,
    why: "in v1 an expired node is drained without regard to budgets",
    fix: "set terminationGracePeriod if pods may hold a drain for ever",
  });
  return becomes;
}

/** AWSNodeTemplate of 0.16 to 0.31. Undefined when its images have no successor; the findings say why. */
export function convertNodeTemplate(object: KubeObject & JsonObject, context: Conversing): Converted | undefined {
  const document = open(object, context);
  const spec = nodeClassSpec(context, document, objectAt(object, "spec"));
  if (spec === undefined) return undefined;
  return { manifest: manifestOf(head("karpenter.k8s.aws/v1", "EC2NodeClass", object), spec) };
}

function inlineClass(object: KubeObject & JsonObject, context: Conversing, provider: JsonObject): Manifest | undefined {
  // The inline form is an AWSNodeTemplate's spec; its fields are accounted for as one by the Provisioner.
  const document = context.ledger.open("provider", { spec: provider });
  document.state("spec.apiVersion", "spec.kind");
  const spec = nodeClassSpec(context, document, provider);
  if (spec === undefined) return undefined;
  return manifestOf(
    { apiVersion: "karpenter.k8s.aws/v1", kind: "EC2NodeClass", metadata: { name: object.metadata.name } },
    spec,
  );
}

const copied = ["userData", "tags", "blockDeviceMappings", "context", "detailedMonitoring"];

function nodeClassSpec(context: Conversing, document: Document, spec: JsonObject): JsonObject | undefined {
  const template = textAt(spec, "launchTemplate");
  document.state("spec.apiVersion", "spec.kind");
  if (template !== undefined) {
    const fix = "write an EC2NodeClass with what the launch template says: dovetail translate does so for node groups";
    const about = { object: context.object, reason: `v1 takes no launch template (${template})`, fix };
    context.ledger.find(makeFinding(translationFindings, "DV2042", context.object, about));
    document.lost("spec.launchTemplate", {
      why: "v1 takes no launch templates",
      risk: "the node class is not written",
    });
    return undefined;
  }
  for (const field of [...copied, "instanceProfile"]) document.kept(["spec", field], `EC2NodeClass spec.${field}`);
  document.kept("spec.amiSelector", "EC2NodeClass spec.amiSelectorTerms");
  document.kept("spec.subnetSelector", "EC2NodeClass spec.subnetSelectorTerms");
  document.kept("spec.securityGroupSelector", "EC2NodeClass spec.securityGroupSelectorTerms");
  const family = textAt(spec, "amiFamily") ?? "AL2";
  const image = imageOf(context, document, { family, terms: imageTerms(objectAt(spec, "amiSelector")) });
  if (image === undefined) return undefined;
  return {
    ...identityOf(context, undefined, spec["instanceProfile"]),
    ...image,
    subnetSelectorTerms: networkTerms(objectAt(spec, "subnetSelector")),
    securityGroupSelectorTerms: networkTerms(objectAt(spec, "securityGroupSelector")),
    ...defined(Object.fromEntries(copied.map((field) => [field, spec[field]]))),
    metadataOptions: metadataOptions(context, document, spec),
  };
}

const idKeys = ["aws-ids", "aws::ids"];

function networkTerms(selector: JsonObject): readonly JsonObject[] {
  return [...idTerms(selector), ...tagTerms(selector)];
}

function imageTerms(selector: JsonObject): readonly JsonObject[] {
  const owners = split(selector["aws::owners"]).map((owner) => ({ owner }));
  const names = split(selector["aws::name"]).map((name) => ({ name }));
  const named =
    names.length > 0 && owners.length > 0
      ? names.flatMap((name) => owners.map((owner) => ({ ...name, ...owner })))
      : names;
  return [...idTerms(selector), ...named, ...tagTerms(selector)];
}

function idTerms(selector: JsonObject): readonly JsonObject[] {
  return idKeys.flatMap((key) => split(selector[key])).map((id) => ({ id }));
}

// Comma-separated values are alternatives; several keys must hold together.
function tagTerms(selector: JsonObject): readonly JsonObject[] {
  const keys = Object.keys(selector)
    .filter((key) => !/^aws(-|::)/.test(key))
    .sort();
  let maps: Record<string, string>[] = [{}];
  for (const key of keys) {
    maps = split(selector[key]).flatMap((value) => maps.map((map) => ({ ...map, [key]: value })));
  }
  return keys.length === 0 ? [] : maps.map((tags) => ({ tags }));
}

function split(value: Json | undefined): readonly string[] {
  if (value === undefined || isObject(value)) return [];
  return printed(value)
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}
