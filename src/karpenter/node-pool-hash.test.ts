import { describe, expect, it } from "vitest";
import type { NodePool } from "./api.ts";
import { nodePoolHash } from "./node-pool-hash.ts";

type Template = NodePool["spec"]["template"];

const nodeClassRef = { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" };
const hashOf = (template: Template): string => nodePoolHash({ spec: { template } });

describe("the hash of a NodePool's template", () => {
  it("counts a map that is written but empty, as the real program does", () => {
    // Recorded from karpenter v1.14.1.
    expect(hashOf({ spec: { nodeClassRef, requirements: [] } })).toBe("17369979337536258260");
    expect(hashOf({ metadata: { labels: {} }, spec: { nodeClassRef, requirements: [] } })).toBe("12535157163608646278");
  });

  it("does not know requirements, and knows no order of taints", () => {
    const one = { key: "a", effect: "NoSchedule" } as const;
    const two = { key: "b", effect: "NoExecute" } as const;
    const requirements = [{ key: "kubernetes.io/arch", operator: "In", values: ["arm64"] }] as const;
    expect(hashOf({ spec: { nodeClassRef, requirements, taints: [one, two] } })).toBe(
      hashOf({ spec: { nodeClassRef, requirements: [], taints: [two, one] } }),
    );
  });
});
