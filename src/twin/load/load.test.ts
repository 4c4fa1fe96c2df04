import { expect, test } from "vitest";
import { changesAfterMs, wantedReplicas } from "./scale.ts";

const day = 86_400_000;
const swing = { share: 0.3, periodMs: day, originMs: 0, scales: "autoscaled" } as const;

test("within the tolerance nothing is scaled, beyond it the load decides, and the bounds hold", () => {
  const of = { base: 10, min: 5, max: 12 };
  expect(wantedReplicas(of, 10, swing, 0)).toBe(10);
  // A quarter of the day later the load is 30 % higher: 13 are wanted, 12 allowed.
  expect(wantedReplicas(of, 10, swing, day / 4)).toBe(12);
  expect(wantedReplicas({ ...of, max: 20 }, 10, swing, day / 4)).toBe(13);
  expect(wantedReplicas(of, 12, swing, (3 * day) / 4)).toBe(8);
  expect(wantedReplicas({ ...of, min: 9 }, 12, swing, (3 * day) / 4)).toBe(9);
});

test("it grows by at most the double or four at once, and shrinks to the most of the last five minutes", () => {
  const wide = { base: 100, min: 1, max: 1000 };
  expect(wantedReplicas(wide, 3, swing, 0)).toBe(7);
  expect(wantedReplicas(wide, 20, swing, 0)).toBe(40);
  const quick = { ...swing, periodMs: 3_600_000 };
  const at = 1_800_000;
  // Falling: five minutes ago the load was higher than now.
  expect(wantedReplicas(wide, 130, quick, at)).toBeGreaterThan(Math.ceil(100));
});

test("the next change is found without looking at every sync in between", () => {
  const of = { base: 10, min: 1, max: 20 };
  const ms = changesAfterMs(of, 10, swing, 0) ?? 0;
  expect(wantedReplicas(of, 10, swing, ms)).not.toBe(10);
  expect(wantedReplicas(of, 10, swing, ms - 15_000)).toBe(10);
  expect(changesAfterMs({ base: 1, min: 1, max: 1 }, 1, swing, 0)).toBeUndefined();
});
