import { describe, expect, test } from "vitest";
import { brokenManifests, nodeClass, nodePool, type Manifest } from "../../test/support/manifests.ts";
import type { JsonObject, KubeObject } from "../kube/objects.ts";
import { minors } from "../karpenter/behaviours.ts";
import { defaultRelease, type Release, releaseOf } from "../karpenter/releases.ts";
import { releasesWithCrds } from "./crds.ts";
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

  const since = (version: string): Release => releaseOf(version) ?? defaultRelease;

  test.each([
    ["enclaveOptions", { enabled: true }, "1.14.1", "1.15.2"],
    ["placementGroupSelector", { name: "tight" }, "1.9.3", "1.11.0"],
    ["connectionTracking", { udpTimeout: 30 }, "1.12.2", "1.13.1"],
  ])("%s is a field of releases that know it", (field, value, without, having) => {
    const object = nodeClass({ [field]: value });
    const unknown = validateManifest({ object, release: since(without) });
    expect(unknown).toMatchObject([{ path: `spec.${field}`, rule: "unknown field" }]);
    expect(validateManifest({ object, release: since(having) })).toEqual([]);
  });

  test("a release refuses versions that it does not serve", () => {
    const [violation] = validateManifests([nodePool()], { release: since("0.16.3") });
    expect(violation).toMatchObject({
      object: "NodePool/workers",
      path: "apiVersion",
      message: "Karpenter 0.16.3 does not serve karpenter.sh/v1 NodePool",
    });
  });

  test("manifests of two generations are told apart", () => {
    const beta = { ...nodePool(), apiVersion: "karpenter.sh/v1beta1", metadata: { name: "old" } };
    const [violation] = validateManifests([nodeClass(), nodePool(), beta]);
    expect(violation).toMatchObject({
      object: "NodePool/old",
      message: "karpenter.sh/v1beta1 stands among manifests of v1: no Karpenter release serves both",
    });
  });

  test.each<[string, JsonObject, JsonObject, string]>([
    ["a field that no kubelet has", {}, { maxPodz: 3 }, "maxPodz"],
    ["what Karpenter sets itself", {}, { registerWithTaints: [] }, "registerWithTaints"],
    ["a signal that does not exist", {}, { evictionHard: { "memory.free": "1Gi" } }, "evictionHard.memory.free"],
    [
      "a soft threshold without grace",
      {},
      { evictionSoft: { "memory.available": "1Gi" } },
      "evictionSoft.memory.available",
    ],
    [
      "a grace without a soft threshold",
      {},
      { evictionSoftGracePeriod: { "pid.available": "1m" } },
      "evictionSoftGracePeriod.pid.available",
    ],
    ["what cannot be reserved", {}, { kubeReserved: { gpu: "1" } }, "kubeReserved.gpu"],
    ["a percentage above 100", {}, { imageGCHighThresholdPercent: 120 }, "imageGCHighThresholdPercent"],
    [
      "thresholds the wrong way round",
      {},
      { imageGCHighThresholdPercent: 5, imageGCLowThresholdPercent: 9 },
      "imageGCHighThresholdPercent",
    ],
    ["a negative count", {}, { maxPods: -1 }, "maxPods"],
    ["an expression", {}, { maxPods: "vcpus * 8" }, "maxPods"],
    [
      "what AL2 nodes are not told",
      { amiSelectorTerms: [{ alias: "al2@latest" }] },
      { registryPullQPS: 9 },
      "registryPullQPS",
    ],
    [
      "a second DNS server on Bottlerocket",
      { amiSelectorTerms: [{ alias: "bottlerocket@latest" }] },
      { clusterDNS: ["10.0.0.1", "10.0.0.2"] },
      "clusterDNS",
    ],
    [
      "pods per core on Bottlerocket",
      { amiSelectorTerms: [{ alias: "bottlerocket@latest" }] },
      { podsPerCore: 4 },
      "podsPerCore",
    ],
  ])("an open kubelet configuration may not hold %s", (_name, spec, kubelet, path) => {
    const found = validateManifest({ object: nodeClass({ ...spec, kubelet }), release: since("1.15.2") });
    expect(found.map((one) => one.path)).toContain(`spec.kubelet.${path}`);
  });

  test("any other field of the kubelet reaches nodes of AL2023", () => {
    const object = nodeClass({ kubelet: { registryPullQPS: 9, cpuManagerPolicy: "static" } });
    expect(validateManifest({ object, release: since("1.15.2") })).toEqual([]);
    expect(validateManifest({ object, release: since("1.14.1") })).not.toEqual([]);
  });

  test.each([
    ["a list where an alias stands", { amiSelectorTerms: [{ alias: [null] }] }, "spec.amiSelectorTerms[0].alias"],
    ["a number among the terms", { amiSelectorTerms: [5] }, "spec.amiSelectorTerms[0]"],
    ["terms that are no list", { amiSelectorTerms: "al2@latest" }, "spec.amiSelectorTerms"],
    ["a family that is no text", { amiFamily: { a: 1 } }, "spec.amiFamily"],
  ])("%s is refused by the schema, and tells no family", (_name, spec, path) => {
    const object = nodeClass({ ...spec, kubelet: { registryPullQPS: 9, clusterDNS: ["10.0.0.1", "10.0.0.2"] } });
    const paths = validateManifest({ object, release: since("1.15.2") }).map((one) => one.path);
    expect(paths).toContain(path);
    expect(paths.filter((one) => one.startsWith("spec.kubelet"))).toEqual([]);
  });

  test("every release that is asked about has CRDs to be checked against, the default its own", () => {
    for (const minor of minors) expect(validateManifest({ object: nodePool(), release: since(minor) })).toEqual([]);
    expect(releasesWithCrds).toContain(defaultRelease.decidedAs);
  });

  test("objects of other kinds are passed over", () => {
    expect(validateManifests([{ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "x" } }])).toEqual([]);
  });
});
