import { expect, test } from "vitest";
import type { Container } from "../../kube/objects.ts";
import { atLeast } from "../version.ts";
import { defaultOf, isKnownTo } from "./facts.ts";
import { parseFlagValue } from "./go-values.ts";
import { flagProblems } from "./problems.ts";
import { flagsOf } from "./read.ts";
import { scaleDownParallelism, setting } from "./settings.ts";
import { flagNames, flagTable } from "./table.ts";

const given = (...args: readonly string[]) => flagsOf({ name: "ca", args } satisfies Container);

test.each([
  ["1.31.4", "1.31.5 1.32.3 1.33.1", false],
  ["1.31.5", "1.31.5 1.32.3 1.33.1", true],
  ["1.32.2", "1.31.5 1.32.3 1.33.1", false],
  ["1.34.0", "1.31.5 1.32.3 1.33.1", true],
  ["1.33", "1.33", true],
  ["v1.32.5", "1.33", false],
  ["1.36.1-custom", "1.36", true],
  ["2.0.0", "1.36", true],
])("%s has what came with %s: %s", (release, since, expected) => {
  expect(atLeast(release, since)).toBe(expected);
});

test.each([
  ["bool", "T", true],
  ["bool", "0", false],
  ["bool", "yes", undefined],
  ["int", "0x10", 16],
  ["int", "010", 8],
  ["int", "1_000", 1000],
  ["int", "-10", -10],
  ["int", "1.5", undefined],
  ["float", "5e-1", 0.5],
  ["float", "half", undefined],
  ["duration", "1h30m", 5_400_000],
  ["duration", "0", 0],
  ["duration", "1.5s", 1500],
  ["duration", "10", undefined],
  ["duration", "-5s", -5000],
  ["text", "anything", "anything"],
] as const)("a %s reads %s as Go does: %s", (type, text, expected) => {
  expect(parseFlagValue(type, text)).toBe(expected);
});

test("every default can be read as its flag's type", () => {
  for (const name of flagNames) {
    const facts = flagTable[name as keyof typeof flagTable];
    for (const release of ["1.24.0", "1.27.1", "1.33.0", "1.35.0", "1.36.1"]) {
      expect(parseFlagValue(facts.type, defaultOf(facts, release)), name).toBeDefined();
    }
  }
});

test("a bare boolean leaves the next word alone, any other flag takes it", () => {
  const flags = given("--force-ds", "false", "--cluster-name", "--v=4", "-v4", "-v", "2", "--", "--expander=random");
  expect(Object.fromEntries(flags)).toEqual({ "force-ds": ["true"], "cluster-name": ["--v=4"], v: ["4", "2"] });
});

test("defaults follow the release, what was given wins, what cannot be read or is not known does not count", () => {
  const none = given();
  expect(setting(none, "expander", "1.32.5")).toBe("random");
  expect(setting(none, "expander", undefined)).toBe("least-waste");
  expect(setting(none, "cordon-node-before-terminating", "1.33.3")).toBe(false);
  expect(setting(none, "cordon-node-before-terminating", "1.34.0")).toBe(true);
  expect(setting(none, "scale-down-simulation-timeout", "1.26.2")).toBe(300_000);
  const some = given("--scale-down-unneeded-time=1m", "--scale-down-unneeded-time=2m", "--max-pod-eviction-time=x");
  expect(setting(some, "scale-down-unneeded-time", "1.36.1")).toBe(120_000);
  expect(setting(some, "max-pod-eviction-time", "1.36.1")).toBe(120_000);
  expect(setting(given("--max-node-startup-time=1m"), "max-node-startup-time", "1.34.0")).toBe(900_000);
  expect(setting(given("--startup-taint=a", "--startup-taint=b"), "startup-taint", "1.30.0")).toEqual(["a", "b"]);
  expect(setting(given("--bypassed-scheduler-names=a,b"), "bypassed-scheduler-names", "1.30.0")).toEqual(["a", "b"]);
});

test("the old name of the parallelism counts while it exists and nobody gives the new one", () => {
  expect(scaleDownParallelism(given("--max-empty-bulk-delete=3"), "1.30.0")).toBe(3);
  expect(scaleDownParallelism(given("--max-empty-bulk-delete=3", "--max-scale-down-parallelism=4"), "1.30.0")).toBe(4);
  expect(scaleDownParallelism(given("--max-empty-bulk-delete=3"), "1.33.0")).toBe(10);
  expect(scaleDownParallelism(given("--max-empty-bulk-delete=3"), "1.24.0")).toBe(3);
});

test("what the release would not start with is told, with the nearest name", () => {
  const flags = given("--scale-down-uneeded-time=5m", "--parallel-drain", "--salvo-scale-up", "--max-nodes-total=ten");
  expect(flagProblems(flags, "1.34.0")).toEqual([
    { kind: "unreadable", flag: "max-nodes-total", value: "ten", type: "a whole number" },
    { kind: "other-release", flag: "parallel-drain", since: "1.26", until: "1.32", instead: undefined },
    { kind: "other-release", flag: "salvo-scale-up", since: "1.36", until: undefined, instead: undefined },
    { kind: "unknown", flag: "scale-down-uneeded-time", near: "scale-down-unneeded-time" },
  ]);
  expect(flagProblems(flags, undefined).map((one) => one.kind)).toEqual(["unreadable", "unknown"]);
});

test("a flag that came as a patch of several lines is known from each line's own patch", () => {
  const facts = flagTable["force-delete-failed-nodes"];
  expect(["1.31.4", "1.31.5", "1.32.0", "1.33.1", "1.36.1"].map((one) => isKnownTo(facts, one))).toEqual([
    false,
    true,
    false,
    true,
    true,
  ]);
});
