import type { Account } from "../../../src/aws/account.ts";
import type { JsonObject, KubeObject, Workload } from "../../../src/kube/objects.ts";
import type { ClusterObjects } from "../../../src/kube/resources.ts";
import type { Snapshot } from "../../../src/snapshot/snapshot.ts";
import { hold, type Pool } from "../../../src/karpenter/hold.ts";
import {
  account,
  clusterAutoscaler,
  daemonSet,
  deployment,
  eksCluster,
  node,
  object,
  ownedBy,
  pod,
  snapshot,
  subnet,
} from "../builders.ts";
import type { RuleCases } from "./case.ts";

const of = (objects: ClusterObjects, rest: Partial<Account> = {}): Snapshot =>
  snapshot({ objects, account: account(rest) });
const plain = of({});
const autoscaler = (flags: readonly string[], input: Parameters<typeof clusterAutoscaler>[0] = {}): Snapshot =>
  of({ deployments: [clusterAutoscaler({ flags: ["--cloud-provider=aws", ...flags], ...input })] });
const karpenter = (env: readonly { readonly name: string; readonly value: string }[] = [], replicas = 2): Workload =>
  deployment({
    name: "karpenter",
    namespace: "kube-system",
    replicas,
    spec: {
      serviceAccountName: "karpenter",
      containers: [{ name: "controller", image: "public.ecr.aws/karpenter/controller:1.14.1", env }],
    },
  });
const pool = (spec: JsonObject = {}): Pool & KubeObject => ({
  ...object("karpenter.sh/v1", "NodePool", { name: "general" }),
  spec: { template: { spec: {} }, ...spec },
});
const made = { ...pool(), metadata: { ...pool().metadata, annotations: { "dovetail.dev/plan": "install-test-1" } } };
const crd = (versions: readonly string[]): KubeObject =>
  object("apiextensions.k8s.io/v1", "CustomResourceDefinition", {
    name: "nodepools.karpenter.sh",
    rest: { spec: { group: "karpenter.sh", versions: versions.map((name) => ({ name, served: true })) } },
  });
const failing = (kind: string, type: string): KubeObject =>
  object("karpenter.sh/v1", kind, {
    name: "general",
    rest: { status: { conditions: [{ type, status: "False", reason: "NotFound", message: "no subnets found" }] } },
  });
const nodeClass = (alias: string): KubeObject =>
  object("karpenter.k8s.aws/v1", "EC2NodeClass", {
    name: "general",
    rest: { spec: { amiSelectorTerms: [{ alias }] } },
  });
const referring: Pool & KubeObject = pool({
  template: { spec: { nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "general" } } },
});
const selecting = (tags: Readonly<Record<string, string>>): KubeObject =>
  object("karpenter.k8s.aws/v1", "EC2NodeClass", {
    name: "general",
    rest: { spec: { subnetSelectorTerms: [{ tags }] } },
  });
const status = (text: string): ClusterObjects => ({
  deployments: [clusterAutoscaler()],
  configmaps: [
    {
      ...object("v1", "ConfigMap", { name: "cluster-autoscaler-status", namespace: "kube-system" }),
      data: { status: text },
    },
  ],
});
const priorities: ClusterObjects = {
  configmaps: [
    {
      ...object("v1", "ConfigMap", { name: "cluster-autoscaler-priority-expander", namespace: "kube-system" }),
      data: { priorities: "10:\n- .*spot.*\n50:\n- .*\n" },
    },
  ],
};
const controller = karpenter();
const roleArn = (name: string): string => `arn:aws:iam::111122223333:role/${name}`;
const awsAuth = (role: string): ClusterObjects => ({
  configmaps: [
    {
      ...object("v1", "ConfigMap", { name: "aws-auth", namespace: "kube-system" }),
      data: {
        mapRoles: `- rolearn: ${roleArn(role)}\n  username: system:node:{{EC2PrivateDNSName}}\n  groups:\n  - system:nodes\n`,
      },
    },
  ],
});
const nodeRole: Partial<Account> = {
  roles: [{ role: { RoleName: "KarpenterNodeRole-test", Arn: roleArn("KarpenterNodeRole-test") } }],
};
const account1 = (annotations: Readonly<Record<string, string>>): ClusterObjects => ({
  deployments: [controller],
  serviceaccounts: [object("v1", "ServiceAccount", { name: "karpenter", namespace: "kube-system", annotations })],
});
const queue = {
  QueueUrl: "https://sqs.us-east-1.amazonaws.com/111122223333/test",
  QueueArn: "arn:aws:sqs:us-east-1:111122223333:test",
};
const on = (name: string, labels: Readonly<Record<string, string>>): ClusterObjects => ({
  deployments: [controller],
  nodes: [node({ name, labels })],
  pods: [pod({ name: "karpenter-0", namespace: "kube-system", node: name, owners: [ownedBy(controller)] })],
});

