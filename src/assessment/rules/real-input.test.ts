import { judge } from "../../../test/support/rule-cases/judge.ts";
/** Manifests as real projects publish them, read from `$DOVETAIL_SHARED/data/real` or the folder `shared` beside the repository. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { diskReader } from "../../adapters/disk/source.ts";
import { silentHost } from "../../adapters/sandbox/open.ts";
import { type Assessment } from "../assess.ts";

const folder = join(process.env["DOVETAIL_SHARED"] ?? resolve(import.meta.dirname, "../../../../shared"), "data/real");
const isHere = existsSync(folder);
if (!isHere) process.stderr.write(`NOT RUN: real manifests are not at ${folder} (set DOVETAIL_SHARED)\n`);

async function assessed(name: string): Promise<Assessment> {
  const reader = diskReader({ path: join(folder, name), stdin: Readable.from([]), nowMs: 0 });
  const snapshot = await reader.read(silentHost());
  return judge(snapshot);
}

test.skipIf(!isHere)(
  "online-boutique: twelve single replicas and no Cluster Autoscaler, and nothing that is not there",
  async () => {
    const { findings, notChecked } = await assessed("online-boutique.yaml");
    expect(findings.filter((one) => one.code === "DV1009")).toHaveLength(12);
    expect(new Set(findings.map((one) => one.code))).toEqual(new Set(["DV1009", "DV4011"]));
    expect(notChecked.flatMap((one) => one.codes)).toContain("DV3001");
  },
);

test.skipIf(!isHere)("kube-prometheus: budgets of pods that an operator makes are not called idle", async () => {
  const { findings, notChecked } = await assessed("kube-prometheus");
  expect(findings.filter((one) => one.severity === "error")).toEqual([]);
  expect(findings.map((one) => one.code)).not.toContain("DV1040");
  expect(notChecked.find((one) => one.codes.includes("DV1040"))?.missing[0]?.detail).toBe(
    "pods were imagined from templates",
  );
});

test.skipIf(!isHere)("aws-vpc-cni: a DaemonSet without a memory request", async () => {
  const { findings } = await assessed("aws-vpc-cni.yaml");
  expect(findings.map((one) => [one.code, one.subject])).toEqual([["DV1043", "DaemonSet/kube-system/aws-node"]]);
});
