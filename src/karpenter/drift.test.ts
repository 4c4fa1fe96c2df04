import { expect, test } from "vitest";
import { instanceType, readyPool } from "../../test/support/scheduling.ts";
import type { NodeClaim, NodePool } from "./api.ts";
import { type PoolDrift, poolDriftOf } from "./drift.ts";
import { annotationKeys, awsLabels } from "./labels.ts";

const bornAt = "2026-01-05T09:00:00Z";
const types = [instanceType({ name: "small", cpu: "4", memory: "16Gi", price: 0.1 })];

function hashed(hash: string, version = "v3"): Readonly<Record<string, string>> {
  return { [annotationKeys.nodePoolHash]: hash, [annotationKeys.nodePoolHashVersion]: version };
}

function drift(
  wishes: {
    readonly pool?: Readonly<Record<string, string>>;
    readonly claim?: Readonly<Record<string, string>>;
    readonly labels?: Readonly<Record<string, string>>;
    readonly requirements?: NodePool["spec"]["template"]["spec"]["requirements"];
    readonly minutes?: number;
  } = {},
): PoolDrift | undefined {
  const pool = readyPool();
  const { requirements, minutes = 10 } = wishes;
  const spec = { ...pool.spec.template.spec, ...(requirements === undefined ? {} : { requirements }) };
  const claim: NodeClaim = {
    apiVersion: "karpenter.sh/v1",
    kind: "NodeClaim",
    metadata: {
      name: "n1",
      creationTimestamp: bornAt,
      annotations: wishes.claim ?? {},
      labels: {
        "karpenter.sh/nodepool": "general",
        "karpenter.sh/capacity-type": "on-demand",
        "node.kubernetes.io/instance-type": "small",
        "topology.kubernetes.io/zone": "zone-a",
        ...wishes.labels,
      },
    },
    spec: { nodeClassRef: spec.nodeClassRef },
  };
  const wanted: NodePool = {
    ...pool,
    metadata: { ...pool.metadata, annotations: wishes.pool ?? {} },
    spec: { ...pool.spec, template: { ...pool.spec.template, spec } },
  };
  return poolDriftOf(claim, { pool: wanted, types, family: awsLabels, nowMs: Date.parse(bornAt) + minutes * 60_000 });
}

test("hashes of one version are compared, and only where both sides have them", () => {
  expect(drift({ pool: hashed("1"), claim: hashed("1") })).toBeUndefined();
  expect(drift({ pool: hashed("1"), claim: hashed("2") })).toBe("NodePoolDrifted");
  expect(drift({ pool: hashed("1", "v4"), claim: hashed("2") })).toBeUndefined();
  expect(drift({ pool: hashed("1") })).toBeUndefined();
});

test("labels must meet the pool's requirements, also those that are not there", () => {
  const spot = [{ key: "karpenter.sh/capacity-type", operator: "In", values: ["spot"] }];
  expect(drift({ requirements: spot })).toBe("RequirementsDrifted");
  expect(drift({ requirements: [{ key: "kubernetes.io/arch", operator: "In", values: ["amd64"] }] })).toBe(
    "RequirementsDrifted",
  );
});

test("a type that is no longer listed is noticed after an hour", () => {
  const gone = { "node.kubernetes.io/instance-type": "gone" };
  expect(drift({ labels: gone })).toBeUndefined();
  expect(drift({ labels: gone, minutes: 61 })).toBe("InstanceTypeNotFound");
  expect(drift({ labels: { "topology.kubernetes.io/zone": "zone-z" }, minutes: 61 })).toBe("InstanceTypeNotFound");
  expect(drift({ minutes: 61 })).toBeUndefined();
});
