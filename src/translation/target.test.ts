import { expect, test } from "vitest";
import { objectAt } from "../kube/json.ts";
import { betaManifests } from "./target.ts";

const nodePool = {
  apiVersion: "karpenter.sh/v1" as const,
  kind: "NodePool" as const,
  metadata: { name: "general" },
  spec: {
    disruption: { consolidationPolicy: "WhenEmptyOrUnderutilized" as const, budgets: [{ nodes: "2" }] },
    template: {
      spec: {
        nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" },
        requirements: [],
      },
    },
  },
};

const nodeClass = {
  apiVersion: "karpenter.k8s.aws/v1" as const,
  kind: "EC2NodeClass" as const,
  metadata: { name: "default" },
  spec: {
    role: "node",
    amiSelectorTerms: [{ alias: "al2@latest" }],
    instanceStorePolicy: "RAID0",
    associatePublicIPAddress: false,
  },
};

test.each([
  [32, false, false, false],
  [34, true, true, false],
  [35, true, true, true],
])("v1beta1 of 0.%i says what its CRDs know", (minor, hasBudgets, hasPolicy, hasAddress) => {
  const [older, pool] = betaManifests([nodePool], [nodeClass], minor).map(({ spec }) => objectAt(spec));
  expect("budgets" in objectAt(pool, "disruption")).toBe(hasBudgets);
  expect("instanceStorePolicy" in (older ?? {})).toBe(hasPolicy);
  expect("associatePublicIPAddress" in (older ?? {})).toBe(hasAddress);
});
