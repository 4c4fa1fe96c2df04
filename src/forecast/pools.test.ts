import { describe, expect, test } from "vitest";
import { snapshot } from "../../test/support/builders.ts";
import { nodePool, simulated, within } from "../../test/support/simulation.ts";
import { pod } from "../../test/support/builders.ts";
import { MemoryFiles } from "../adapters/sandbox/memory-files.ts";
import type { KubeObject } from "../kube/objects.ts";
import { poolsOfFiles } from "../app/forecast/pool-files.ts";
import { poolsOfCluster } from "./pools.ts";

const pool = (name: string) => `apiVersion: karpenter.sh/v1
kind: NodePool
metadata: {name: ${name}}
spec:
  disruption: {consolidateAfter: 30s}
  template:
    spec:
      nodeClassRef: {group: karpenter.k8s.aws, kind: EC2NodeClass, name: general}
      requirements: [{key: karpenter.sh/capacity-type, operator: In, values: [spot]}]
`;

const read = async (text: string) => {
  const files = new MemoryFiles();
  await files.write("pools.yaml", text);
  return poolsOfFiles(files, "pools.yaml");
};

describe("NodePools of files", () => {
  test("of one name twice are refused: a cluster would hold the last", async () => {
    await expect(read(`${pool("a")}---\n${pool("a")}`)).rejects.toThrow("holds NodePool a twice");
    expect((await read(`${pool("a")}---\n${pool("b")}`)).nodePools).toHaveLength(2);
  });

  test.each([
    ["hello: 1\n", "translate --out"],
    ["apiVersion: karpenter.sh/v1beta1\nkind: NodePool\nmetadata: {name: a}\nspec: {}\n", "dovetail convert"],
  ])("that are none say what to do: %j", async (text, hint) => {
    await expect(read(text)).rejects.toMatchObject({ hint: expect.stringContaining(hint) });
  });

  test("that break a pattern say which", async () => {
    const text = pool("a").replace("30s", "soon");
    await expect(read(text)).rejects.toMatchObject({ why: expect.stringContaining("(pattern ^(") });
  });
});

test("NodePools in a dump are held to the CRD's rules, but may have fields of a later release", () => {
  const stored = (spec: object) =>
    snapshot({ objects: { nodepools: [{ ...nodePool([]), spec: { ...nodePool([]).spec, ...spec } } as KubeObject] } });
  expect(poolsOfCluster(stored({ laterField: 1 })).nodePools).toHaveLength(1);
  expect(() => poolsOfCluster(stored({ weight: 500 }))).toThrow("spec.weight: must be <= 100");
});

describe("a pool that is not what its author means is named", () => {
  const notes = (of: ReturnType<typeof nodePool>) =>
    simulated({ pods: [pod({ name: "web" })] }, of).outcome.approximations;

  test("types that do not exist", () => {
    const [unknown, empty] = notes(nodePool([within("node.kubernetes.io/instance-type", "m5.huge")]));
    expect(unknown).toMatch(/^NodePool general names types that the catalogue of [\d-]+ does not know: m5.huge/);
    expect(empty).toBe("NodePool general allows no instance type: `dovetail explain nodepool general` counts why");
  });

  test("a node class of another kind", () => {
    const nodeClassRef = { group: "eks.amazonaws.com", kind: "NodeClass", name: "general" };
    expect(notes(nodePool([], { nodeClassRef }))).toContain(
      "NodePool general refers to a NodeClass of EKS Auto Mode: only EC2NodeClasses are simulated, so what it offers is unknown",
    );
  });
});
