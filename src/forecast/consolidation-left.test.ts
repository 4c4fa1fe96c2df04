import { expect, test } from "vitest";
import { managedNode } from "../../test/support/disruption.ts";
import { nodePool } from "../../test/support/simulation.ts";
import type { NodeClaim } from "../karpenter/api.ts";
import { leftBecause } from "./consolidation-left.ts";

const { claim } = managedNode({ name: "n" }, []);
const reasonFor = (change: Partial<NodeClaim>) => leftBecause([{ ...claim, ...change }], [nodePool([])], [])[0]?.reason;

test("a node that no method could take says what holds it", () => {
  expect(reasonFor({})).toContain("do-not-disrupt");
  const deletionTimestamp = "2026-08-01T11:59:00Z";
  expect(reasonFor({ metadata: { ...claim.metadata, deletionTimestamp } })).toContain("already going");
  expect(reasonFor({ status: { ...claim.status, conditions: [] } })).toContain("not initialized");
  const labels = { "karpenter.sh/nodepool": "other" };
  expect(reasonFor({ metadata: { ...claim.metadata, labels } })).toContain("--nodepools cluster");
});
