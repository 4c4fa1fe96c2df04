// Mirrors pkg/apis/v1/nodeclaim_validation.go of karpenter v1.14.1.
import type { RequirementSpec } from "./instance-type.ts";
import { type LabelFamily, labelKeys } from "./labels.ts";

const operators = new Set(["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt", "Gte", "Lte"]);
const numeric = new Set(["Gt", "Lt", "Gte", "Lte"]);
const namePattern = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const subdomainPattern = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** Everything wrong with a requirement of a pod or pool; empty when Karpenter accepts it (`ValidateRequirement`). */
export function requirementProblems(spec: RequirementSpec, family: LabelFamily): readonly string[] {
  const key = family.normalized.get(spec.key) ?? spec.key;
  const values = spec.values ?? [];
  const problems: string[] = [];
  if (!operators.has(spec.operator)) problems.push(`key ${key} has the unsupported operator ${spec.operator}`);
  if (isRestrictedLabel(key, family)) problems.push(`label ${key} is restricted`);
  problems.push(...unknownValues({ ...spec, key }, family));
  if (!isQualifiedName(key)) problems.push(`key ${key} is not a qualified name`);
  for (const value of values) if (!isLabelValue(value)) problems.push(`invalid value ${value} for key ${key}`);
  if (spec.operator === "In" && values.length === 0) problems.push(`key ${key} with operator In must have a value`);
  if (spec.operator === "In" && spec.minValues !== undefined && values.length < spec.minValues) {
    problems.push(`key ${key} has fewer values than its minValues`);
  }
  if (numeric.has(spec.operator) && !isSingleCount(values))
    problems.push(`key ${key} with operator ${spec.operator} must have a single positive integer value`);
  return problems;
}

/** Labels that users may not set: Karpenter's own domains, and the hostname. */
function isRestrictedLabel(key: string, family: LabelFamily): boolean {
  if (family.wellKnown.has(key)) return false;
  const slash = key.indexOf("/");
  const domain = slash < 0 ? "" : key.slice(0, slash);
  return (
    key === labelKeys.hostname || family.restrictedDomains.some((one) => domain === one || domain.endsWith(`.${one}`))
  );
}

function unknownValues(spec: RequirementSpec, family: LabelFamily): readonly string[] {
  const known = family.knownValues.get(spec.key);
  if (known === undefined || spec.operator !== "In") return [];
  const valid = (spec.values ?? []).filter((value) => known.has(value)).length;
  if (valid === 0) return [`no valid value for ${spec.key}, expected one of ${[...known].join(", ")}`];
  return spec.minValues !== undefined && valid < spec.minValues ? [`not enough valid values for ${spec.key}`] : [];
}

function isSingleCount(values: readonly string[]): boolean {
  const [value = ""] = values;
  return (
    values.length === 1 &&
    /^[+-]?\d+$/.test(value) &&
    BigInt(value.replace("+", "")) >= 0n &&
    BigInt(value.replace("+", "")) < 1n << 63n
  );
}

/** Kubernetes' IsQualifiedName: an optional DNS prefix and a name of at most 63 characters. */
function isQualifiedName(key: string): boolean {
  const parts = key.split("/");
  const [first = "", second] = parts;
  if (parts.length > 2) return false;
  if (second === undefined) return isName(first);
  return first.length <= 253 && subdomainPattern.test(first) && isName(second);
}

function isName(name: string): boolean {
  return name.length > 0 && name.length <= 63 && namePattern.test(name);
}

/** Kubernetes' IsValidLabelValue. */
function isLabelValue(value: string): boolean {
  return value.length <= 63 && (value === "" || namePattern.test(value));
}
