import { describe, expect, test } from "vitest";
import { account } from "../../test/support/account.ts";
import { joinedGroup, launchTemplate } from "../../test/support/node-groups.ts";
import type { AutoscalerInstallation, NodeGroup } from "../autoscaler/types.ts";
import type { TranslateOptions } from "./input.ts";
import { translate } from "./translate.ts";
import type { Translation } from "./types.ts";
import { codecs } from "../app/translate/codecs.ts";
import { checked } from "../app/translate/translate.ts";

const facts = { clusterName: "test", kubernetesVersion: "1.34", account: account(), codecs };

function translated(
  nodeGroups: readonly NodeGroup[],
  options: TranslateOptions = {},
  autoscaler?: AutoscalerInstallation,
): Translation {
  return checked(translate({ nodeGroups, ...facts, ...(autoscaler === undefined ? {} : { autoscaler }) }, options));
}

const pools = (result: Translation): string[] => result.groups.map((group) => group.nodePool.metadata.name);
const codes = (result: Translation): string[] => result.findings.map((finding) => finding.code);

function autoscaler(
  flags: Readonly<Record<string, string>>,
  priorities?: ReadonlyMap<number, readonly string[]>,
): AutoscalerInstallation {
  return {
    namespace: "kube-system",
    deployment: "cluster-autoscaler",
    replicas: 1,
    version: "1.34.0",
    image: "cluster-autoscaler:v1.34.0",
    flags: new Map(Object.entries(flags).map(([name, value]) => [name, [value]])),
    expanders: (flags["expander"] ?? "least-waste").split(","),
    foundBy: [],
    ...(priorities === undefined ? {} : { priorities }),
  };
}

const zonal = (letter: string, types = ["m5.large"]): NodeGroup =>
  joinedGroup({ name: `workers-${letter}`, instanceTypes: types, subnets: [`subnet-${letter}`] });

describe("merging", () => {
  test("groups that differ in their zone only become one NodePool over all zones", () => {
    const result = translated([zonal("a"), zonal("b"), zonal("c")]);
    expect(pools(result)).toEqual(["workers"]);
    expect(result.groups[0]?.nodePool.spec.limits).toMatchObject({ nodes: "30" });
    const zones = result.groups[0]?.nodePool.spec.template.spec.requirements?.find(({ key }) => key.endsWith("/zone"));
    expect(zones?.values).toEqual(["us-east-1a", "us-east-1b", "us-east-1c"]);
    expect(codes(result)).toContain("DV2019");
  });

  test("no combination of type and zone is admitted that no group had", () => {
    expect(pools(translated([zonal("a", ["m5.large"]), zonal("b", ["c5.large"])]))).toEqual(["workers-a", "workers-b"]);
    const square = [zonal("a", ["m5.large"]), zonal("b", ["m5.large"])];
    const other = ["a", "b"].map((letter) => ({ ...zonal(letter, ["c5.large"]), name: `batch-${letter}` }));
    expect(translated([...square, ...other]).groups).toHaveLength(1);
  });

  test("labels, taints and architectures keep groups apart", () => {
    const plain = joinedGroup({ name: "a" });
    const labelled = joinedGroup({ name: "b", nodegroup: { labels: { team: "x" } } });
    const arm = joinedGroup({ name: "c", nodegroup: { amiType: "AL2023_ARM_64_STANDARD" } });
    expect(translated([plain, labelled, arm]).groups).toHaveLength(3);
  });

  test("the order of the groups changes nothing", () => {
    const groups = [zonal("a"), zonal("b"), joinedGroup({ name: "z", nodegroup: { labels: { team: "x" } } })];
    expect(translated(groups.toReversed()).manifests).toEqual(translated(groups).manifests);
  });

  test("--no-merge keeps one NodePool per group, and --keep-group-label its label", () => {
    expect(pools(translated([zonal("a"), zonal("b")], { merge: false }))).toEqual(["workers-a", "workers-b"]);
    const kept = translated([zonal("a"), zonal("b")], { keepGroupLabel: true });
    expect(kept.groups.map((group) => group.nodePool.spec.template.metadata?.labels)).toEqual([
      { "eks.amazonaws.com/nodegroup": "workers-a" },
      { "eks.amazonaws.com/nodegroup": "workers-b" },
    ]);
  });
});

describe("selectors", () => {
  const classes = (result: Translation): unknown[] =>
    result.groups.map((group) => group.nodeClass.spec["subnetSelectorTerms"]);

  test("go by tag where every group uses the same subnets, by id where a tag would mix them up", () => {
    const tag = [{ tags: { "karpenter.sh/discovery": "test" } }];
    const same = [joinedGroup({ name: "a" }), joinedGroup({ name: "b", nodegroup: { labels: { x: "y" } } })];
    expect(classes(translated(same))).toEqual([tag, tag]);
    const different = [
      joinedGroup({ name: "a", subnets: ["subnet-a"] }),
      joinedGroup({ name: "b", subnets: ["subnet-b"], nodegroup: { labels: { x: "y" } } }),
    ];
    expect(classes(translated(different))).toEqual([[{ id: "subnet-a" }], [{ id: "subnet-b" }]]);
    expect(classes(translated(different, { selectors: "tags" }))).toEqual([tag, tag]);
    expect(codes(translated(different, { selectors: "tags" }))).toContain("DV2026");
  });
});

