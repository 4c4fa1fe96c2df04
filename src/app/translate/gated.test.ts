import { expect, test } from "vitest";
import { behaviourOf } from "../../karpenter/behaviours.ts";
import type { Workload } from "../../kube/objects.ts";
import { validateManifests } from "../../manifests/validate.ts";
import { gatedKinds, gatedObjects } from "../../translation/gated.ts";

const spare: Workload = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "headroom", namespace: "platform" },
  spec: {
    replicas: 3,
    template: {
      spec: {
        priority: -5,
        containers: [{ name: "pause", image: "registry.k8s.io/pause:3.9", resources: { requests: { cpu: "1" } } }],
      },
    },
  },
};

const given = { objects: { deployments: [spare] }, perNodeFeeUsdPerHour: 0.02, savingsPlanDiscountPercent: 28 };

test("what newer releases know passes their CRDs", () => {
  const made = gatedKinds.map((kind) => gatedObjects(kind, { ...given, behaviour: behaviourOf("1.15") }));
  const manifests = made.flatMap((one) => ("manifests" in one ? one.manifests : []));
  expect(manifests.map(({ kind }) => kind)).toEqual([
    "PodTemplate",
    "CapacityBuffer",
    "NodeOverlay",
    "NodeOverlay",
    "ConfigMap",
  ]);
  expect(
    validateManifests(manifests.filter(({ kind }) => kind === "CapacityBuffer" || kind === "NodeOverlay")),
  ).toEqual([]);
});

test.each([
  ["1.6", []],
  ["1.9", ["node-overlays"]],
  ["1.14", ["capacity-buffers", "node-overlays"]],
  ["1.15", [...gatedKinds]],
] as const)("Karpenter %s makes %j", (minor, kinds) => {
  const known = gatedKinds.filter(
    (kind) => "manifests" in gatedObjects(kind, { ...given, behaviour: behaviourOf(minor) }),
  );
  expect(known).toEqual(kinds);
});

test("a Deployment that does something is no placeholder, nor one that may go first", () => {
  const busy = {
    ...spare,
    spec: { ...spare.spec, template: { spec: { priority: -5, containers: [{ name: "a", image: "app:1" }] } } },
  };
  const high = { ...spare, spec: { ...spare.spec, template: { spec: { ...spare.spec.template.spec, priority: 10 } } } };
  for (const one of [busy, high])
    expect(
      gatedObjects("capacity-buffers", { behaviour: behaviourOf("1.15"), objects: { deployments: [one] } }),
    ).toMatchObject({ reason: "no Deployment of pause pods below priority 0 was found" });
});
