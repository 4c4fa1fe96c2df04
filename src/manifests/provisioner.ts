import type { JsonObject, KubeObject } from "../kube/objects.ts";
import { listAt, printed, valueAt } from "../kube/json.ts";
import type { Objection } from "./objection.ts";

/** What the webhook of Karpenter 0.16 refuses: its CRDs have no rules of their own. */
export function provisionerViolations(object: KubeObject, spec: JsonObject): readonly Objection[] {
  return object.kind === "Provisioner" ? provisioner(spec) : nodeTemplate(spec);
}

function provisioner(spec: JsonObject): readonly Objection[] {
  const found: Objection[] = [];
  const isConsolidated = valueAt(spec, "consolidation", "enabled") === true;
  if (isConsolidated && spec["ttlSecondsAfterEmpty"] !== undefined) {
    found.push(webhook("spec.ttlSecondsAfterEmpty", "ttlSecondsAfterEmpty and consolidation exclude each other"));
  }
  if (spec["provider"] !== undefined && spec["providerRef"] !== undefined) {
    found.push(webhook("spec.provider", "provider and providerRef exclude each other"));
  }
  if (spec["provider"] === undefined && spec["providerRef"] === undefined) {
    found.push(webhook("spec.providerRef", "provider or providerRef must be set"));
  }
  for (const field of ["ttlSecondsAfterEmpty", "ttlSecondsUntilExpired"]) {
    const value = spec[field];
    if (typeof value === "number" && value < 0) found.push(webhook(`spec.${field}`, "the time may not be negative"));
  }
  const operators = new Set(["In", "NotIn", "Gt", "Lt", "Exists", "DoesNotExist"]);
  listAt(spec, "requirements").forEach((requirement, index) => {
    const operator = printed(valueAt(requirement, "operator"));
    if (operators.has(operator)) return;
    found.push(webhook(`spec.requirements[${index}].operator`, `${operator} is not known to this version`));
  });
  return found;
}

const exclusive = [
  "userData",
  "amiSelector",
  "metadataOptions",
  "blockDeviceMappings",
  "securityGroupSelector",
  "amiFamily",
];

function nodeTemplate(spec: JsonObject): readonly Objection[] {
  const found: Objection[] = [];
  if (spec["subnetSelector"] === undefined) found.push(webhook("spec.subnetSelector", "subnetSelector must be set"));
  if (spec["launchTemplate"] !== undefined) {
    for (const field of [...exclusive, "instanceProfile"]) {
      if (spec[field] !== undefined) found.push(webhook(`spec.${field}`, `${field} does not go with launchTemplate`));
    }
  } else if (spec["securityGroupSelector"] === undefined) {
    found.push(webhook("spec.securityGroupSelector", "securityGroupSelector must be set"));
  }
  const family = spec["amiFamily"];
  if (family !== undefined && !["AL2", "Bottlerocket", "Ubuntu", "Custom"].includes(printed(family))) {
    found.push(webhook("spec.amiFamily", `${printed(family)} is not known to this version`));
  }
  if (family === "Custom" && spec["amiSelector"] === undefined) {
    found.push(webhook("spec.amiSelector", "the family Custom needs an amiSelector"));
  }
  return found;
}

function webhook(path: string, message: string): Objection {
  return { path, rule: "webhook", message };
}