describe("Cluster Autoscaler's settings", () => {
  test("without flags a pool removes nodes as Cluster Autoscaler would by default", () => {
    const [group] = translated([joinedGroup()]).groups;
    expect(group?.nodePool.spec.disruption).toEqual({
      consolidationPolicy: "WhenEmptyOrUnderutilized",
      consolidateAfter: "10m",
      budgets: [
        { nodes: "10", reasons: ["Empty"] },
        { nodes: "1", reasons: ["Underutilized", "Drifted"] },
      ],
    });
    expect(group?.nodePool.spec.template.spec.expireAfter).toBe("Never");
  });

  test.each<[string, Record<string, string>, object]>([
    ["scale-down off", { "scale-down-enabled": "false" }, { consolidateAfter: "Never", budgets: [{ nodes: "0" }] }],
    [
      "a longer wait",
      { "scale-down-unneeded-time": "20m", "scale-down-delay-after-add": "5m" },
      { consolidateAfter: "20m" },
    ],
    [
      "a longer delay after a scale-up",
      { "scale-down-unneeded-time": "2m", "scale-down-delay-after-add": "15m" },
      { consolidateAfter: "15m" },
    ],
    ["empty nodes only", { "scale-down-utilization-threshold": "0" }, { consolidationPolicy: "WhenEmpty" }],
  ])("%s", (_name, flags, expected) => {
    const [group] = translated([joinedGroup()], {}, autoscaler(flags)).groups;
    expect(group?.nodePool.spec.disruption).toMatchObject(expected);
  });

  test("every flag has a fate, also one that nobody knows", () => {
    const flags = { expander: "random", "max-nodes-total": "50", "scan-interval": "10s", "made-up": "1" };
    const result = translated([joinedGroup()], {}, autoscaler(flags));
    expect(result.flagFates.map((fate) => `${fate.field} ${fate.fate}`)).toEqual([
      "--expander lost",
      "--max-nodes-total changed",
      "--scan-interval lost",
      "--made-up lost",
    ]);
    expect(result.groups[0]?.nodePool.spec.limits).toMatchObject({ nodes: "10" });
    expect(codes(result)).toEqual(expect.arrayContaining(["DV2017", "DV2018"]));
  });

  test("pools that no taint tells apart are ranked by the nodes they run today", () => {
    const groups = [
      joinedGroup({ name: "zz-memory", desired: 2, instanceTypes: ["r5.large"], nodegroup: { labels: { a: "m" } } }),
      joinedGroup({ name: "general", desired: 6 }),
      joinedGroup({ name: "gpu", desired: 9, nodegroup: { taints: [{ key: "gpu", effect: "NO_SCHEDULE" }] } }),
    ];
    const result = translated(groups);
    const weights = Object.fromEntries(
      result.groups.map(({ nodePool }) => [nodePool.metadata.name, nodePool.spec.weight]),
    );
    expect(weights).toEqual({ general: 20, "zz-memory": 10, gpu: undefined });
    expect(result.findings.find((finding) => finding.code === "DV2029")?.message).toBe(
      "no taint tells these apart: general (6 nodes today, weight 20), zz-memory (2 nodes today, weight 10)",
    );
  });

  test("tiers of the priority expander become weights, the highest first, and unmatched groups come last", () => {
    const priorities = new Map([
      [10, [".*od.*"]],
      [50, ["(?i)SPOT"]],
    ]);
    const groups = [
      joinedGroup({ name: "od" }),
      joinedGroup({ name: "spot", nodegroup: { capacityType: "SPOT" } }),
      joinedGroup({ name: "other", nodegroup: { labels: { a: "b" } } }),
    ];
    const result = translated(groups, {}, autoscaler({ expander: "priority" }, priorities));
    const weights = Object.fromEntries(
      result.groups.map(({ nodePool }) => [nodePool.metadata.name, nodePool.spec.weight]),
    );
    expect(weights).toEqual({ spot: 90, od: 80, other: 70 });
    expect(codes(result)).toContain("DV2028");
  });
});

