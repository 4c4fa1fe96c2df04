import { expect, test } from "vitest";
import type { Finding } from "../../findings/finding.ts";
import type { NodeSelectorTerm } from "../../kube/objects.ts";
import { judge } from "../../../test/support/rule-cases/judge.ts";
import type { Snapshot } from "../../snapshot/snapshot.ts";
import {
  account,
  accountOf,
  clusterAutoscaler,
  node,
  nodeGroup,
  object,
  pdb,
  pod,
  running,
  snapshot,
  together,
} from "../../../test/support/builders.ts";

const findings = (made: Snapshot): readonly Finding[] => judge(made).findings;
const codes = (made: Snapshot): readonly string[] => findings(made).map((one) => one.code);
const selecting = (...nodeSelectorTerms: readonly NodeSelectorTerm[]): Snapshot =>
  snapshot({
    objects: running({
      name: "web",
      replicas: 2,
      spec: { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } } },
    }),
  });
const group = { matchExpressions: [{ key: "eks.amazonaws.com/nodegroup", operator: "In", values: ["batch"] }] };
const arch = { matchExpressions: [{ key: "kubernetes.io/arch", operator: "In", values: ["arm64"] }] };

test("a pod with another way out is not stuck by a node group's label", () => {
  expect(codes(selecting(group))).toContain("DV1011");
  expect(codes(selecting(group, arch))).not.toContain("DV1011");
});

test("but one invalid term is enough for Karpenter to refuse the pod", () => {
  const invalid = { matchExpressions: [{ key: "karpenter.sh/unknown", operator: "Exists" }] };
  expect(codes(selecting(arch, invalid))).toContain("DV1016");
});

test("even keeping away from a host name makes Karpenter refuse the pod", () => {
  const away = { matchExpressions: [{ key: "kubernetes.io/hostname", operator: "NotIn", values: ["a"] }] };
  expect(codes(selecting(away))).toContain("DV1015");
});

test("a capacity type selector is told its Karpenter word", () => {
  const [found] = findings(
    selecting({ matchExpressions: [{ key: "eks.amazonaws.com/capacityType", operator: "In", values: ["SPOT"] }] }),
  ).filter((one) => one.code === "DV1011");
  expect(found?.fix).toContain("karpenter.sh/capacity-type: spot");
});

test("overlap is seen in manifests alone", () => {
  const { pods: _, ...manifests } = running({ name: "web", replicas: 2 });
  const budgets = [
    pdb({ name: "one", matchLabels: { app: "web" }, maxUnavailable: 1 }),
    pdb({ name: "two", matchLabels: {}, maxUnavailable: 1 }),
  ];
  const { pods: __, ...objects } = snapshot({ objects: { ...manifests, poddisruptionbudgets: budgets } }).objects;
  const made = { ...snapshot(), objects };
  expect(codes(made)).toContain("DV1002");
});

test("a startup taint is found in the user data that registers it", () => {
  const made = snapshot({
    account: accountOf(
      [
        nodeGroup({
          kind: "self-managed",
          name: "cilium",
          autoScalingGroup: { LaunchTemplate: { LaunchTemplateId: "lt-1", Version: "1" } },
        }),
      ],
      {
        launchTemplateVersions: [
          {
            LaunchTemplateId: "lt-1",
            VersionNumber: 1,
            LaunchTemplateData: {
              UserData:
                "/etc/eks/bootstrap.sh test --kubelet-extra-args '--register-with-taints=node.cilium.io/agent-not-ready=true:NoExecute'",
            },
          },
        ],
      },
    ),
  });
  expect(findings(made).find((one) => one.code === "DV2118")?.message).toBe(
    "taint node.cilium.io/agent-not-ready (user data of cilium)",
  );
});

test("a node role of another account is not called missing", () => {
  const mapping = (accountId: string): Snapshot =>
    snapshot({
      objects: {
        configmaps: [
          {
            ...object("v1", "ConfigMap", { name: "aws-auth", namespace: "kube-system" }),
            data: {
              mapRoles: `- groups:\n  - system:nodes\n  rolearn: arn:aws:iam::${accountId}:role/nodes\n  username: system:node:{{EC2PrivateDNSName}}\n`,
            },
          },
        ],
      },
      account: account(),
    });
  expect(codes(mapping("999900001111"))).not.toContain("DV5003");
  expect(codes(mapping("111122223333"))).toContain("DV5003");
});

test("what runs on Fargate is not moved and not judged", () => {
  const fargate = node({ name: "fargate-ip-10-0-0-1", labels: { "eks.amazonaws.com/compute-type": "fargate" } });
  const onFargate = pod({
    name: "job",
    node: "fargate-ip-10-0-0-1",
    requests: {},
    spec: { schedulerName: "fargate-scheduler" },
  });
  const made = snapshot({ objects: { nodes: [fargate], pods: [onFargate] } });
  expect(codes(made).filter((code) => code.startsWith("DV1"))).toEqual([]);
});

test("Cluster Autoscaler's own pods are nobody's trap", () => {
  const made = snapshot({
    objects: {
      deployments: [
        clusterAutoscaler({ templateAnnotations: { "cluster-autoscaler.kubernetes.io/safe-to-evict": "false" } }),
      ],
    },
  });
  expect(codes(made)).not.toContain("DV1007");
  expect(codes(made)).not.toContain("DV1009");
});

test("an instance of a group whose subnet is nearly full counts pods with addresses of their own only", () => {
  const crowd = (hostNetwork: boolean): Snapshot =>
    snapshot({
      objects: together(
        { nodes: [node({ name: "a", instanceId: "i-a" })] },
        { pods: Array.from({ length: 10 }, (_, i) => pod({ name: `p${i}`, node: "a", spec: { hostNetwork } })) },
      ),
      account: accountOf([nodeGroup({ instanceIds: ["i-a"] })], {
        subnets: [{ SubnetId: "subnet-a", AvailabilityZone: "us-east-1a", AvailableIpAddressCount: 5 }],
        instances: [{ InstanceId: "i-a", SubnetId: "subnet-a" }],
      }),
    });
  expect(codes(crowd(false))).toContain("DV3005");
  expect(codes(crowd(true))).not.toContain("DV3005");
});
