import { expect, test } from "vitest";
import { account, nodeGroup, snapshot } from "../../test/support/builders.ts";
import type { Account } from "../aws/account.ts";
import type { Gap } from "../snapshot/snapshot.ts";
import { type Assessment, assess } from "./assess.ts";
import { factsOf } from "./facts.ts";

const judge = (input: Parameters<typeof snapshot>[0]): Assessment =>
  assess(factsOf(snapshot(input), { autoscalers: [], nodeGroups: [] }));
const without = (key: keyof Account): Account => {
  const { [key]: _, ...rest } = account(nodeGroup());
  return { ...rest, region: "us-east-1" };
};
const reasonFor = (made: Assessment, code: string): string | undefined =>
  made.notChecked.find((one) => (one.codes as readonly string[]).includes(code) && !one.isPartial)?.missing[0]?.detail;

test("a call that was refused is named with what AWS answered", () => {
  const gap: Gap = {
    what: "aws:DescribeSubnets",
    reason: "forbidden",
    detail: "UnauthorizedOperation: ec2:DescribeSubnets",
  };
  const made = judge({ account: without("subnets"), gaps: [gap] });
  expect(reasonFor(made, "DV3010")).toBe("UnauthorizedOperation: ec2:DescribeSubnets");
  expect(made.checked).not.toContain("DV3010");
});

test("an account that was not read at all is one reason for everything that needs it", () => {
  const made = judge({ account: null, gaps: [{ what: "aws", reason: "forbidden", detail: "no credentials" }] });
  expect(reasonFor(made, "DV3001")).toBe("no credentials");
  expect(made.findings.filter((one) => one.code.startsWith("DV3"))).toEqual([]);
});

test("a namespace that may not be read makes the answer partial, not complete", () => {
  const gap: Gap = { what: "pods", reason: "forbidden", detail: "cannot list pods in secret", scope: "secret" };
  const made = judge({ gaps: [gap] });
  const partial = made.notChecked.find((one) => one.isPartial && one.codes.includes("DV1007"));
  expect(partial?.missing[0]).toMatchObject({ scope: "secret", reason: "forbidden" });
  expect(made.checked).toContain("DV1007");
});

test("access entries of a cluster that authenticates by aws-auth alone are not missing", () => {
  const cluster = { accessConfig: { authenticationMode: "CONFIG_MAP" } };
  const made = judge({ account: { ...without("accessEntries"), cluster } });
  expect(reasonFor(made, "DV5007")).toBeUndefined();
});
