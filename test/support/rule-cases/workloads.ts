import type { PodSpec, Workload } from "../../../src/kube/objects.ts";
import type { ClusterObjects } from "../../../src/kube/resources.ts";
import type { Snapshot } from "../../../src/snapshot/snapshot.ts";
import {
  accountOf,
  clusterAutoscaler,
  daemonSet,
  deployment,
  job,
  node,
  nodeGroup,
  object,
  ownedBy,
  pdb,
  pod,
  pods,
  running,
  snapshot,
  together,
} from "../builders.ts";
import type { RuleCases } from "./case.ts";
import { sharing } from "./groups.ts";

const of = (...parts: readonly ClusterObjects[]): Snapshot => snapshot({ objects: together(...parts) });
const web = (replicas: number, input: Parameters<typeof running>[0] = {}): ClusterObjects =>
  running({ name: "web", replicas, ...input });
const budget = (input: Parameters<typeof pdb>[0]): ClusterObjects => ({
  poddisruptionbudgets: [pdb({ name: "web", matchLabels: { app: "web" }, ...input })],
});
const withAutoscaler = (
  flags?: readonly string[],
  input: Parameters<typeof clusterAutoscaler>[0] = {},
): ClusterObjects => ({
  deployments: [clusterAutoscaler(flags === undefined ? input : { ...input, flags })],
});
const scaler = (min: number): ClusterObjects => ({
  horizontalpodautoscalers: [
    object("autoscaling/v2", "HorizontalPodAutoscaler", {
      name: "web",
      namespace: "default",
      rest: { spec: { scaleTargetRef: { kind: "Deployment", name: "web" }, minReplicas: min } },
    }),
  ],
});
const unready = (count: number): ClusterObjects => {
  const made = web(3);
  const some = (made.pods ?? []).map((one, i) => (i < count ? pod({ ...podOf(one), isReady: false }) : one));
  return { ...made, pods: some };
};
const podOf = (one: NonNullable<ClusterObjects["pods"]>[number]): Parameters<typeof pod>[0] => ({
  name: one.metadata.name,
  labels: one.metadata.labels ?? {},
  owners: one.metadata.ownerReferences ?? [],
  node: one.spec.nodeName ?? "node",
});

/** PodDisruptionBudgets. */
export const budgetCases: RuleCases = {
  DV1001: { fires: of(web(3), budget({ minAvailable: 3 })), quiet: of(web(3), budget({ minAvailable: 2 })) },
  DV1002: {
    fires: of(web(3), budget({ maxUnavailable: 1 }), {
      poddisruptionbudgets: [pdb({ name: "all", matchLabels: {}, maxUnavailable: 1 })],
    }),
    quiet: of(web(3), budget({ maxUnavailable: 1 }), {
      poddisruptionbudgets: [pdb({ name: "all", namespace: "other", matchLabels: {}, maxUnavailable: 1 })],
    }),
  },
  DV1004: { fires: of(unready(1), budget({ minAvailable: 2 })), quiet: of(unready(0), budget({ minAvailable: 2 })) },
  DV1005: { fires: of(web(3), budget({ minAvailable: "90%" })), quiet: of(web(3), budget({ maxUnavailable: "10%" })) },
  DV1006: {
    fires: of(unready(2), budget({ minAvailable: 2 })),
    quiet: of(unready(2), budget({ minAvailable: 2, spec: { unhealthyPodEvictionPolicy: "AlwaysAllow" } })),
  },
  DV1040: {
    fires: of(web(2), budget({ matchLabels: { app: "wbe" }, maxUnavailable: 1 })),
    quiet: of(web(2), budget({ maxUnavailable: 1 })),
  },
  DV1042: {
    fires: of({ pods: pods(2, { name: "web", labels: { app: "web" }, node: "node" }) }, budget({ maxUnavailable: 1 })),
    quiet: of({ pods: pods(2, { name: "web", labels: { app: "web" }, node: "node" }) }, budget({ minAvailable: 1 })),
  },
  DV1047: {
    fires: of(web(5), budget({ minAvailable: 2 }), scaler(2)),
    quiet: of(web(5), budget({ minAvailable: 2 }), scaler(3)),
  },
};

