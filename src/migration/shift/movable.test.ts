import { expect, test } from "vitest";
import { pod } from "../../../test/support/builders.ts";
import type { OwnerReference, Pod } from "../../kube/objects.ts";
import { type Consents, standingOf } from "./movable.ts";

const none: Consents = { bare: [], protected: [] };
const owned = (kind: string): readonly OwnerReference[] => [
  { apiVersion: "apps/v1", kind, name: "web-6d", controller: true },
];
const make = (metadata: Partial<Pod["metadata"]>, spec: Partial<Pod["spec"]> = {}, phase = "Running"): Pod => {
  const base = pod({ name: "web-1", namespace: "shop", node: "n", phase });
  return { ...base, metadata: { ...base.metadata, ...metadata }, spec: { ...base.spec, ...spec } };
};

test.each([
  ["a ReplicaSet's pod moves", make({ ownerReferences: owned("ReplicaSet") }), "moves"],
  ["a StatefulSet's pod moves", make({ ownerReferences: owned("StatefulSet") }), "moves"],
  ["a Job's pod moves", make({ ownerReferences: owned("Job") }), "moves"],
  ["a custom controller's pod moves", make({ ownerReferences: owned("Rollout") }), "moves"],
  ["a DaemonSet's pod stays", make({ ownerReferences: owned("DaemonSet") }), "stays daemonset"],
  ["a mirror pod stays", make({ annotations: { "kubernetes.io/config.mirror": "x" } }), "stays static"],
  ["a finished pod stays", make({ ownerReferences: owned("Job") }, {}, "Succeeded"), "stays finished"],
  ["our own placeholder stays", make({ labels: { "dovetail/placeholder": "x" } }), "stays placeholder"],
  ["a bare pod is guarded", make({}), "guarded bare"],
  [
    "do-not-disrupt guards",
    make({ ownerReferences: owned("ReplicaSet"), annotations: { "karpenter.sh/do-not-disrupt": "true" } }),
    "guarded do-not-disrupt",
  ],
  [
    "do-not-disrupt for some time guards",
    make({ ownerReferences: owned("ReplicaSet"), annotations: { "karpenter.sh/do-not-disrupt": "4h" } }),
    "guarded do-not-disrupt",
  ],
  [
    "not safe to evict guards, although Karpenter would not know",
    make({
      ownerReferences: owned("ReplicaSet"),
      annotations: { "cluster-autoscaler.kubernetes.io/safe-to-evict": "false" },
    }),
    "guarded not-safe-to-evict",
  ],
  [
    "safe to evict says nothing against it",
    make({
      ownerReferences: owned("ReplicaSet"),
      annotations: { "cluster-autoscaler.kubernetes.io/safe-to-evict": "true" },
    }),
    "moves",
  ],
])("%s", (_name, given, expected) => {
  const standing = standingOf(given, none);
  expect("because" in standing ? `${standing.kind} ${standing.because}` : standing.kind).toBe(expected);
});

test.each([
  ["shop/web-1", "moves"],
  ["shop/*", "moves"],
  ["*", "moves"],
  ["shop/web-2", "guarded"],
  ["other/*", "guarded"],
])("consent to %s: the bare pod shop/web-1 %s", (bare, expected) => {
  expect(standingOf(make({}), { bare: [bare], protected: [] }).kind).toBe(expected);
});

test("a bare pod that asks to be left alone needs both consents", () => {
  const both = make({ annotations: { "karpenter.sh/do-not-disrupt": "true" } });
  expect(standingOf(both, { bare: ["*"], protected: [] }).kind).toBe("guarded");
  expect(standingOf(both, { bare: [], protected: ["*"] }).kind).toBe("guarded");
  expect(standingOf(both, { bare: ["*"], protected: ["*"] }).kind).toBe("moves");
});

test("a pod that refuses Karpenter's nodes in every term moves to a node that stays", () => {
  const refuses = { matchExpressions: [{ key: "karpenter.sh/nodepool", operator: "DoesNotExist" }] };
  const required = (...terms: readonly object[]): Partial<Pod["spec"]> => ({
    affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } } },
  });
  const owner = { ownerReferences: owned("ReplicaSet") };
  expect(standingOf(make(owner, required(refuses)), none)).toMatchObject({ isUnmanaged: true });
  expect(standingOf(make(owner, required(refuses, {})), none)).toMatchObject({ isUnmanaged: false });
  expect(standingOf(make(owner), none)).toMatchObject({ isUnmanaged: false });
});
