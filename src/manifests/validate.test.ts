import { describe, expect, test } from "vitest";
import { brokenManifests, nodeClass, nodePool, type Manifest } from "../../test/support/manifests.ts";
import type { JsonObject, KubeObject } from "../kube/objects.ts";
import { validateManifest, validateManifests } from "./validate.ts";

const paths = (object: KubeObject): string[] => validateManifest({ object }).map((item) => item.path);

describe("validation of manifests", () => {
  test("accepts what Karpenter accepts and leaves the objects alone", () => {
    const objects = [nodeClass(), nodePool()];
    const before = structuredClone(objects);
    expect(validateManifests(objects)).toEqual([]);
    expect(objects).toEqual(before);
  });

  test.each([...brokenManifests])("refuses %s", (_name, object, path) => {
    expect(paths(object)).toContain(path);
  });

  test("rules that compare with the stored object are asked on updates", () => {
    const stored = nodePool({}, { nodeClassRef: { group: "eks.amazonaws.com", kind: "NodeClass", name: "a" } });
    expect(validateManifest({ object: nodePool() })).toEqual([]);
    const [violation] = validateManifest({ object: nodePool(), stored });
    expect(violation).toMatchObject({
      object: "NodePool/workers",
      path: "spec.template.spec.nodeClassRef",
      rule: "self.group == oldSelf.group",
      message: "this field cannot be changed",
    });
  });

  test("v1beta1 and v1alpha5 have rules of their own", () => {
    const beta: Manifest = { ...nodePool(), apiVersion: "karpenter.sh/v1beta1" };
    expect(paths(beta)).toContain("spec.template.spec.nodeClassRef.group");
    const provisioner = (spec: JsonObject): KubeObject & JsonObject => ({
      apiVersion: "karpenter.sh/v1alpha5",
      kind: "Provisioner",
      metadata: { name: "default" },
      spec,
    });
    expect(paths(provisioner({ providerRef: { name: "a" }, consolidation: { enabled: true } }))).toEqual([]);
    expect(paths(provisioner({ consolidation: { enabled: true }, ttlSecondsAfterEmpty: 30 }))).toEqual([
      "spec.ttlSecondsAfterEmpty",
      "spec.providerRef",
    ]);
  });

  test("objects of other kinds are passed over", () => {
    expect(validateManifests([{ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "x" } }])).toEqual([]);
  });
});
