import { expect, test } from "vitest";
import { flagNames } from "../autoscaler/flags/table.ts";
import { flagRule } from "./flag-rules.ts";

test.each(flagNames)("--%s has a rule", (flag) => {
  expect(flagRule(flag, "x")).toBeDefined();
});

test("a flag that no release has has none", () => {
  expect(flagRule("made-up", "1")).toBeUndefined();
});

test.each([
  ["scale-down-enabled", "F", "changed"],
  ["scale-down-enabled", "1", "kept"],
  ["new-pod-scale-up-delay", "0", "lost"],
  ["new-pod-scale-up-delay", "30s", "changed"],
  ["skip-nodes-with-local-storage", "False", "lost"],
])("--%s=%s is read as Go reads it: %s", (flag, value, fate) => {
  expect(flagRule(flag, value)?.fate).toBe(fate);
});
