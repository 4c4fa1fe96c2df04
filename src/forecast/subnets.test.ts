import { describe, expect, test } from "vitest";
import { account, node, pod, pods, snapshot } from "../../test/support/builders.ts";
import { listPrices, nodePool, within } from "../../test/support/simulation.ts";
import { loadCatalogue } from "../adapters/disk/catalogue.ts";
import type { Ec2NodeClass } from "../karpenter/api.ts";
import { defaultRelease } from "../karpenter/releases.ts";
import type { Pod } from "../kube/objects.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import { simulate } from "./simulate.ts";

/** A NodeClass that no controller has looked at yet. */
const nodeClass: Ec2NodeClass = {
  apiVersion: "karpenter.k8s.aws/v1",
  kind: "EC2NodeClass",
  metadata: { name: "general" },
  spec: { amiSelectorTerms: [{ alias: "al2023@latest" }], subnetSelectorTerms: [{ tags: { team: "shop" } }] },
};

const zones = ["us-east-1a", "us-east-1b", "us-east-1c"];
const nodes = zones.map((zone) => node({ name: zone, zone, instanceType: "m5.large" }));
const spread: Partial<Pod["spec"]> = {
  topologySpreadConstraints: [
    {
      maxSkew: 1,
      topologyKey: "topology.kubernetes.io/zone",
      whenUnsatisfiable: "DoNotSchedule",
      labelSelector: { matchLabels: { app: "web" } },
    },
  ],
};
const web = pods(9, { name: "web", labels: { app: "web" }, node: zones[0] ?? "", spec: spread });

const ask = (of: Snapshot) =>
  simulate({
    release: defaultRelease,
    snapshot: of,
    nodePools: [nodePool([within("karpenter.k8s.aws/instance-family", "m5")])],
    nodeClasses: [nodeClass],
    nodePoolSource: "test",
    catalogue: loadCatalogue(),
    prices: listPrices(),
    region: "us-east-1",
  }).outcome;

const podsByZone = (of: Snapshot) => ask(of).zones.map((zone) => zone.podsKarpenter);

describe("without the account's subnets", () => {
  test("the zones of today's nodes are as many zones as they are", () => {
    expect(podsByZone(snapshot({ account: null, objects: { nodes, pods: web } }))).toEqual([3, 3, 3]);
  });

  test("a pod that must lie in the last of them does", () => {
    const bound = pod({ name: "db", spec: { nodeSelector: { "topology.kubernetes.io/zone": "us-east-1c" } } });
    expect(ask(snapshot({ account: null, objects: { nodes, pods: [bound] } })).unschedulable).toEqual([]);
  });

  test("and without nodes three zones are assumed", () => {
    expect(podsByZone(snapshot({ account: null, objects: { pods: web } }))).toEqual([3, 3, 3]);
  });
});

test("subnets that AWS describes without a zone id are apart too", () => {
  const subnets = zones.map((zone) => ({
    SubnetId: `subnet-${zone}`,
    AvailabilityZone: zone,
    Tags: [{ Key: "team", Value: "shop" }],
  }));
  expect(podsByZone(snapshot({ account: account({ subnets }), objects: { nodes, pods: web } }))).toEqual([3, 3, 3]);
});
