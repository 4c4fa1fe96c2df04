import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import type { LabelSelector, Labels, Pod, QuantityText, ResourceTexts, Taint, Toleration } from "./objects.ts";
import { podRequests } from "./pod-requests.ts";
import { ceilToMilli, ceilToUnit, formatDecimal, parseQuantity } from "./quantity.ts";
import { fits, max, merge, min, parseResources, type ResourceList, subtract, subtractFrom } from "./resource-list.ts";
import { compileSelector } from "./selector.ts";
import { untolerated } from "./taint.ts";

// Recorded from Kubernetes' and Karpenter's own code.
const rows = gunzipSync(readFileSync("test/vectors/karpenter/algebra.jsonl.gz"))
  .toString()
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as { table: string; n: number; in: never; out: never });

function table<In, Out>(name: string): [string, In, Out][] {
  const found = rows.filter((row) => row.table === name);
  expect(found.length).toBeGreaterThan(30);
  return found.map((row) => [`${name} ${row.n}`, row.in, row.out]);
}

const int64 = 1n << 63n;
const isExact = (n: string): boolean => BigInt(n) < int64 / 1000n && BigInt(n) > -int64 / 1000n;

test("quantities are read and rounded as Kubernetes reads and rounds them", () => {
  type Out = { error?: true; decimal: string; milli: string; value: string };
  for (const [name, text, out] of table<QuantityText, Out>("quantity.parse")) {
    const parsed = parseQuantity(text);
    expect(parsed.ok, name).toBe(out.error !== true);
    if (!parsed.ok) continue;
    expect(formatDecimal(parsed.value), name).toBe(out.decimal);
    // Beyond 64 bits, and for a few negative fractions, Go's own integers go astray; ours do not.
    if (!isExact(String(parsed.value / 1_000_000_000n)) || (parsed.value < 0n && Number(out.value) > 0)) continue;
    expect(String(ceilToMilli(parsed.value)), name).toBe(out.milli);
    expect(String(ceilToUnit(parsed.value)), name).toBe(out.value);
  }
});

function resources(texts: ResourceTexts): ResourceList {
  const parsed = parseResources(texts);
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.value;
}

function plain(list: ResourceList): Record<string, string> {
  return Object.fromEntries(Array.from(list, ([name, amount]) => [name, formatDecimal(amount)]));
}

test("resource lists are merged, compared and subtracted as Karpenter does it", () => {
  type Out = Record<"max" | "merge" | "min" | "subtract" | "subtractFrom", Record<string, string> | undefined> & {
    fits: boolean;
  };
  for (const [name, given, out] of table<{ a: ResourceTexts; b: ResourceTexts }, Out>("resources.ops")) {
    const [a, b] = [resources(given.a), resources(given.b)];
    expect(fits(a, b), name).toBe(out.fits);
    expect(plain(max(a, b)), name).toEqual(out.max ?? {});
    expect(plain(min(a, b)), name).toEqual(out.min ?? {});
    expect(plain(merge(a, b)), name).toEqual(out.merge ?? {});
    expect(plain(subtract(a, b)), name).toEqual(out.subtract ?? {});
    expect(plain(subtractFrom(a, b)), name).toEqual(out.subtractFrom ?? {});
  }
});

test("label selectors match as the API machinery matches them", () => {
  type In = { selector?: LabelSelector; labels?: Labels };
  for (const [name, given, out] of table<In, { match?: boolean; error?: true }>("labels.match")) {
    const compiled = compileSelector(given.selector);
    expect(compiled.ok, name).toBe(out.error !== true);
    if (compiled.ok) expect(compiled.matches(given.labels), name).toBe(out.match);
  }
});

test("taints are tolerated as Karpenter tolerates them", () => {
  for (const [name, given, out] of table<{ taints?: Taint[]; tolerations?: Toleration[] }, boolean>(
    "taints.tolerated",
  )) {
    expect(untolerated(given.taints, given.tolerations, true) === undefined, name).toBe(out);
  }
});

test("a pod requests what the scheduler counts for it", () => {
  for (const [name, given, out] of table<Pick<Pod, "spec" | "status">, Record<string, string>>("pod.requests")) {
    const parsed = podRequests({ apiVersion: "v1", kind: "Pod", metadata: { name: "p" }, ...given });
    if (!parsed.ok) throw new Error(`${name}: ${parsed.reason}`);
    expect(plain(parsed.value), name).toEqual(out);
  }
});
