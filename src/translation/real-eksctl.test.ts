import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { readEksctl } from "../app/translate/eksctl.ts";
import { translateEksctl } from "../app/translate/translate.ts";

/** Cluster files as eksctl's own project publishes them; not part of this repository. */
const shared = process.env["DOVETAIL_SHARED"] ?? resolve(import.meta.dirname, "../../../shared");
const folder = join(shared, "data", "real", "eksctl");
const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".yaml")) : [];
if (files.length === 0)
  process.stderr.write(`\n*** SKIPPED: no eksctl examples in ${folder} (DOVETAIL_SHARED names their folder) ***\n\n`);

/** Groups whose instance types only their launch template knows. */
const refused: Readonly<Record<string, readonly string[]>> = {
  "15-managed-nodes.yaml": ["custom-launch-template"],
  "22-managed-nodes-launch-template.yaml": ["launch-template-ng"],
};

describe.skipIf(files.length === 0)("eksctl's examples", () => {
  test.each(files.length === 0 ? ["absent"] : files)("%s", (file) => {
    const cluster = readEksctl(file, readFileSync(join(folder, file), "utf8"));
    expect(cluster.nodeGroups.length).toBeGreaterThan(0);
    for (const target of ["v1", "v1beta1"] as const) {
      const result = translateEksctl(cluster, { target });
      expect(result.refused.map((item) => item.nodeGroup)).toEqual(refused[file] ?? []);
      expect(result.findings.filter((finding) => finding.code === "DV2031")).toEqual([]);
      const unknown = result.groups.flatMap((group) =>
        group.fates.filter((fate) => fate.fate === "lost" && fate.why === "this field is not known to Dovetail"),
      );
      expect(unknown).toEqual([]);
    }
  });
});
