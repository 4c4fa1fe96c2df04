import { describe, expect, test } from "vitest";
import { releaseOf } from "../../karpenter/releases.ts";
import {
  controllerPolicies,
  eventRules,
  managedPolicyLimit,
  nodeManagedPolicies,
  policySize,
  queuePolicy,
} from "./policies.ts";

const values = (cluster: string) => ({
  partition: "aws",
  region: "ap-southeast-2",
  account: "111122223333",
  cluster,
  dnsSuffix: "amazonaws.com",
  nodeRoleArn: "arn:aws:iam::111122223333:role/teams/nodes",
  queueArn: `arn:aws:sqs:ap-southeast-2:111122223333:${cluster}`,
});

const versions = ["1.14.1", "0.37.8", "0.32.10", "0.16.3"];

describe("the controller's policies", () => {
  test.each(versions)("of %s fit IAM's limit for the longest cluster name, with nothing left to fill in", (version) => {
    const release = releaseOf(version);
    expect(release).toBeDefined();
    if (release === undefined) return;
    const policies = controllerPolicies(release, values("c".repeat(100)));
    for (const policy of policies) {
      expect(policySize(policy.document), policy.name).toBeLessThanOrEqual(managedPolicyLimit);
      expect(JSON.stringify(policy.document)).not.toMatch(/\{[a-z]\w*\}/i);
    }
    // A role takes ten managed policies.
    expect(policies.length).toBeLessThanOrEqual(10);
  });

  test("are split as upstream splits them", () => {
    const release = releaseOf("1.14.1");
    if (release === undefined) return;
    expect(controllerPolicies(release, values("shop")).map((policy) => policy.name)).toEqual([
      "NodeLifecyclePolicy",
      "IAMIntegrationPolicy",
      "EKSIntegrationPolicy",
      "InterruptionPolicy",
      "ZonalShiftPolicy",
      "ResourceDiscoveryPolicy",
    ]);
  });

  test.each(["0.16.3", "0.32.10", "1.14.1"])("of %s pass the node role that is used, whatever its name", (version) => {
    const release = releaseOf(version);
    if (release === undefined) return;
    const text = JSON.stringify(controllerPolicies(release, values("shop")));
    expect(text).toContain("arn:aws:iam::111122223333:role/teams/nodes");
    expect(text).not.toContain("KarpenterNodeRole-shop");
  });

  test("split by themselves where a long name would exceed the limit, keeping every statement", () => {
    const release = releaseOf("0.37.8");
    if (release === undefined) return;
    const short = controllerPolicies(release, values("shop"));
    const long = controllerPolicies(release, values("c".repeat(100)));
    const count = (policies: typeof short): number =>
      policies.reduce(
        (sum, one) => sum + (Array.isArray(one.document["Statement"]) ? one.document["Statement"].length : 0),
        0,
      );
    expect(short.length).toBe(1);
    expect(long.length).toBeGreaterThan(1);
    expect(count(long)).toBe(count(short));
  });
});

test.each([
  ["1.14.1", 5],
  ["0.37.8", 4],
  ["0.16.3", 0],
])("%s listens to %i kinds of events", (version, rules) => {
  const release = releaseOf(version);
  if (release === undefined) throw new Error(version);
  expect(eventRules(release).length).toBe(rules);
  expect(queuePolicy(release, values("shop")) === undefined).toBe(rules === 0);
});

test("a node of a China region gets that partition's policies", () => {
  const release = releaseOf("1.14.1");
  if (release === undefined) throw new Error("1.14.1");
  expect(nodeManagedPolicies(release, "aws-cn")[0]).toMatch(/^arn:aws-cn:iam::aws:policy\//);
});