describe("capacity", () => {
  test("an on-demand base becomes a pool of its own that is filled first", () => {
    const mixed = {
      MixedInstancesPolicy: {
        LaunchTemplate: { Overrides: [{ InstanceType: "m5.large" }, { InstanceType: "m5a.large" }] },
        InstancesDistribution: { OnDemandBaseCapacity: 2, OnDemandPercentageAboveBaseCapacity: 0 },
      },
    };
    const group = joinedGroup(
      { name: "mixed", kind: "self-managed", autoScalingGroup: mixed },
      { template: launchTemplate({ ImageId: "ami-1" }) },
    );
    const result = translated([group]);
    const summary = result.groups.map(({ nodePool: { metadata, spec } }) => [
      metadata.name,
      spec.weight,
      spec.limits?.["nodes"],
      spec.template.spec.requirements?.find(({ key }) => key === "karpenter.sh/capacity-type")?.values,
    ]);
    expect(summary).toEqual([
      ["mixed-on-demand", 5, "2", ["on-demand"]],
      ["mixed", undefined, "8", ["spot"]],
    ]);
    expect(codes(result)).toContain("DV2005");
  });

  test("instance requirements become labels with EC2's units converted", () => {
    const requirements = {
      VCpuCount: { Min: 4, Max: 16 },
      MemoryMiB: { Min: 8192 },
      NetworkBandwidthGbps: { Min: 2.5 },
      CpuManufacturers: ["intel", "amazon-web-services"],
      BareMetal: "included",
      MemoryGiBPerVCpu: { Min: 4 },
      ExcludedInstanceTypes: ["t3.*", "m5.large", "c*"],
    };
    const group = joinedGroup(
      { kind: "self-managed" },
      { template: launchTemplate({ ImageId: "ami-1", InstanceRequirements: requirements }) },
    );
    const result = translated([group]);
    const found = result.groups[0]?.nodePool.spec.template.spec.requirements?.map(
      ({ key, operator, values }) => `${key} ${operator} ${values?.join(",") ?? ""}`,
    );
    expect(found).toEqual(
      expect.arrayContaining([
        "karpenter.k8s.aws/instance-cpu Gte 4",
        "karpenter.k8s.aws/instance-cpu Lte 16",
        "karpenter.k8s.aws/instance-memory Gte 8192",
        "karpenter.k8s.aws/instance-network-bandwidth Gte 2500",
        "karpenter.k8s.aws/instance-cpu-manufacturer In intel,aws",
        "karpenter.k8s.aws/instance-category NotIn t",
        "karpenter.k8s.aws/instance-family NotIn t3",
        "node.kubernetes.io/instance-type NotIn m5.large",
      ]),
    );
    expect(found?.some((text) => text.includes("instance-size"))).toBe(false);
    expect(codes(result)).toEqual(expect.arrayContaining(["DV2030", "DV2001"]));
    expect(codes(result)).not.toContain("DV2031");
    expect(codes(translated([group], { target: "v1beta1" }))).not.toContain("DV2031");
  });

  test("what cannot be known is refused with what to do", () => {
    const result = translated([joinedGroup({ kind: "self-managed" })]);
    expect(result.refused).toEqual([
      expect.objectContaining({ nodeGroup: "workers", fix: expect.stringContaining("DescribeLaunchTemplateVersions") }),
    ]);
    expect(codes(result)).toContain("DV2011");
    const gone = translated([joinedGroup({ nodegroup: { status: "DELETING" } })]);
    expect(gone.refused[0]?.reason).toBe("its status is DELETING");
  });

  test("names are valid, stable and apart", () => {
    const names = ["My_Group", "my.group", "x".repeat(80)];
    const groups = names.map((name, index) =>
      joinedGroup(
        {
          name,
          kind: "self-managed",
          subnets: [`subnet-${index}`],
          autoScalingGroup: { AvailabilityZones: [`us-east-1${index}`] },
        },
        { template: launchTemplate({ ImageId: "ami-1", InstanceType: `m${index + 4}.large` }) },
      ),
    );
    const result = translated(groups);
    expect(new Set(pools(result)).size).toBe(3);
    for (const name of pools(result)) expect(name).toMatch(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
    expect(codes(result)).not.toContain("DV2031");
  });
});

describe("older targets", () => {
  const group = joinedGroup({
    name: "workers",
    nodegroup: { amiType: "AL2_x86_64", labels: { team: "a", "node-role.kubernetes.io/web": "" } },
  });

  test("v1beta1 has its own place for expiry, no wait and one budget", () => {
    const result = translated([group], { target: "v1beta1" });
    expect(result.manifests.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`)).toEqual([
      "karpenter.k8s.aws/v1beta1 EC2NodeClass",
      "karpenter.sh/v1beta1 NodePool",
    ]);
    expect(result.manifests[1]).toMatchObject({
      spec: {
        disruption: { consolidationPolicy: "WhenUnderutilized", expireAfter: "Never", budgets: [{ nodes: "1" }] },
      },
    });
    expect(codes(result)).toContain("DV2020");
    expect(codes(result)).not.toContain("DV2031");
  });

  test("v1alpha5 writes a Provisioner and an AWSNodeTemplate, and refuses images that 0.16 cannot boot", () => {
    const result = translated([group], { target: "v1alpha5" });
    expect(result.manifests).toMatchObject([
      { kind: "AWSNodeTemplate", spec: { amiFamily: "AL2", instanceProfile: "KarpenterNodeRole-test" } },
      { kind: "Provisioner", spec: { consolidation: { enabled: true }, providerRef: { name: "workers" } } },
    ]);
    expect(codes(result)).not.toContain("DV2031");
    const newer = translated([joinedGroup()], { target: "v1alpha5" });
    expect(newer.manifests).toEqual([]);
    expect(newer.refused[0]?.reason).toMatch(/cannot boot AL2023/);
  });
});