/** What stands in the way of an installation. */
export const installCases: RuleCases = {
  DV4001: {
    fires: of({}, { cluster: eksCluster({ computeConfig: { enabled: true, nodePools: ["general-purpose"] } }) }),
    quiet: plain,
  },
  DV4002: {
    fires: of({ deployments: [controller] }),
    quiet: of({ deployments: [controller], nodepools: [hold(pool())] }),
  },
  DV4003: {
    fires: of({ customresourcedefinitions: [crd(["v1beta1"])] }),
    quiet: of({ customresourcedefinitions: [crd(["v1", "v1beta1"])] }),
  },
  DV4005: {
    fires: of({
      daemonsets: [
        daemonSet({
          name: "nth",
          spec: { containers: [{ name: "nth", image: "public.ecr.aws/aws-ec2/aws-node-termination-handler:v1.22.0" }] },
        }),
      ],
    }),
    quiet: of({ daemonsets: [daemonSet({ name: "nth" })] }),
  },
  DV4006: { fires: snapshot({ kubernetesVersion: "1.25" }), quiet: snapshot({ kubernetesVersion: "1.34" }) },
  DV4045: {
    fires: of({
      nodepools: [
        {
          ...pool(),
          metadata: { name: "dense", annotations: { "compatibility.karpenter.sh/v1beta1-kubelet-conversion": "{}" } },
        },
      ],
    }),
    quiet: of({ nodepools: [pool()] }),
  },
  DV4007: { fires: of({ nodepools: [pool()] }), quiet: of({ nodepools: [hold(pool())] }) },
  DV4011: { fires: plain, quiet: autoscaler([]) },
  DV4012: {
    fires: of({ deployments: [clusterAutoscaler(), clusterAutoscaler({ name: "ca-batch", namespace: "batch" })] }),
    quiet: autoscaler([]),
  },
  DV4013: {
    fires: of({ deployments: [clusterAutoscaler(), controller], nodepools: [pool()] }),
    quiet: of({ deployments: [clusterAutoscaler(), controller], nodepools: [hold(pool())] }),
  },
  DV4043: {
    fires: of({ nodepools: [referring], ec2nodeclasses: [] }),
    quiet: of({ nodepools: [referring], ec2nodeclasses: [nodeClass("al2023@v20260801")] }),
  },
  DV4044: {
    fires: of({ ec2nodeclasses: [selecting({ "karpenter.sh/discovery": "test" })] }),
    quiet: of(
      { ec2nodeclasses: [selecting({ "karpenter.sh/discovery": "test" })] },
      { subnets: [subnet("subnet-a", { tags: { "karpenter.sh/discovery": "test" } })] },
    ),
  },
  DV4042: {
    fires: of({ ec2nodeclasses: [nodeClass("al2023@latest")] }),
    quiet: of({ ec2nodeclasses: [nodeClass("al2023@v20260801")] }),
  },
  DV4041: {
    fires: of({ nodepools: [failing("NodePool", "Ready") as never] }),
    quiet: of({ nodepools: [failing("NodePool", "Other") as never] }),
  },
  DV5001: {
    fires: of({ deployments: [karpenter([{ name: "INTERRUPTION_QUEUE", value: "test" }])] }, { queues: [] }),
    quiet: of({ deployments: [karpenter([{ name: "INTERRUPTION_QUEUE", value: "test" }])] }, { queues: [queue] }),
  },
  DV5003: { fires: of(awsAuth("KarpenterNodeRole-test")), quiet: of(awsAuth("KarpenterNodeRole-test"), nodeRole) },
  DV5004: {
    fires: of({ customresourcedefinitions: [crd(["v1"])] }),
    quiet: of({ customresourcedefinitions: [crd(["v1"])], deployments: [controller] }),
  },
  DV5005: {
    fires: of({ deployments: [clusterAutoscaler({ replicas: 0 })] }),
    quiet: of({ deployments: [clusterAutoscaler({ replicas: 0 }), controller], nodepools: [pool()] }),
  },
  DV5007: {
    fires: of({ deployments: [controller] }, nodeRole),
    quiet: of({ deployments: [controller], ...awsAuth("KarpenterNodeRole-test") }, nodeRole),
  },
  DV5016: {
    fires: of({ nodepools: [made] }),
    quiet: of({ nodepools: [pool()] }),
  },
  DV5008: { fires: of({ nodepools: [hold(pool())] }), quiet: of({ nodepools: [pool()] }) },
  DV5009: {
    fires: of({ nodeclaims: [failing("NodeClaim", "Registered") as never] }),
    quiet: of({ nodeclaims: [failing("NodeClaim", "Drifted") as never] }),
  },
  DV5010: {
    fires: of(account1({ "eks.amazonaws.com/role-arn": roleArn("KarpenterControllerRole-test") })),
    quiet: of(account1({})),
  },
  DV5012: {
    fires: of({}, { queues: [queue], eventRules: [] }),
    quiet: of({}, { queues: [queue], eventRules: [{ Name: "spot", Targets: [{ Arn: queue.QueueArn }] }] }),
  },
  DV5014: {
    fires: of(on("a", { "karpenter.sh/nodepool": "general" })),
    quiet: of(on("a", {})),
  },
};

