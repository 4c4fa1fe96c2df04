import { describe, expect, test } from "vitest";
import { behaviourOf, compared, fidelityOf, minors } from "./behaviours.ts";
import { defaultRelease, nearReleases, releaseOf } from "./releases.ts";

describe("how a release decides", () => {
  test("every minor release decides somehow, and a release without a difference decides as the one before", () => {
    for (const minor of minors) expect(Object.values(behaviourOf(minor))).not.toContain(undefined);
    expect(behaviourOf("1.8")).toMatchObject({
      hostPorts: "by-pool",
      daemonOverhead: "by-pool",
      nodeLimit: "exceeded",
    });
    expect(behaviourOf("1.12")).toMatchObject({
      podDoNotDisrupt: "duration",
      hostPorts: "by-pool",
      hasZonalShift: true,
    });
  });

  test("patches of a minor share what is decided, so that engines find again what they remember", () => {
    expect(releaseOf("1.15.0")?.behaviour).toBe(releaseOf("1.15.2")?.behaviour);
    expect(releaseOf("1.15")?.behaviour).toBe(behaviourOf("1.15"));
  });

  test("a release that was run is known from its source only where nothing of it was seen", () => {
    for (const minor of compared) {
      const { isCompared, readOnly, behaviours } = fidelityOf(minor);
      expect(isCompared).toBe(true);
      expect(readOnly.length).toBeLessThan(behaviours / 4);
    }
  });

  test("a release between two that were run is seen where both decide alike", () => {
    const { isCompared, readOnly } = fidelityOf("1.12");
    expect(isCompared).toBe(false);
    // 1.9 and 1.14 shed host ports otherwise; both know no default spread.
    expect(readOnly).toContain("S2");
    expect(readOnly).not.toContain("S13");
  });

  test("nothing of the oldest release was seen", () => {
    const { readOnly, behaviours } = fidelityOf("1.0");
    expect(readOnly).toHaveLength(behaviours);
  });

  test.each([
    ["1.16.0", ["1.15.2", "1.14.3", "1.13.1"]],
    ["1.3.99", ["1.3.8"]],
    ["0.20.0", ["0.16.3"]],
    ["latest", [defaultRelease.version]],
  ])("near to %s are %s", (text, expected) => {
    expect(nearReleases(text).slice(0, expected.length)).toEqual(expected);
  });
});
