import type { Json, JsonObject, KubeObject } from "../kube/objects.ts";
import { listAt, printed, valueAt, isObject } from "../kube/json.ts";
import type { Objection } from "./objection.ts";
import { type KubeletFacts, openKubeletViolations } from "./open-kubelet.ts";
import { provisionerViolations } from "./provisioner.ts";

const maxLabelValue = 63;
const labelValue = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
const qualifiedName =
  /^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/)?([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const objectName = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** What CRDs leave to the API server's own rules, to webhooks and to Karpenter's controllers. */
export function ownViolations(
  object: KubeObject,
  spec: JsonObject,
  kubelet: KubeletFacts | undefined,
): readonly Objection[] {
  const found: Objection[] = [...nameViolations(object)];
  if (object.kind === "Provisioner")
    found.push(...provisionerViolations(object, spec), ...taintViolations(spec, "spec"));
  if (object.kind === "AWSNodeTemplate") found.push(...provisionerViolations(object, spec));
  if (object.kind === "NodePool") {
    const template = valueAt(spec, "template");
    found.push(...labelViolations(valueAt(template, "metadata", "labels"), "spec.template.metadata.labels"));
    found.push(...taintViolations(valueAt(template, "spec"), "spec.template.spec"));
    found.push(...referenceViolations(valueAt(template, "spec")));
  }
  if (object.kind === "EC2NodeClass") {
    found.push(...kubeletViolations(valueAt(spec, "kubelet")));
    if (kubelet !== undefined) found.push(...openKubeletViolations(spec, kubelet));
  }
  return found;
}

function nameViolations(object: KubeObject): readonly Objection[] {
  const { name } = object.metadata;
  const isLabelValue = object.kind === "NodePool" || object.kind === "Provisioner";
  if (!objectName.test(name) || name.length > 253 || (isLabelValue && name.length > maxLabelValue)) {
    return [{ path: "metadata.name", rule: "RFC 1123", message: `${name} is not a valid name` }];
  }
  return [];
}

function labelViolations(labels: Json | undefined, path: string): readonly Objection[] {
  return entries(labels).flatMap(([key, value]) => {
    const isKey = qualifiedName.test(key) && key.length <= 317;
    const isValue = typeof value === "string" && value.length <= maxLabelValue && labelValue.test(value);
    if (isKey && isValue) return [];
    return [{ path: `${path}.${key}`, rule: "label syntax", message: `${key}=${printed(value)} is not a valid label` }];
  });
}

// Karpenter's controller refuses a pool with the same key and effect twice, over both lists.
function taintViolations(spec: Json | undefined, path: string): readonly Objection[] {
  const seen = new Set<string>();
  const found: Objection[] = [];
  for (const list of ["taints", "startupTaints"]) {
    listAt(spec, list).forEach((taint, index) => {
      const [key, effect] = [valueAt(taint, "key"), valueAt(taint, "effect")];
      const identity = `${printed(key)}:${printed(effect)}`;
      const at = `${path}.${list}[${index}]`;
      if (seen.has(identity))
        found.push({ path: at, rule: "taints are unique", message: `the taint ${identity} is there twice` });
      seen.add(identity);
      if (typeof key === "string" && !qualifiedName.test(key)) {
        found.push({ path: `${at}.key`, rule: "taint syntax", message: `${key} is not a valid taint key` });
      }
      const value = valueAt(taint, "value");
      if (typeof value === "string" && value !== "" && !qualifiedName.test(value)) {
        found.push({ path: `${at}.value`, rule: "taint syntax", message: `${value} is not a valid taint value` });
      }
    });
  }
  return found;
}

function referenceViolations(spec: Json | undefined): readonly Objection[] {
  const group = valueAt(spec, "nodeClassRef", "group");
  if (typeof group !== "string" || !group.includes("/")) return [];
  const message = `${group} is an API version; only the group belongs here`;
  return [{ path: "spec.template.spec.nodeClassRef.group", rule: "group without version", message }];
}

const quantity = /^[0-9]+(\.[0-9]+)?([KMGTPE]i|[numkMGTPE])?$/;
const percentage = /^([0-9]{1,2}(\.[0-9]+)?|100(\.0+)?)%$/;
const duration = /^([0-9]+(\.[0-9]+)?(ns|us|ms|s|m|h))+$/;

function kubeletViolations(kubelet: Json | undefined): readonly Objection[] {
  const found: Objection[] = [];
  const check = (field: string, isValid: (text: string) => boolean, rule: string): void => {
    for (const [key, value] of entries(valueAt(kubelet, field))) {
      if (typeof value === "string" && isValid(value)) continue;
      found.push({ path: `spec.kubelet.${field}.${key}`, rule, message: `${printed(value)} is not ${rule}` });
    }
  };
  check("kubeReserved", (text) => quantity.test(text), "a quantity");
  check("systemReserved", (text) => quantity.test(text), "a quantity");
  const isThreshold = (text: string): boolean => quantity.test(text) || percentage.test(text);
  check("evictionHard", isThreshold, "a quantity or a percentage");
  check("evictionSoft", isThreshold, "a quantity or a percentage");
  check("evictionSoftGracePeriod", (text) => duration.test(text), "a duration");
  return found;
}

function entries(value: Json | undefined): [string, Json | undefined][] {
  return isObject(value) ? Object.entries(value) : [];
}