const annotated = (
  annotations: Readonly<Record<string, string>>,
  input: Parameters<typeof running>[0] = {},
): ClusterObjects => web(2, { templateAnnotations: annotations, ...input });
const safe = "cluster-autoscaler.kubernetes.io/safe-to-evict";
const stay = { "karpenter.sh/do-not-disrupt": "true" };
const rollout = { apiVersion: "argoproj.io/v1alpha1", kind: "Workflow", name: "etl", controller: true };

/** Protection by annotation, owner and local data. */
export const protectionCases: RuleCases = {
  DV1007: { fires: of(annotated({ [safe]: "false" })), quiet: of(annotated({ [safe]: "false", ...stay })) },
  DV1008: {
    fires: of({ pods: [pod({ name: "debug", node: "node" })] }),
    quiet: of({ pods: [pod({ name: "debug", node: "node", annotations: stay })] }),
  },
  DV1009: { fires: of(web(1)), quiet: of(web(2)) },
  DV1010: { fires: of(web(2)), quiet: of(web(2), budget({ maxUnavailable: 1 })) },
  DV1023: {
    fires: of(withAutoscaler(), web(2, { volumes: [{ name: "cache", emptyDir: {} }] })),
    quiet: of(
      withAutoscaler(["--skip-nodes-with-local-storage=false"]),
      web(2, { volumes: [{ name: "cache", emptyDir: {} }] }),
    ),
  },
  DV1025: {
    fires: of({ jobs: [job({ name: "import" })] }),
    quiet: of({ jobs: [job({ name: "import", templateAnnotations: stay })] }),
  },
  DV1026: {
    fires: of(withAutoscaler(), running({ name: "coredns", namespace: "kube-system", replicas: 2 })),
    quiet: of(withAutoscaler(), running({ name: "coredns", namespace: "kube-system", replicas: 2 }), {
      poddisruptionbudgets: [
        pdb({ name: "coredns", namespace: "kube-system", matchLabels: { app: "coredns" }, maxUnavailable: 1 }),
      ],
    }),
  },
  DV1027: {
    fires: of(withAutoscaler(), { pods: [pod({ name: "etl-1", node: "node", owners: [rollout] })] }),
    quiet: of(withAutoscaler(), web(1)),
  },
  DV1031: {
    fires: of(annotated({ "karpenter.sh/do-not-evict": "true" })),
    quiet: of(annotated({ "karpenter.sh/do-not-evict": "true", ...stay })),
  },
  DV1032: {
    fires: of({ nodes: [node({ name: "a", annotations: { "karpenter.sh/do-not-consolidate": "true" } })] }),
    quiet: of({ nodes: [node({ name: "a", annotations: stay })] }),
  },
  DV1033: {
    fires: of(annotated({ "cluster-autoscaler.kubernetes.io/pod-scale-up-delay": "10m" })),
    quiet: of(annotated({ [safe]: "true" })),
  },
  DV1035: {
    fires: of(web(2, { spec: { terminationGracePeriodSeconds: 3600 } })),
    quiet: of(web(2, { spec: { terminationGracePeriodSeconds: 600 } })),
  },
  DV1036: { fires: of(annotated(stay)), quiet: of(annotated({})) },
  DV1048: {
    fires: of(
      withAutoscaler(undefined, { version: "1.33.0" }),
      annotated({ [safe]: "false" }, { namespace: "kube-system" }),
    ),
    quiet: of(
      withAutoscaler(undefined, { version: "1.32.0" }),
      annotated({ [safe]: "false" }, { namespace: "kube-system" }),
    ),
  },
  DV2123: {
    fires: of({
      nodes: [node({ name: "a", annotations: { "cluster-autoscaler.kubernetes.io/scale-down-disabled": "true" } })],
    }),
    quiet: of({ nodes: [node({ name: "a" })] }),
  },
};

