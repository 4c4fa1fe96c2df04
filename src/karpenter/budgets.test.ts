import { expect, test } from "vitest";
import { allowedDisruptions, type Budget, effectiveDisruptions } from "./budgets.ts";

const monday = Date.parse("2026-09-14T10:00:00Z");
const allowed = (budgets: readonly Budget[], nodes = 10) =>
  allowedDisruptions(budgets, { nowMs: monday, nodes, reason: "Empty" }).nodes;

test("a percentage is rounded up, so that small pools can move at all", () => {
  expect(allowed([{ nodes: "5%" }])).toBe(1);
  expect(allowed([{ nodes: "34%" }], 3)).toBe(2);
});

test("the strictest budget that is about the reason decides", () => {
  expect(allowed([{ nodes: "4" }, { nodes: "2", reasons: ["Empty"] }, { nodes: "0", reasons: ["Drifted"] }])).toBe(2);
});

test("a schedule counts while its window is open", () => {
  const atNine = { nodes: "0", schedule: "0 9 * * mon-fri" };
  expect(allowed([{ ...atNine, duration: "2h" }])).toBe(0);
  expect(allowed([{ ...atNine, duration: "30m" }])).toBe(2 ** 31 - 1);
});

test("a day that never comes leaves the budget always active", () => {
  expect(allowed([{ nodes: "1", schedule: "0 0 30 2 *", duration: "1m" }])).toBe(1);
});

test("a schedule that cannot be read closes the pool for every reason", () => {
  const broken = { nodes: "5", schedule: "0 0 * * 7", duration: "1h" };
  expect(effectiveDisruptions([broken, { nodes: "3" }], { nowMs: monday, nodes: 10, reason: "Underutilized" })).toBe(0);
});
