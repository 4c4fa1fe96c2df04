// Mirrors pkg/scheduling/requirement.go of karpenter v1.14.1.
import type { RequirementSpec } from "./instance-type.ts";
import type { LabelFamily } from "./labels.ts";

/**
 * The values allowed for one label key (Karpenter's `pkg/scheduling/requirement.go`).
 *
 * `complement` false: `values` lists what is allowed (In; empty means DoesNotExist). `complement` true: `values` lists what is
 * not allowed, and `gte`/`lte` bound what is (NotIn, Exists, Gt, Lt, Gte, Lte). Bounds are Go's 64-bit integers.
 */
export interface Requirement {
  readonly key: string;
  readonly complement: boolean;
  readonly values: ReadonlySet<string>;
  readonly gte?: bigint | undefined;
  readonly lte?: bigint | undefined;
  readonly minValues?: number | undefined;
}

/** The operators that a requirement reports of itself. */
export type Operator = "In" | "NotIn" | "Exists" | "DoesNotExist";

const none: ReadonlySet<string> = new Set();
const maxInt64 = 9223372036854775807n;
const minInt64 = -9223372036854775808n;

/** Reads one requirement as the API writes it; keys are normalised. An unreadable number counts as 0, as it does there. */
export function requirementFromSpec(spec: RequirementSpec, family: LabelFamily): Requirement {
  const key = family.normalized.get(spec.key) ?? spec.key;
  const minValues = spec.minValues;
  switch (spec.operator) {
    case "In":
      return { key, complement: false, values: new Set(spec.values ?? []), minValues };
    case "DoesNotExist":
      return { key, complement: false, values: none, minValues };
    case "NotIn":
      return { key, complement: true, values: new Set(spec.values ?? []), minValues };
    default:
      return bounded(key, spec, minValues);
  }
}

function bounded(key: string, spec: RequirementSpec, minValues: number | undefined): Requirement {
  const value = leniently(spec.values?.[0] ?? "");
  switch (spec.operator) {
    case "Gt":
      // Nothing is greater than the greatest integer; minValues is lost here.
      if (value === maxInt64) return { key, complement: false, values: none };
      return { key, complement: true, values: none, gte: value + 1n, minValues };
    case "Lt":
      return { key, complement: true, values: none, lte: BigInt.asIntN(64, value - 1n), minValues };
    case "Gte":
      return { key, complement: true, values: none, gte: value, minValues };
    case "Lte":
      return { key, complement: true, values: none, lte: value, minValues };
    default:
      return { key, complement: true, values: none, minValues };
  }
}

/** One of these values. */
export function requirementIn(key: string, values: Iterable<string>, minValues?: number): Requirement {
  return { key, complement: false, values: new Set(values), minValues };
}

/** Any value. */
export function exists(key: string): Requirement {
  return { key, complement: true, values: none };
}

/** Go's strconv.Atoi without its error: nothing readable is 0, beyond 64 bits is the bound. */
function leniently(text: string): bigint {
  if (!/^[+-]?\d+$/.test(text)) return 0n;
  const value = BigInt(text.startsWith("+") ? text.slice(1) : text);
  return value > maxInt64 ? maxInt64 : value < minInt64 ? minInt64 : value;
}

function withinBounds(value: string, gte: bigint | undefined, lte: bigint | undefined): boolean {
  if (gte === undefined && lte === undefined) return true;
  if (!/^[+-]?\d+$/.test(value)) return false;
  const integer = BigInt(value.startsWith("+") ? value.slice(1) : value);
  if (integer > maxInt64 || integer < minInt64) return false;
  return (gte === undefined || integer >= gte) && (lte === undefined || integer <= lte);
}

/** Bounds do not change the operator: `Gt 5` reports Exists. */
export function operatorOf(requirement: Requirement): Operator {
  if (requirement.complement) return requirement.values.size > 0 ? "NotIn" : "Exists";
  return requirement.values.size > 0 ? "In" : "DoesNotExist";
}

/** True for the two operators that never conflict with each other. */
export function isNegative(requirement: Requirement): boolean {
  return requirement.complement === requirement.values.size > 0;
}

/** Whether the value is allowed. */
export function hasValue(requirement: Requirement, value: string): boolean {
  return (
    requirement.values.has(value) !== requirement.complement && withinBounds(value, requirement.gte, requirement.lte)
  );
}