const selecting = (nodeSelector: Readonly<Record<string, string>>): ClusterObjects =>
  web(2, { spec: { nodeSelector } });
const term = (key: string, operator: string, values?: readonly string[]): ClusterObjects =>
  web(2, {
    spec: {
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchExpressions: [{ key, operator, ...(values === undefined ? {} : { values }) }] }],
          },
        },
      },
    },
  });
const apart = (kind: "required" | "preferred"): ClusterObjects => {
  const podAffinityTerm = { topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels: { app: "web" } } };
  const podAntiAffinity =
    kind === "required"
      ? { requiredDuringSchedulingIgnoredDuringExecution: [podAffinityTerm] }
      : { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm }] };
  return web(3, { spec: { affinity: { podAntiAffinity } } });
};
const spread = (whenUnsatisfiable: string): ClusterObjects =>
  web(3, {
    spec: {
      topologySpreadConstraints: [{ maxSkew: 1, topologyKey: "topology.kubernetes.io/zone", whenUnsatisfiable }],
    },
  });
const ports = (hostPort: number | undefined): ClusterObjects =>
  web(2, {
    spec: {
      containers: [
        {
          name: "app",
          resources: { requests: { cpu: "1", memory: "1Gi" } },
          ports: [{ containerPort: 80, ...(hostPort === undefined ? {} : { hostPort }) }],
        },
      ],
    },
  });
const twoZones: ClusterObjects = { nodes: [node({ name: "a" }), node({ name: "b", zone: "us-east-1b" })] };

const overKey = (topologyKey: string): Snapshot =>
  snapshot({
    account: accountOf([nodeGroup()]),
    objects: web(3, {
      spec: { topologySpreadConstraints: [{ maxSkew: 1, topologyKey, whenUnsatisfiable: "DoNotSchedule" }] },
    }),
  });
const twoArchs = (spec: Partial<PodSpec>): Snapshot =>
  snapshot({
    account: accountOf([
      nodeGroup({ name: "x", desired: 3, instanceIds: ["i-a"] }),
      nodeGroup({ name: "arm", nodegroup: { amiType: "AL2023_ARM_64_STANDARD" } }),
    ]),
    objects: together(web(2, { spec, on: ["a"] }), { nodes: [node({ name: "a", nodegroup: "x", instanceId: "i-a" })] }),
  });
const daemonOf = (value: number): Snapshot =>
  of(
    { daemonsets: [daemonSet({ name: "logs", spec: { priorityClassName: "logs" } })] },
    {
      priorityclasses: [
        { apiVersion: "scheduling.k8s.io/v1", kind: "PriorityClass", metadata: { name: "logs" }, value },
      ],
    },
  );

