import { awsLabels } from "../../karpenter/labels.ts";
import { defined, listAt, objectAt, printed, textAt } from "../../kube/json.ts";
import type { Json, JsonObject, KubeObject } from "../../kube/objects.ts";
import { manifestOf } from "../assemble.ts";
import type { Document } from "../ledger.ts";
import type { Conversing, Converted } from "./types.ts";
import { inlineClass } from "./node-template.ts";
import { head, open, writtenOut } from "./v1beta1.ts";

/** Provisioner of 0.16 to 0.31. */
export function convertProvisioner(object: KubeObject & JsonObject, context: Conversing): Converted {
  const document = open(object, context);
  const spec = objectAt(object, "spec");
  const inline = objectAt(spec, "provider");
  const hasInline = Object.keys(inline).length > 0;
  const className = hasInline ? (context.className ?? object.metadata.name) : textAt(spec, "providerRef", "name");
  const nodeClass = hasInline ? inlineClass(context, inline, className ?? "") : undefined;
  document.kept("spec.provider", `EC2NodeClass ${className ?? ""}`);
  for (const [field, to] of moved) document.kept(["spec", field], `NodePool ${to}`);
  const { containerRuntime, ...kubelet } = objectAt(spec, "kubeletConfiguration");
  takeKubelet(document, kubelet, containerRuntime);
  const name = className ?? object.metadata.name;
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
  return {
    manifest,
    ...(Object.keys(kubelet).length === 0 ? {} : { kubelet }),
    ...(nodeClass === undefined ? {} : { nodeClass }),
  };
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

/**
 * What the webhook filled in where nothing else was said: on-demand amd64 Linux, and where no instance type was constrained the families
 * c, m and r from the third generation on (karpenter v0.31.5, `pkg/apis/v1alpha5/provisioner.go` of the AWS provider).
 */
function requirements(context: Conversing, spec: JsonObject): readonly Json[] {
  const given = listAt(spec, "requirements");
  const labels = objectAt(spec, "labels");
  const has = (key: string): boolean =>
    labels[key] !== undefined || given.some((item) => normal(textAt(item, "key") ?? "") === key);
  const types = typeKeys.some(has) ? [] : typeDefaults;
  const added = [...defaults.filter(({ key }) => !has(key)), ...types];
  for (const { key, operator, values } of added) {
    const value = operator === "In" && values.length === 1 ? (values[0] ?? "") : `${operator} [${values.join(", ")}]`;
    writtenOut(context, `spec.template.spec.requirements[${key}]`, value);
  }
  return [...given, ...added.map(({ key, operator, values }) => ({ key, operator, values: [...values] }))];
}

const normal = (key: string): string => awsLabels.normalized.get(key) ?? key;

const defaults = [
  { key: "karpenter.sh/capacity-type", operator: "In", values: ["on-demand"] },
  { key: "kubernetes.io/arch", operator: "In", values: ["amd64"] },
  { key: "kubernetes.io/os", operator: "In", values: ["linux"] },
];

const typeDefaults = [
  { key: "karpenter.k8s.aws/instance-category", operator: "In", values: ["c", "m", "r"] },
  { key: "karpenter.k8s.aws/instance-generation", operator: "Gt", values: ["2"] },
];

const typeKeys = [
  "node.kubernetes.io/instance-type",
  "karpenter.k8s.aws/instance-family",
  "karpenter.k8s.aws/instance-category",
  "karpenter.k8s.aws/instance-generation",
];

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
