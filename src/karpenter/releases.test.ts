import { describe, expect, test } from "vitest";
import { releaseOf, supportsKubernetes } from "./releases.ts";

describe("releases", () => {
  test.each([
    ["1.14.1", "v1", "1.26", "1.36"],
    ["v1.14.0", "v1", "1.26", "1.36"],
    ["1.5.2", "v1", "1.26", "1.33"],
    ["1.12.2", "v1", "1.26", "1.35"],
    ["1.15", "v1", "1.26", "1.37"],
    ["0.37.8", "v1beta1", "1.23", "1.30"],
    ["0.32.10", "v1beta1", "1.23", "1.28"],
    ["0.16.3", "v1alpha5", "1.19", "1.22"],
  ])("%s speaks %s and runs on Kubernetes %s to %s", (version, line, min, max) => {
    const release = releaseOf(version);
    expect(release).toMatchObject({ line, kubernetes: { min, max } });
    if (release === undefined) return;
    expect(supportsKubernetes(release, min)).toBe(true);
    expect(supportsKubernetes(release, max)).toBe(true);
    expect(supportsKubernetes(release, "1.40")).toBe(false);
  });

  test.each(["", "1", "latest", "1.99.0", "0.20.0", "2.0.0", "1.14.1-rc1"])("%s is unknown", (version) =>
    expect(releaseOf(version)).toBeUndefined(),
  );
});
