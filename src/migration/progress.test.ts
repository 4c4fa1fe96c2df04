import { expect, test } from "vitest";
import type { JournalEntry, JournalEvent } from "./journal.ts";
import { areGatesOpen, progressOf } from "./progress.ts";
import { type Step } from "./step.ts";
import type { Stage } from "./plan.ts";
import { migrationPlanOf, podsGateOf, someStep } from "../../test/support/plans.ts";

const step = (id: string): Step => someStep(id);
const gate = podsGateOf();
const first: Stage = { id: "one", title: "one", steps: [step("a"), step("b")], gates: [gate] };
const second: Stage = { id: "two", title: "two", steps: [step("c")], gates: [] };
const plan = migrationPlanOf([first, second]);

function journal(...events: readonly JournalEvent[]): readonly JournalEntry[] {
  return events.map((event, i) => ({ seq: i + 1, at: `2026-11-25T10:0${i}:00Z`, planId: "p", by: "anna", ...event }));
}
const did = (id: string): readonly JournalEvent[] => [
  { type: "intent", step: id, before: null },
  { type: "done", step: id, after: null },
];
const asked = (isOpen: boolean): JournalEvent => ({
  type: "gate",
  stage: "one",
  isOpen,
  detail: { kind: "pods", title: gate.title, reasons: isOpen ? [] : ["Deployment/shop/cart: 1 not ready"] },
});
const states = (entries: readonly JournalEntry[]): readonly string[] =>
  progressOf(plan, entries).stages.map((stage) => stage.state);

test.each<[string, readonly JournalEntry[], readonly string[], number | undefined]>([
  ["nothing done", journal(), ["next", "next"], 0],
  ["a step done", journal(...did("a")), ["now", "next"], 0],
  ["a step cut short", journal({ type: "intent", step: "a", before: null }), ["now", "next"], 0],
  [
    "a step failed",
    journal({ type: "intent", step: "a", before: null }, { type: "failed", step: "a", code: "x", message: "broke" }),
    ["failed", "next"],
    0,
  ],
  ["all steps done, gate not asked", journal(...did("a"), ...did("b")), ["now", "next"], 0],
  ["gate closed", journal(...did("a"), ...did("b"), asked(false)), ["gate", "next"], 0],
  ["gate open at last", journal(...did("a"), ...did("b"), asked(false), asked(true)), ["done", "next"], 1],
  ["all done", journal(...did("a"), ...did("b"), asked(true), ...did("c")), ["done", "done"], undefined],
  [
    "the last stage undone",
    journal(...did("a"), ...did("b"), asked(true), ...did("c"), { type: "undone", step: "c" }),
    ["done", "undone"],
    1,
  ],
])("%s", (_name, entries, expected, current) => {
  expect(states(entries)).toEqual(expected);
  expect(progressOf(plan, entries).current).toBe(current);
});

test("a gate must be asked again when a step of its stage was undone", () => {
  const open = journal(...did("a"), ...did("b"), asked(true));
  expect(areGatesOpen(first, "p", open)).toBe(true);
  const undone = journal(...did("a"), ...did("b"), asked(true), { type: "undone", step: "b" }, ...did("b"));
  expect(areGatesOpen(first, "p", undone)).toBe(false);
});

test("what holds a gate closed, a pause and the last failure are told", () => {
  expect(progressOf(plan, journal(...did("a"), ...did("b"), asked(false))).stages[0]?.closed).toEqual([
    "Deployment/shop/cart: 1 not ready",
  ]);
  expect(progressOf(plan, journal({ type: "paused" })).isPaused).toBe(true);
  expect(progressOf(plan, journal({ type: "paused" }, { type: "resumed" })).isPaused).toBe(false);
  const failed = journal({ type: "failed", step: "a", code: "x", message: "broke" });
  expect(progressOf(plan, failed).failure?.message).toBe("broke");
});
