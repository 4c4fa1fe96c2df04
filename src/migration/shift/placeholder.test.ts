import fc from "fast-check";
import { expect, test } from "vitest";
import { pod } from "../../../test/support/builders.ts";
import type { Pod, PodSpec } from "../../kube/objects.ts";
import { selectorMatches } from "../../kube/selector.ts";
import { labelValue, placeholderFor, placeholderName } from "./placeholder.ts";

const owners = [{ apiVersion: "apps/v1", kind: "ReplicaSet", name: "web-6d", controller: true }];
const made = (given: Pod, zones: readonly string[] = []): Pod =>
  placeholderFor({
    pod: given,
    zones,
    zone: "eu-west-1a",
    isSpread: false,
    step: "wave",
    image: "pause",
  }) as unknown as Pod;
const web = (spec: Partial<PodSpec> = {}): Pod =>
  pod({
    name: "web-1",
    namespace: "shop",
    node: "n",
    owners,
    labels: { app: "web" },
    cpu: "250m",
    memory: "1Gi",
    spec,
  });

test("asks for the same room, container by container, and nothing else of the pod's", () => {
  const given = web({
    initContainers: [{ name: "migrate", resources: { requests: { cpu: "2" } } }],
    containers: [
      { name: "a", image: "secret", env: [{ name: "TOKEN", value: "x" }], resources: { requests: { cpu: "100m" } } },
      { name: "gpu", resources: { requests: { "nvidia.com/gpu": "1" }, limits: { "nvidia.com/gpu": "1" } } },
    ],
  });
  expect(made(given).spec.containers).toEqual([
    { name: "c0", image: "pause", resources: { requests: { cpu: "100m" } } },
    {
      name: "c1",
      image: "pause",
      resources: { requests: { "nvidia.com/gpu": "1" }, limits: { "nvidia.com/gpu": "1" } },
    },
  ]);
  expect(made(given).spec.initContainers).toEqual([
    { name: "i0", image: "pause", resources: { requests: { cpu: "2" } } },
  ]);
  expect(JSON.stringify(made(given))).not.toMatch(/secret|TOKEN/);
});

test("lies on a node of Karpenter's, whatever the pod requires besides", () => {
  const nodepool = { key: "karpenter.sh/nodepool", operator: "Exists" };
  const disk = { key: "disk", operator: "In", values: ["ssd"] };
  const affinity = {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [disk] }, { matchExpressions: [] }],
      },
    },
  };
  const terms = (given: Pod): unknown =>
    given.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  expect(terms(made(web()))).toEqual([{ matchExpressions: [nodepool] }]);
  expect(terms(made(web({ affinity })))).toEqual([
    { matchExpressions: [disk, nodepool] },
    { matchExpressions: [nodepool] },
  ]);
});

test("goes where the pod's volumes are", () => {
  expect(JSON.stringify(made(web(), ["eu-west-1c"]).spec.affinity)).toContain('"values":["eu-west-1c"]');
});

test("goes to the zone that a pod spread over zones leaves", () => {
  const spread = (whenUnsatisfiable: string): Partial<PodSpec> => ({
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: "topology.kubernetes.io/zone",
        whenUnsatisfiable,
        labelSelector: { matchLabels: { app: "web" } },
      },
    ],
  });
  expect(JSON.stringify(made(web(spread("DoNotSchedule"))).spec.affinity)).toContain('"values":["eu-west-1a"]');
  expect(made(web(spread("DoNotSchedule"))).spec.topologySpreadConstraints).toEqual([]);
  expect(JSON.stringify(made(web(spread("ScheduleAnyway"))).spec.affinity)).not.toContain("eu-west-1a");
});

test("keeps away from its twins, and from the siblings that moved already, node by node", () => {
  const term = { topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels: { app: "web" } } };
  const given = web({ affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } });
  const [siblings, twins] =
    made(given).spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  expect(siblings).toEqual({ ...term, namespaces: ["shop"] });
  expect(twins?.namespaces).toEqual(["kube-system"]);
  expect(selectorMatches(twins?.labelSelector, made(given).metadata.labels)).toBe(true);
});

test("no Service and no ReplicaSet takes it for one of its pods", () => {
  expect(selectorMatches({ matchLabels: { app: "web" } }, made(web()).metadata.labels)).toBe(false);
  expect(made(web()).metadata.ownerReferences).toBeUndefined();
});

test("has names and labels that the API server accepts, the same for the same pod", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 90 }), (text) => {
      expect(labelValue(text)).toMatch(/^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/);
      const given = pod({ name: text, namespace: "shop" });
      expect(placeholderName(given)).toMatch(/^[a-z0-9-]{1,63}$/);
      expect(placeholderName(given)).toBe(placeholderName(given));
    }),
  );
});
