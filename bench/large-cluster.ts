import { defaultRelease } from "../src/karpenter/releases.ts";
import type { NodeClaim, NodePool } from "../src/karpenter/api.ts";
import type { InstanceType } from "../src/karpenter/instance-type.ts";
import type { Labels, Node, Pod, Workload } from "../src/kube/objects.ts";
import type { SolveInput } from "../src/scheduling/types.ts";

/** A cluster of real size for what-if questions: managed nodes nearly full, daemons, spread deployments, and pods that wait. */
export interface ClusterSize {
  readonly nodes: number;
  readonly pods: number;
  readonly pending: number;
}

const zones = ["us-east-1a", "us-east-1b", "us-east-1c"];
const podsPerDeployment = 50;
const daemonsPerNode = 2;
const created = "2026-09-14T09:00:00Z";

/** The cluster with these types to choose from; every existing node is considered for every waiting pod. */
export function largeCluster(size: ClusterSize, types: readonly InstanceType[]): SolveInput {
  const nodes = Array.from({ length: size.nodes }, (_, at) => nodeOf(at));
  const daemons = Array.from({ length: daemonsPerNode }, (_, at) => daemonSet(`agent-${at}`));
  const daemonPods = nodes.flatMap(({ metadata }) => daemons.map((set) => daemonPod(set, metadata.name)));
  const running = Array.from({ length: Math.max(0, size.pods - daemonPods.length) }, (_, at) =>
    appPod(at, `node-${at % size.nodes}`),
  );
  const pending = Array.from({ length: size.pending }, (_, at) => appPod(size.pods + at, undefined));
  return {
    nowMs: Date.parse("2026-09-14T10:00:00Z"),
    objects: {
      nodes,
      nodeclaims: nodes.map(claimOf),
      nodepools: [pool()],
      daemonsets: daemons,
      pods: [...daemonPods, ...running, ...pending],
      namespaces: [],
    },
    instanceTypes: new Map([["*", types]]),
    wellKnownLabels: "aws",
    behaviour: defaultRelease.behaviour,
    options: {},
  };
}

function nodeOf(at: number): Node {
  const name = `node-${at}`;
  const labels: Labels = {
    "kubernetes.io/hostname": name,
    "topology.kubernetes.io/zone": zones[at % zones.length] ?? "",
    "node.kubernetes.io/instance-type": "m5.2xlarge",
    "kubernetes.io/arch": "amd64",
    "kubernetes.io/os": "linux",
    "karpenter.sh/nodepool": "general",
    "karpenter.sh/capacity-type": at % 3 === 0 ? "spot" : "on-demand",
    "karpenter.sh/registered": "true",
    "karpenter.sh/initialized": "true",
    "karpenter.k8s.aws/ec2nodeclass": "default",
  };
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, labels, creationTimestamp: created },
    spec: { providerID: `aws:///${labels["topology.kubernetes.io/zone"]}/i-${at}` },
    status: {
      capacity: { cpu: "8", memory: "32Gi", pods: "58" },
      allocatable: { cpu: "7910m", memory: "30Gi", pods: "58" },
      conditions: [{ type: "Ready", status: "True" }],
    },
  };
}

function claimOf(node: Node): NodeClaim {
  return {
    apiVersion: "karpenter.sh/v1",
    kind: "NodeClaim",
    metadata: { name: `claim-${node.metadata.name}`, labels: node.metadata.labels ?? {}, creationTimestamp: created },
    spec: { nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" } },
    status: { providerID: node.spec?.providerID ?? "", nodeName: node.metadata.name },
  };
}

function pool(): NodePool {
  const condition = (type: string) => ({ type, status: "True" });
  return {
    apiVersion: "karpenter.sh/v1",
    kind: "NodePool",
    metadata: { name: "general" },
    spec: {
      template: {
        spec: {
          requirements: [{ key: "kubernetes.io/arch", operator: "In", values: ["amd64"] }],
          nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" },
        },
      },
    },
    status: { conditions: [condition("ValidationSucceeded"), condition("NodeClassReady"), condition("Ready")] },
  };
}

function daemonSet(name: string): Workload {
  const containers = [{ name: "main", resources: { requests: { cpu: "100m", memory: "200Mi" } } }];
  return {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name, namespace: "kube-system", uid: `daemonset-${name}` },
    spec: { template: { metadata: { labels: { app: name } }, spec: { containers } } },
  };
}

function daemonPod(set: Workload, nodeName: string): Pod {
  const { name, uid = "" } = set.metadata;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: `${name}-${nodeName}`,
      namespace: "kube-system",
      uid: `${name}-${nodeName}`,
      labels: { app: name },
      creationTimestamp: created,
      ownerReferences: [{ apiVersion: "apps/v1", kind: "DaemonSet", name, uid, controller: true }],
    },
    spec: { ...set.spec.template.spec, nodeName },
    status: { phase: "Running" },
  };
}

const cpus = ["100m", "250m", "500m", "800m", "1200m", "1500m"];
const memories = ["256Mi", "512Mi", "1Gi", "2Gi", "3Gi", "4Gi"];

/** Pods of one deployment are alike; every third spreads over zones, every fifth keeps apart from its like, every seventh wants a zone. */
function appPod(at: number, nodeName: string | undefined): Pod {
  const deployment = Math.floor(at / podsPerDeployment);
  const app = `app-${deployment}`;
  const labelSelector = { matchLabels: { app } };
  const requests = {
    cpu: cpus[deployment % cpus.length] ?? "",
    memory: memories[(deployment * 5) % memories.length] ?? "",
  };
  const zoneKey = "topology.kubernetes.io/zone";
  const spread = { maxSkew: 1, topologyKey: zoneKey, whenUnsatisfiable: "DoNotSchedule", labelSelector };
  const apart = { topologyKey: "kubernetes.io/hostname", labelSelector };
  const waiting = {
    phase: "Pending",
    conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable" }],
  };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: `${app}-${at}`,
      namespace: `team-${deployment % 40}`,
      uid: `pod-${at}`,
      labels: { app },
      creationTimestamp: created,
    },
    spec: {
      containers: [{ name: "main", resources: { requests } }],
      ...(nodeName === undefined ? {} : { nodeName }),
      ...(deployment % 3 === 0 ? { topologySpreadConstraints: [spread] } : {}),
      ...(deployment % 5 === 0
        ? { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [apart] } } }
        : {}),
      ...(deployment % 7 === 0 ? { nodeSelector: { [zoneKey]: zones[deployment % zones.length] ?? "" } } : {}),
    },
    status: nodeName === undefined ? waiting : { phase: "Running" },
  };
}
