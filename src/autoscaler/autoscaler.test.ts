import { expect, test } from "vitest";
import { accountOf, deployment, node, nodeGroup, snapshot } from "../../test/support/builders.ts";
import type { Container, Workload } from "../kube/objects.ts";
import { coversGroup, discoveryRules } from "./discovery.ts";
import { flagsOf } from "./flags/read.ts";
import { findInstallations } from "./installations.ts";
import { nodeGroupsOf } from "./node-groups.ts";
import { parseStatusText } from "./status.ts";

const container = (...command: string[]): Container => ({ name: "ca", command });

test("flags are read as pflag reads them", () => {
  const flags = flagsOf({
    ...container("./cluster-autoscaler", "--v", "4", "--skip_nodes_with_local_storage=false"),
    args: [
      "--balance-similar-node-groups",
      "--nodes=1:5:a",
      "--nodes",
      "0:3:b",
      "--expander=random",
      "--expander=$(EXPANDER)",
      "--cluster-name=$(UNSET)",
    ],
    env: [{ name: "EXPANDER", value: "priority,least-waste" }],
  });
  expect(Object.fromEntries(flags)).toEqual({
    v: ["4"],
    "skip-nodes-with-local-storage": ["false"],
    "balance-similar-node-groups": ["true"],
    nodes: ["1:5:a", "0:3:b"],
    expander: ["random", "priority,least-waste"],
    "cluster-name": ["$(UNSET)"],
  });
});

test("a shell around the command is unwrapped, its redirections left out", () => {
  const script = `set -e; exec ./cluster-autoscaler --v=2 \\\n --node-group-auto-discovery="asg:tag=a,b" 2>&1 | tee /log --not-ours=1`;
  expect(Object.fromEntries(flagsOf(container("/bin/sh", "-c", script)))).toEqual({
    v: ["2"],
    "node-group-auto-discovery": ["asg:tag=a,b"],
  });
});

function installed(image: string, args: readonly string[] = [], more: Partial<Workload["metadata"]> = {}): Workload {
  const made = deployment({ name: "scaler", namespace: "ops", spec: { containers: [{ name: "ca", image, args }] } });
  return { ...made, metadata: { ...made.metadata, ...more } };
}

test.each([
  ["registry.k8s.io/autoscaling/cluster-autoscaler:v1.32.1", "1.32.1", ["random"]],
  [
    "602401143452.dkr.ecr.us-east-1.amazonaws.com/mirror/cluster-autoscaler-arm64:v1.33.0-patched",
    "1.33.0",
    ["least-waste"],
  ],
  ["cgr.dev/chainguard/cluster-autoscaler@sha256:abc", undefined, ["least-waste"]],
])("%s is a Cluster Autoscaler, in any namespace and under any name", (image, version, expanders) => {
  const [found] = findInstallations({ deployments: [installed(image)] }, "1.34");
  expect(found).toMatchObject({ namespace: "ops", deployment: "scaler", version, expanders });
});

test("neighbours with like names are no Cluster Autoscaler; labels with its flags are", () => {
  const proportional = installed("registry.k8s.io/cpa/cluster-proportional-autoscaler:v1.8.9");
  const exporter = installed("example/exporter:1", [], { labels: { app: "cluster-autoscaler" } });
  const renamed = installed("example/ca-fork:2", ["--node-group-auto-discovery=asg:tag=x"], {
    labels: { "app.kubernetes.io/name": "aws-cluster-autoscaler" },
  });
  const found = findInstallations({ deployments: [proportional, exporter, renamed] }, undefined);
  expect(found.map((one) => one.image)).toEqual(["example/ca-fork:2"]);
});

test("its status and priorities are found beside it, in both formats of the status", () => {
  const map = (name: string, data: Record<string, string>) => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace: "ops" },
    data,
  });
  const statuses = [
    "autoscalerStatus: Running\nnodeGroups:\n- name: a\n  health: {minSize: 1, maxSize: 4}\n",
    "Cluster-autoscaler status at 2026-08-01 10:00:00.1 +0000 UTC:\nCluster-wide:\n  Health:      Healthy (ready=4 unready=0 notStarted=0 longNotStarted=0 registered=4 longUnregistered=0)\nNodeGroups:\n  Name:        a\n  Health:      Healthy (ready=2 unready=0 registered=2 cloudProviderTarget=2 (minSize=1, maxSize=4))\n",
  ];
  for (const status of statuses) {
    const objects = {
      deployments: [installed("x/cluster-autoscaler:v1.30.0", ["--expander=priority"])],
      configmaps: [
        map("cluster-autoscaler-status", { status }),
        map("cluster-autoscaler-priority-expander", { priorities: "10:\n- .*\n50: ['^spot-']\n" }),
      ],
    };
    const [found] = findInstallations(objects, "1.30");
    expect(found?.status).toMatchObject({
      autoscalerStatus: "Running",
      nodeGroups: [{ name: "a", health: { minSize: 1, maxSize: 4 } }],
    });
    expect([...(found?.priorities ?? [])]).toEqual([
      [50, ["^spot-"]],
      [10, [".*"]],
    ]);
  }
});

