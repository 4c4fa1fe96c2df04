import { judge } from "../../../test/support/rule-cases/judge.ts";
import { expect, test } from "vitest";
import { openSandbox, silentHost } from "../../adapters/sandbox/open.ts";
import { readSnapshot } from "../../app/read/read.ts";
import { type Assessment } from "../assess.ts";

async function assessed(name: string): Promise<Assessment> {
  const { world } = await openSandbox({ name });
  const snapshot = await readSnapshot({ ...world, host: silentHost() }, { source: { kind: "sandbox", name } });
  return judge(snapshot);
}

test("the clean sample cluster has no errors, and everything could be checked", async () => {
  const { findings, notChecked } = await assessed("clean");
  expect(findings.filter((one) => one.severity === "error").map((one) => one.message)).toEqual([]);
  expect(notChecked.filter((one) => !one.isPartial)).toEqual([]);
});

test("every trap of the traps cluster is found, once, by name", async () => {
  const { findings } = await assessed("traps");
  const errors = findings.filter((one) => one.severity === "error");
  expect(errors.map((one) => one.code)).toEqual(["DV1001", "DV1002", "DV1007", "DV1008", "DV1011", "DV3004"]);
  expect(findings.map((one) => one.code)).toContain("DV1020");
});
