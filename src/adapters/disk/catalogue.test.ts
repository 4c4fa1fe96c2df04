import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { defaultRelease, releaseOf } from "../../karpenter/releases.ts";
import { loadCatalogue, tabledReleases } from "./catalogue.ts";

interface Row {
  readonly name?: string;
  readonly limits?: {
    readonly ipv4PerInterface: number;
    readonly trunking: boolean;
    readonly branchInterfaces: number;
  };
  readonly mbps?: number;
}

const vectors = join(import.meta.dirname, "../../../test/vectors");

function recorded(folder: string): readonly Row[] {
  const text = gunzipSync(readFileSync(join(vectors, folder, "catalogue.jsonl.gz"))).toString("utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Row)
    .filter((row) => row.name !== undefined);
}

describe("the catalogue", () => {
  test.each([
    ["1.14.1", ["aws"]],
    ["1.15.2", ["aws", "aws-1.15"]],
    ["1.9.3", ["aws", "aws-1.9"]],
  ])("knows the tables of %s as the program itself does", (version, folders) => {
    const { types } = loadCatalogue(releaseOf(version));
    const rows = new Map(folders.flatMap(recorded).map((row) => [row.name ?? "", row]));
    expect(types.size).toBe(rows.size);
    for (const [name, { limits, mbps }] of rows) {
      const type = types.get(name);
      expect(type?.networkMbps, name).toBe(mbps);
      expect(type?.limits?.ipv4PerInterface, name).toBe(limits?.ipv4PerInterface);
      const branches = limits?.trunking === true ? limits.branchInterfaces : limits && 0;
      expect(type?.limits?.branchInterfaces, name).toBe(branches);
    }
  });

  test("has tables of its own for the default release", () => {
    expect(tabledReleases()).toContain(`v${defaultRelease.version}`);
  });

  test("a release without tables of its own has those of the next one", () => {
    expect(loadCatalogue(releaseOf("1.12.2"))).toBe(loadCatalogue(releaseOf("1.14.1")));
    expect(loadCatalogue(releaseOf("1.0.8"))).toBe(loadCatalogue(releaseOf("1.9.3")));
  });

  test("knows what can run Nitro Enclaves", () => {
    const { types } = loadCatalogue();
    expect(types.get("m5.xlarge")?.info.NitroEnclavesSupport).toBe("supported");
    expect(types.get("t3.large")?.info.NitroEnclavesSupport).toBeUndefined();
  });
});
