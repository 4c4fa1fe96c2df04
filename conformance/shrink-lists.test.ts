import { expect, test } from "vitest";
import { type Part, type Progress, shrinkLists, type Shrinking } from "./shrink-lists.ts";

interface Lists {
  readonly pods: readonly string[];
  readonly pools: readonly string[];
}

const names = (prefix: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, at) => `${prefix}${at}`);
const whole: Lists = { pods: names("p", 128), pools: names("pool", 4) };

const parts = (value: Lists): readonly Part<Lists>[] => [
  { name: "pods", items: value.pods, replaced: (items) => ({ ...value, pods: items as readonly string[] }) },
  { name: "pools", items: value.pools, replaced: (items) => ({ ...value, pools: items as readonly string[] }) },
];

/** Fails while two certain pods and one certain pool are there. */
const needed = ({ pods, pools }: Lists): string | undefined =>
  pods.includes("p17") && pods.includes("p93") && pools.includes("pool2") ? `${pods.length} pods fail` : undefined;

function shrunk(wish: Partial<Shrinking<Lists, string>> = {}) {
  return shrinkLists(whole, "it fails", { parts, failure: needed, maxAttempts: 400, ...wish });
}

test("two pods of 128 are found in a few dozen attempts, not in hundreds", () => {
  const found = shrunk();
  expect(found.value).toEqual({ pods: ["p17", "p93"], pools: ["pool2"] });
  expect(found.failure).toBe("2 pods fail");
  expect(found.isMinimal).toBe(true);
  expect(found.attempts).toBeLessThan(50);
});

test("a list that does not matter goes at once", () => {
  const found = shrunk({ failure: ({ pools }) => (pools.includes("pool2") ? "still" : undefined) });
  expect(found.value).toEqual({ pods: [], pools: ["pool2"] });
  expect(found.attempts).toBeLessThan(12);
});

test("at the bound it stops with something that still fails, and says that it might be smaller", () => {
  const found = shrunk({ maxAttempts: 5 });
  expect(found.attempts).toBe(5);
  expect(found.isMinimal).toBe(false);
  expect(needed(found.value)).toBeDefined();
  expect(found.value.pods.length).toBeLessThan(128);
});

test("what cannot be smaller is left as it is", () => {
  const found = shrunk({
    failure: (value) => (value.pods.length === 128 && value.pools.length === 4 ? "all" : undefined),
  });
  expect(found.value).toBe(whole);
  expect(found.isMinimal).toBe(true);
});

test("a list that may not become empty keeps an item", () => {
  const only = (value: Lists): readonly Part<Lists>[] => parts(value).map((part) => ({ ...part, atLeast: 1 }));
  const found = shrunk({ parts: only, failure: () => "whatever" });
  expect([found.value.pods.length, found.value.pools.length]).toEqual([1, 1]);
});

test("every attempt is told, with what came of it", () => {
  const told: Progress[] = [];
  const found = shrunk({ tell: (progress) => told.push(progress) });
  expect(told.map(({ attempts }) => attempts)).toEqual(Array.from({ length: found.attempts }, (_, at) => at + 1));
  expect(told.filter(({ isKept, name }) => isKept && name === "pods").at(-1)?.to).toBe(2);
});
