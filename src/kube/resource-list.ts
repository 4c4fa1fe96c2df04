import type { ResourceTexts } from "./objects.ts";
import { parseQuantity, type Quantity } from "./quantity.ts";

/** Amounts by resource name. A missing name reads as zero in comparisons and sums, as in Kubernetes. */
export type ResourceList = ReadonlyMap<string, Quantity>;

/** What reading a list of quantities gives. `reason` names the resource and quotes the text. */
export type ParsedResources =
  | { readonly ok: true; readonly value: ResourceList }
  | { readonly ok: false; readonly reason: string };

/** Reads `requests`, `limits`, `capacity` and the like. */
export function parseResources(texts: ResourceTexts | undefined): ParsedResources {
  const value = new Map<string, Quantity>();
  for (const name in texts) {
    const text = texts[name];
    if (text === undefined) continue;
    const parsed = parseQuantity(text);
    if (!parsed.ok) return { ok: false, reason: `${name}: ${parsed.reason}` };
    value.set(name, parsed.value);
  }
  return { ok: true, value };
}

/** Union of names, amounts added. */
export function merge(...lists: readonly ResourceList[]): Map<string, Quantity> {
  const sum = new Map<string, Quantity>();
  for (const list of lists) addInto(sum, list);
  return sum;
}

/** Adds `more` to `sum` in place, for sums over many. */
export function addInto(sum: Map<string, Quantity>, more: ResourceList): void {
  for (const [name, amount] of more) sum.set(name, (sum.get(name) ?? 0n) + amount);
}

/** Only the names of `a`; those of `b` alone are ignored. */
export function subtract(a: ResourceList, b: ResourceList): Map<string, Quantity> {
  return new Map(Array.from(a, ([name, amount]) => [name, amount - (b.get(name) ?? 0n)]));
}

/** Names of both: what only `b` has becomes negative. */
export function subtractFrom(a: ResourceList, b: ResourceList): Map<string, Quantity> {
  const rest = new Map(a);
  for (const [name, amount] of b) rest.set(name, (rest.get(name) ?? 0n) - amount);
  return rest;
}

/** Greatest amount of each name, over the union of names. */
export function max(...lists: readonly ResourceList[]): Map<string, Quantity> {
  const greatest = new Map<string, Quantity>();
  for (const list of lists) {
    for (const [name, amount] of list) {
      const old = greatest.get(name);
      if (old === undefined || amount > old) greatest.set(name, amount);
    }
  }
  return greatest;
}

/** Least amount of each name that every list has. */
export function min(first: ResourceList, ...others: readonly ResourceList[]): Map<string, Quantity> {
  const least = new Map<string, Quantity>();
  for (const [name, amount] of first) {
    const rest = others.map((list) => list.get(name));
    if (rest.includes(undefined)) continue;
    least.set(
      name,
      rest.reduce<Quantity>((a, b) => (b !== undefined && b < a ? b : a), amount),
    );
  }
  return least;
}

/** Whether `wanted` fits into `total`. A negative amount anywhere in `total` lets nothing fit, as in Karpenter. */
export function fits(wanted: ResourceList, total: ResourceList): boolean {
  for (const amount of total.values()) if (amount < 0n) return false;
  for (const [name, amount] of wanted) if (amount > (total.get(name) ?? 0n)) return false;
  return true;
}