/** Cluster Autoscaler's settings and state. */
export const autoscalerCases: RuleCases = {
  DV4020: {
    fires: of({ deployments: [clusterAutoscaler({ flags: ["--expander=priority"] })], ...priorities }),
    quiet: autoscaler(["--expander=least-waste"]),
  },
  DV4022: {
    fires: autoscaler(["--expander=priority"]),
    quiet: of({ deployments: [clusterAutoscaler({ flags: ["--expander=priority"] })], ...priorities }),
  },
  DV4021: { fires: autoscaler(["--expander=most-pods"]), quiet: autoscaler(["--expander=least-waste"]) },
  DV4023: { fires: autoscaler(["--max-nodes-total=50"]), quiet: autoscaler(["--max-nodes-total=0"]) },
  DV4024: {
    fires: autoscaler(["--balance-similar-node-groups"]),
    quiet: autoscaler(["--balance-similar-node-groups=false"]),
  },
  DV4025: { fires: autoscaler(["--scale-down-enabled=false"]), quiet: autoscaler(["--scale-down-enabled=true"]) },
  DV4026: {
    fires: autoscaler(["--scale-down-unneeded-time=5m"]),
    quiet: autoscaler(["--scale-down-unneeded-time=10m"]),
  },
  DV4027: {
    fires: autoscaler(["--node-group-auto-discovery=asg:tag=a", "--node-group-auto-discovery=asg:tag=b"]),
    quiet: autoscaler(["--node-group-auto-discovery=asg:tag=a"]),
  },
  DV4028: {
    fires: autoscaler(["--expendable-pods-priority-cutoff=0"]),
    quiet: autoscaler(["--expendable-pods-priority-cutoff=-10"]),
  },
  DV4030: { fires: autoscaler([], { version: "1.31.0" }), quiet: autoscaler([], { version: "1.34.0" }) },
  DV4031: {
    fires: of(status("time: 2026-08-01\nclusterWide:\n  health:\n    status: Unhealthy\nnodeGroups: []\n")),
    quiet: of(status("time: 2026-08-01\nclusterWide:\n  health:\n    status: Healthy\nnodeGroups: []\n")),
  },
  DV4032: {
    fires: autoscaler(["--max-graceful-termination-sec=60"]),
    quiet: autoscaler(["--max-graceful-termination-sec=600"]),
  },
  DV4033: { fires: autoscaler(["--new-pod-scale-up-delay=30s"]), quiet: autoscaler(["--new-pod-scale-up-delay=0s"]) },
  DV4034: {
    fires: autoscaler(["--enable-provisioning-requests=true"]),
    quiet: autoscaler(["--enable-provisioning-requests=false"]),
  },
  DV4035: { fires: autoscaler(["--enforce-node-group-min-size=true"]), quiet: autoscaler([]) },
  DV4036: { fires: autoscaler(["--magic=1"]), quiet: autoscaler(["--scan-interval=20s"]) },
  DV4038: {
    fires: autoscaler(["--max-node-startup-time=10m"], { version: "1.34.0" }),
    quiet: autoscaler(["--max-node-startup-time=10m"], { version: "1.35.0" }),
  },
  DV4039: {
    fires: autoscaler(["--scale-down-unneeded-time=10"]),
    quiet: autoscaler(["--scale-down-unneeded-time=0"]),
  },
  DV4037: {
    fires: of({
      deployments: [
        clusterAutoscaler({
          spec: {
            containers: [{ name: "ca", image: "example/cluster-autoscaler:main", command: ["./cluster-autoscaler"] }],
          },
        }),
      ],
    }),
    quiet: autoscaler([]),
  },
};