/** Selectors, affinity, spreading, ports. */
export const placementCases: RuleCases = {
  DV1051: { fires: overKey("eks.amazonaws.com/nodegroup"), quiet: overKey("topology.kubernetes.io/zone") },
  DV1052: { fires: twoArchs({}), quiet: twoArchs({ nodeSelector: { "kubernetes.io/arch": "amd64" } }) },
  DV1053: { fires: daemonOf(-10), quiet: daemonOf(1000) },
  DV1054: { fires: sharing(2), quiet: sharing(1) },
  DV1011: {
    fires: of(selecting({ "eks.amazonaws.com/nodegroup": "batch" })),
    quiet: of(term("eks.amazonaws.com/compute-type", "NotIn", ["fargate"])),
  },
  DV1012: { fires: of(selecting({ "alpha.eksctl.io/nodegroup-name": "ng-1" })), quiet: of(selecting({ team: "a" })) },
  DV1013: {
    fires: of(
      { nodes: [node({ name: "a", nodegroup: "batch", labels: { team: "data" } })] },
      selecting({ team: "data" }),
    ),
    quiet: of(
      { nodes: [node({ name: "a", nodegroup: "batch", labels: { team: "data" } })] },
      selecting({ "kubernetes.io/arch": "amd64" }),
    ),
  },
  DV1014: {
    fires: of(selecting({ "beta.kubernetes.io/os": "linux" })),
    quiet: of(selecting({ "kubernetes.io/os": "linux" })),
  },
  DV1015: {
    fires: of(selecting({ "kubernetes.io/hostname": "ip-10-0-0-1.ec2.internal" })),
    quiet: of(apart("required")),
  },
  DV1016: {
    fires: of(term("karpenter.sh/mine", "In", ["a"])),
    quiet: of(term("karpenter.sh/capacity-type", "In", ["spot"])),
  },
  DV1017: { fires: of(apart("preferred")), quiet: of(apart("required")) },
  DV1018: { fires: of(spread("ScheduleAnyway")), quiet: of(spread("DoNotSchedule")) },
  DV1024: { fires: of(ports(8080)), quiet: of(ports(undefined)) },
  DV1034: {
    fires: of(web(1, { spec: { schedulerName: "volcano" } })),
    quiet: of(web(1, { spec: { schedulerName: "default-scheduler" } })),
  },
  DV1039: { fires: of(apart("required")), quiet: of(apart("preferred")) },
  DV1045: { fires: of(twoZones, web(3)), quiet: of(twoZones, spread("DoNotSchedule")) },
  DV1050: {
    fires: of(term("karpenter.sh/nodepool", "DoesNotExist")),
    quiet: of(term("karpenter.sh/nodepool", "Exists")),
  },
  DV1046: {
    fires: of(selecting({ "node.kubernetes.io/instance-type": "m5.large" })),
    quiet: of(selecting({ "karpenter.k8s.aws/instance-category": "m" })),
  },
};

const asking = (requests: Readonly<Record<string, string>>): ClusterObjects => web(2, { requests });
const daemons = (cpu: string): ClusterObjects => {
  const agent = daemonSet({ name: "agent", cpu });
  return {
    nodes: [node({ name: "a", instanceType: "t3.small", cpu: "1930m" })],
    daemonsets: [agent],
    pods: [pod({ name: "agent-1", node: "a", cpu, owners: [ownedBy(agent)] })],
  };
};
const pause = (priority: number, image: string): Workload =>
  deployment({
    name: "spare",
    replicas: 2,
    spec: { priority, containers: [{ name: "pause", image, resources: { requests: { cpu: "1", memory: "1Gi" } } }] },
  });

/** Requests, sizes and priorities. */
export const requestCases: RuleCases = {
  DV1003: { fires: of(asking({ cpu: "500", memory: "1Gi" })), quiet: of(asking({ cpu: "4", memory: "8Gi" })) },
  DV1019: { fires: of(asking({ cpu: "1" })), quiet: of(asking({ cpu: "1", memory: "1Gi" })) },
  DV1028: {
    fires: of({ deployments: [pause(-1, "registry.k8s.io/pause:3.10")] }),
    quiet: of({ deployments: [pause(-1, "example/worker:1")] }),
  },
  DV1029: {
    fires: of({ deployments: [pause(-20, "example/worker:1")] }),
    quiet: of({ deployments: [pause(-10, "example/worker:1")] }),
  },
  DV1030: { fires: of(daemons("800m")), quiet: of(daemons("100m")) },
  DV1037: {
    fires: of(asking({ cpu: "1", memory: "1Gi", "example.com/fpga": "1" })),
    quiet: of(asking({ cpu: "1", memory: "1Gi", "nvidia.com/gpu": "1" })),
  },
  DV1038: { fires: of({ pods: [pod({ name: "web-1" })] }), quiet: of({ pods: [pod({ name: "web-1", node: "a" })] }) },
  DV1041: {
    fires: of(web(1, { spec: { resourceClaims: [{ name: "gpu", resourceClaimName: "gpu" }] } })),
    quiet: of(web(1)),
  },
  DV1043: {
    fires: of({ daemonsets: [daemonSet({ name: "agent", requests: { cpu: "50m" } })] }),
    quiet: of({ daemonsets: [daemonSet({ name: "agent" })] }),
  },
};
