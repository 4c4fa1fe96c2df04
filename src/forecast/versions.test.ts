import { describe, expect, test } from "vitest";
import { behaviourChanges, behaviourWords } from "../karpenter/behaviour-changes.ts";
import { behaviourIds } from "../karpenter/behaviours.ts";
import { releaseOf } from "../karpenter/releases.ts";
import type { NodeClaim } from "../karpenter/api.ts";
import { driftBetween, type HashVersions } from "../karpenter/upgrade-drift.ts";

function release(version: string): HashVersions {
  const found = releaseOf(version);
  if (found === undefined) throw new Error(version);
  return { nodePool: found.behaviour.nodePoolHash, nodeClass: found.behaviour.nodeClassHash };
}

function claim(name: string, hashVersion: string, drifted?: boolean): NodeClaim {
  return {
    apiVersion: "karpenter.sh/v1",
    kind: "NodeClaim",
    metadata: {
      name,
      annotations: {
        "karpenter.k8s.aws/ec2nodeclass-hash-version": hashVersion,
        "karpenter.sh/nodepool-hash-version": "v3",
      },
    },
    spec: { nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" }, requirements: [] },
    ...(drifted === true ? { status: { conditions: [{ type: "Drifted", status: "True" }] } } : {}),
  };
}

describe("an upgrade", () => {
  test("writes hashes of another version anew, and replaces only what had drifted before", () => {
    const claims = [claim("a", "v4"), claim("b", "v4", true), claim("c", "v6")];
    expect(driftBetween(release("1.9"), release("1.15"), claims)).toEqual({
      nodePoolHash: { from: "v3", to: "v3" },
      nodeClassHash: { from: "v4", to: "v6" },
      nodeClaims: 3,
      rewritten: ["a"],
      drifted: ["b"],
    });
  });

  test("within one minor writes nothing anew", () => {
    const found = driftBetween(release("1.15.0"), release("1.15.2"), [claim("a", "v6")]);
    expect(found.rewritten).toEqual([]);
    expect(behaviourChanges("1.15", "1.15")).toEqual([]);
  });

  test("of NodeClaims that were not read is unknown", () => {
    expect(driftBetween(release("1.9"), release("1.15"), undefined).nodeClaims).toBeUndefined();
  });
});

describe("differences of releases", () => {
  test("have words, one number each, and a value on both sides", () => {
    const ids = behaviourIds().map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(Object.keys(behaviourWords).toSorted()).toEqual(
      behaviourIds()
        .map(({ key }) => key)
        .toSorted(),
    );
    for (const { from, to } of behaviourChanges("1.9", "1.15")) expect([from, to]).not.toContain("");
  });

  test("between 1.9 and 1.15 name the ones that most clusters feel", () => {
    const changes = new Map(behaviourChanges("1.9", "1.15").map((one) => [one.id, one]));
    expect(changes.get("S1")).toMatchObject({ from: "by-pool", to: "by-type", isReadOnly: false });
    expect(changes.get("D1")).toMatchObject({ from: "cost", to: "savings" });
    expect(changes.get("A1")).toMatchObject({ from: "v4", to: "v6" });
  });
});