/** Number of values allowed; a complement allows "all but", counted down from the greatest 64-bit integer. */
export function lengthOf(requirement: Requirement): bigint {
  const size = BigInt(requirement.values.size);
  return requirement.complement ? maxInt64 - size : size;
}

function greater<T extends bigint | number>(a: T | undefined, b: T | undefined): T | undefined {
  return a === undefined ? b : b === undefined ? a : a > b ? a : b;
}

function lesser(a: bigint | undefined, b: bigint | undefined): bigint | undefined {
  return a === undefined ? b : b === undefined ? a : a < b ? a : b;
}

/** What both allow. The key is `a`'s; the greater minValues wins. */
export function intersection(a: Requirement, b: Requirement): Requirement {
  const gte = greater(a.gte, b.gte);
  const lte = lesser(a.lte, b.lte);
  const minValues = greater(a.minValues, b.minValues);
  if (gte !== undefined && lte !== undefined && gte > lte)
    return { key: a.key, complement: false, values: none, minValues };
  const values = new Set<string>();
  if (a.complement && b.complement) {
    for (const value of a.values) if (withinBounds(value, gte, lte)) values.add(value);
    for (const value of b.values) if (withinBounds(value, gte, lte)) values.add(value);
    return { key: a.key, complement: true, values, gte, lte, minValues };
  }
  const source = a.complement ? b : a;
  const other = a.complement ? a : b;
  for (const value of source.values)
    if (other.values.has(value) !== other.complement && withinBounds(value, gte, lte)) values.add(value);
  return { key: a.key, complement: false, values, minValues };
}

/** Whether an intersection leaves anything; two complements always do unless their bounds contradict. */
export function hasIntersection(a: Requirement, b: Requirement): boolean {
  const gte = greater(a.gte, b.gte);
  const lte = lesser(a.lte, b.lte);
  if (gte !== undefined && lte !== undefined && gte > lte) return false;
  if (a.complement && b.complement) return true;
  const source = a.complement ? b : a;
  const other = a.complement ? a : b;
  for (const value of source.values)
    if (other.values.has(value) !== other.complement && withinBounds(value, gte, lte)) return true;
  return false;
}

/** Whether two requirements on one key can hold together: they share a value, or both are negative. */
export function agree(a: Requirement, b: Requirement): boolean {
  return hasIntersection(a, b) || (isNegative(a) && isNegative(b));
}

/**
 * One value that is allowed, or "". The real program draws; we take the smallest of a list and the lower bound of a range
 * (excluded values are not avoided there either).
 */
export function anyValue(requirement: Requirement): string {
  if (requirement.complement) return String(requirement.gte ?? 0n);
  let smallest = "";
  let first = true;
  for (const value of requirement.values) {
    if (first || value < smallest) smallest = value;
    first = false;
  }
  return smallest;
}

/** As NodeClaim.spec.requirements writes it. Excluded values are lost where there is a bound. */
export function specsOf(requirement: Requirement): RequirementSpec[] {
  const { key, gte, lte } = requirement;
  const flexibility = requirement.minValues === undefined ? {} : { minValues: requirement.minValues };
  const specs: RequirementSpec[] = [];
  if (gte !== undefined) specs.push({ key, operator: "Gte", values: [String(gte)], ...flexibility });
  if (lte !== undefined) specs.push({ key, operator: "Lte", values: [String(lte)], ...flexibility });
  if (specs.length > 0) return specs;
  const operator = operatorOf(requirement);
  if (operator === "Exists" || operator === "DoesNotExist") return [{ key, operator, ...flexibility }];
  return [{ key, operator, values: [...requirement.values].sort(), ...flexibility }];
}

/** Karpenter's own rendering, for error texts. */
export function requirementText(requirement: Requirement): string {
  const operator = operatorOf(requirement);
  let text = `${requirement.key} ${operator}`;
  if (operator === "In" || operator === "NotIn") {
    const values = [...requirement.values].sort();
    const shown = values.length > 5 ? [...values.slice(0, 5), `and ${values.length - 5} others`] : values;
    text += ` [${shown.join(" ")}]`;
  }
  if (requirement.gte !== undefined) text += ` >=${requirement.gte}`;
  if (requirement.lte !== undefined) text += ` <=${requirement.lte}`;
  if (requirement.minValues !== undefined) text += ` minValues ${requirement.minValues}`;
  return text;
}
