import { describe, expect, test } from "vitest";
import { hold, holdPatch, isHeld, type Pool, recordOf, release, releasePatch } from "./hold.ts";

const nodePool = (spec: object): Pool => ({
  apiVersion: "karpenter.sh/v1",
  kind: "NodePool",
  metadata: { name: "workers" },
  spec,
});
const provisioner = (spec: object): Pool => ({
  apiVersion: "karpenter.sh/v1alpha5",
  kind: "Provisioner",
  metadata: { name: "workers" },
  spec,
});

const pools: [string, Pool][] = [
  ["without limits and disruption", nodePool({ template: {} })],
  ["with a memory limit", nodePool({ limits: { memory: "10Gi" }, disruption: { consolidateAfter: "10m" } })],
  ["with budgets", nodePool({ limits: { cpu: "64" }, disruption: { budgets: [{ nodes: "1" }] } })],
  ["a Provisioner", provisioner({ consolidation: { enabled: true }, limits: { resources: { cpu: "10" } } })],
  ["a Provisioner without limits", provisioner({ ttlSecondsAfterEmpty: 30 })],
];

describe("holding pools", () => {
  test("a held NodePool may neither launch nor disrupt a node", () => {
    const held = hold(nodePool({ limits: { memory: "10Gi" }, disruption: { consolidateAfter: "10m" } }));
    expect(held.spec).toEqual({
      limits: { memory: "10Gi", cpu: "0" },
      disruption: { consolidateAfter: "10m", budgets: [{ nodes: "0" }] },
    });
    expect(isHeld(held)).toBe(true);
  });

  test("a held Provisioner neither launches, consolidates nor expires", () => {
    const held = hold(provisioner({ consolidation: { enabled: true }, ttlSecondsUntilExpired: 60, weight: 3 }));
    expect(held.spec).toEqual({ weight: 3, limits: { resources: { cpu: "0" } } });
  });

  test.each(pools)("release restores the pool %s, from the record and from the annotation", (_name, pool) => {
    expect(release(hold(pool), recordOf(pool))).toEqual(pool);
    expect(release(hold(pool))).toEqual(pool);
    expect(hold(hold(pool))).toEqual(hold(pool));
    expect(release(pool)).toBe(pool);
  });

  test.each(pools)("merge patches hold and release the pool %s", (_name, pool) => {
    const held = merge(pool, holdPatch(pool));
    expect(held).toEqual(hold(pool));
    const released = merge(held, releasePatch(held as Pool, recordOf(pool)));
    expect(withoutEmpty(released)).toEqual(pool);
  });
});

function merge(target: unknown, patch: unknown): unknown {
  if (typeof patch !== "object" || patch === null || Array.isArray(patch)) return patch;
  const result: Record<string, unknown> = typeof target === "object" && target !== null ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = merge(result[key], value);
  }
  return result;
}

function withoutEmpty(value: unknown): unknown {
  const object = value as { metadata: { annotations?: object } };
  if (object.metadata.annotations !== undefined && Object.keys(object.metadata.annotations).length === 0) {
    const { annotations: _, ...metadata } = object.metadata;
    return { ...object, metadata };
  }
  return value;
}