test("the text of an old status tells counts, states and times", () => {
  const text = `Cluster-autoscaler status at 2023-05-01 10:00:00.5 +0000 UTC m=+1.5:
Cluster-wide:
  Health:      Healthy (ready=4 unready=1 (resourceUnready=1) notStarted=0 longNotStarted=0 registered=5 longUnregistered=0)
               LastProbeTime:      2023-05-01 10:00:00 +0000 UTC m=+3.1
  ScaleUp:     InProgress (ready=4 registered=5)
  ScaleDown:   CandidatesPresent (candidates=2)

NodeGroups:
  Name:        web
  Health:      Healthy (ready=2 unready=0 cloudProviderTarget=3 (minSize=1, maxSize=4))
  ScaleUp:     Backoff (ready=2 cloudProviderTarget=3)

  Name:        batch
  Health:      Unhealthy (ready=0 unready=0 cloudProviderTarget=0 (minSize=0, maxSize=9))
`;
  expect(parseStatusText(text)).toMatchObject({
    time: "2023-05-01 10:00:00.5 +0000 UTC",
    clusterWide: {
      health: {
        status: "Healthy",
        nodeCounts: { registered: { total: 5, ready: 4, unready: { total: 1, resourceUnready: 1 } } },
        lastProbeTime: "2023-05-01 10:00:00 +0000 UTC",
      },
      scaleUp: { status: "InProgress" },
      scaleDown: { status: "CandidatesPresent", candidates: 2 },
    },
    nodeGroups: [
      { name: "web", health: { minSize: 1, maxSize: 4, cloudProviderTarget: 3 }, scaleUp: { status: "Backoff" } },
      { name: "batch", health: { status: "Unhealthy", maxSize: 9 } },
    ],
  });
});

const [discovering] = findInstallations(
  {
    deployments: [
      installed("x/cluster-autoscaler:v1.34.0", [
        "--node-group-auto-discovery=asg:tag=k8s.io/cluster-autoscaler/enabled,team=blue",
        "--nodes=2:7:by-name",
      ]),
    ],
  },
  "1.34",
);

test("auto-discovery needs every tag, and the value where one is given; --nodes names groups and their bounds", () => {
  if (discovering === undefined) throw new Error("not found");
  const rules = discoveryRules(discovering);
  const tagged = (tags: Record<string, string>) =>
    nodeGroup({ name: "g", kind: "self-managed", tags }).autoScalingGroups?.[0] ?? {};
  expect(coversGroup(rules, tagged({ team: "blue" }))).toBe(true);
  expect(coversGroup(rules, tagged({ team: "red" }))).toBe(false);
  expect(coversGroup(rules, { AutoScalingGroupName: "by-name", Tags: [] })).toBe(true);
  expect(rules.named.get("by-name")).toEqual({ min: 2, max: 7 });
});

test("Auto Scaling groups are joined with node groups, templates and nodes; foreign ones are left out", () => {
  const account = accountOf(
    [
      nodeGroup({
        name: "web",
        instanceIds: ["i-1"],
        tags: { team: "blue" },
        nodegroup: { labels: { tier: "web" }, taints: [{ key: "k", value: "v", effect: "NO_SCHEDULE" }] },
      }),
      nodeGroup({
        name: "by-name",
        kind: "self-managed",
        instanceIds: ["i-2"],
        autoScalingGroup: { LaunchTemplate: { LaunchTemplateId: "lt-1", Version: "$Latest" } },
      }),
      nodeGroup({ name: "stranger", kind: "self-managed", autoScalingGroup: { Tags: [] } }),
    ],
    {
      launchTemplateVersions: [
        { LaunchTemplateId: "lt-1", VersionNumber: 2 },
        { LaunchTemplateId: "lt-1", VersionNumber: 11 },
      ],
    },
  );
  const nodes = [
    node({ name: "n1", instanceId: "i-1", nodegroup: "web" }),
    node({
      name: "n2",
      instanceId: "i-2",
      labels: { team: "data" },
      taints: [
        { key: "data", effect: "NoSchedule" },
        { key: "node.kubernetes.io/not-ready", effect: "NoExecute" },
      ],
    }),
  ];
  const groups = nodeGroupsOf(
    snapshot({ objects: { nodes }, account }),
    discovering === undefined ? [] : [discovering],
  );
  expect(groups).toMatchObject([
    {
      name: "by-name",
      kind: "self-managed",
      min: 2,
      max: 7,
      isManagedByAutoscaler: true,
      labels: { team: "data" },
      taints: [{ key: "data" }],
      nodeNames: ["n2"],
      launchTemplateVersion: { VersionNumber: 11 },
    },
    {
      name: "web",
      kind: "managed",
      autoScalingGroupName: "eks-web-1a2b",
      isManagedByAutoscaler: true,
      labels: { tier: "web" },
      taints: [{ key: "k", value: "v", effect: "NoSchedule" }],
      nodeNames: ["n1"],
    },
  ]);
});

test("without an account the nodes tell the groups; what only AWS knows stays unknown", () => {
  const nodes = [
    node({ name: "a", nodegroup: "web" }),
    node({ name: "b", labels: { "alpha.eksctl.io/nodegroup-name": "old" } }),
  ];
  const dumps = snapshot({ objects: { nodes }, account: null });
  const status = {
    nodeGroups: [
      {
        name: "eks-web-00c0ffee-0000-0000-0000-000000000001",
        health: { minSize: 1, maxSize: 6, cloudProviderTarget: 1 },
      },
    ],
  };
  const told = discovering === undefined ? [] : [{ ...discovering, status }];
  const groups = nodeGroupsOf(dumps, told);
  expect(groups.map((group) => group.name)).toEqual(["by-name", "old", "web"]);
  expect(groups[0]).toMatchObject({ min: 2, max: 7, desired: undefined, nodeNames: [], isManagedByAutoscaler: true });
  expect(groups.slice(1)).toMatchObject([
    {
      name: "old",
      kind: "self-managed",
      min: undefined,
      max: undefined,
      isManagedByAutoscaler: undefined,
      nodeNames: ["b"],
    },
    { name: "web", kind: "managed", min: 1, max: 6, desired: 1, isManagedByAutoscaler: true, nodeNames: ["a"] },
  ]);
});
