import fc from "fast-check";
import { expect, test } from "vitest";
import { loadCatalogue } from "../adapters/disk/catalogue.ts";
import { discover } from "../app/read/discover.ts";
import { listPrices } from "../../test/support/simulation.ts";
import { factsOf } from "../assessment/facts.ts";
import { assess } from "../assessment/assess.ts";
import type { Json, JsonObject } from "../kube/objects.ts";
import { Fault } from "../fault/fault.ts";
import { defaultRelease } from "../karpenter/releases.ts";
import { snapshotOfDumps } from "../snapshot/assemble.ts";
import { Collector } from "../snapshot/collect.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import { explainNode, explainNodePool } from "./explain/node.ts";
import { explainPod } from "./explain/pod.ts";
import { translateSnapshot } from "../app/translate/translate.ts";
import { MemoryFiles } from "../adapters/sandbox/memory-files.ts";
import { poolsOfFiles } from "../app/forecast/pool-files.ts";
import { type Pools, poolsOfCluster } from "./pools.ts";
import { simulate } from "./simulate.ts";

/** Any JSON in any field of what a dump holds gives a result or an error that names the object; never a broken program. */

const label = "app.kubernetes.io/name";
const template: JsonObject = {
  metadata: { labels: { [label]: "web" }, annotations: { "karpenter.sh/do-not-disrupt": "false" } },
  spec: {
    nodeSelector: { "kubernetes.io/os": "linux" },
    tolerations: [{ key: "dedicated", operator: "Equal", value: "web", effect: "NoSchedule", tolerationSeconds: 30 }],
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [
            { matchExpressions: [{ key: "karpenter.k8s.aws/instance-cpu", operator: "Gt", values: ["1"] }] },
          ],
        },
        preferredDuringSchedulingIgnoredDuringExecution: [
          {
            weight: 5,
            preference: {
              matchExpressions: [{ key: "topology.kubernetes.io/zone", operator: "In", values: ["us-east-1a"] }],
            },
          },
        ],
      },
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          {
            weight: 1,
            podAffinityTerm: {
              topologyKey: "kubernetes.io/hostname",
              namespaces: ["shop"],
              matchLabelKeys: ["pod-template-hash"],
              labelSelector: { matchLabels: { [label]: "web" } },
            },
          },
        ],
      },
    },
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: "topology.kubernetes.io/zone",
        whenUnsatisfiable: "ScheduleAnyway",
        minDomains: 2,
        labelSelector: { matchExpressions: [{ key: label, operator: "In", values: ["web"] }] },
      },
    ],
    overhead: { cpu: "10m" },
    initContainers: [{ name: "init", restartPolicy: "Always", resources: { requests: { cpu: "20m" } } }],
    containers: [
      {
        name: "app",
        image: "example/app:1",
        args: ["--flag"],
        env: [{ name: "MODE", value: "x" }],
        ports: [{ containerPort: 80, hostPort: 8080, protocol: "TCP" }],
        resources: { requests: { cpu: "250m", memory: "256Mi" }, limits: { memory: "1Gi" } },
      },
    ],
    volumes: [
      { name: "data", persistentVolumeClaim: { claimName: "data" } },
      { name: "scratch", ephemeral: { volumeClaimTemplate: { spec: { storageClassName: "gp3" } } } },
    ],
    priority: 100,
    hostNetwork: false,
    schedulingGates: [],
  },
};

const owner = (kind: string, name: string): Json => ({
  apiVersion: "apps/v1",
  kind,
  name,
  uid: name,
  controller: true,
});
const podSpec = template["spec"] as JsonObject;

const objects: readonly JsonObject[] = [
  {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name: "node-1",
      creationTimestamp: "2026-08-01T10:00:00Z",
      labels: {
        "node.kubernetes.io/instance-type": "m5.large",
        "topology.kubernetes.io/zone": "us-east-1a",
        "topology.kubernetes.io/region": "us-east-1",
        "eks.amazonaws.com/nodegroup": "workers",
        "eks.amazonaws.com/capacityType": "ON_DEMAND",
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/os": "linux",
      },
    },
    spec: {
      providerID: "aws:///us-east-1a/i-0123456789abcdef0",
      taints: [{ key: "dedicated", value: "web", effect: "NoSchedule" }],
    },
    status: {
      capacity: { cpu: "2", memory: "7910184Ki", pods: "29" },
      allocatable: { cpu: "1930m", memory: "7219Mi", pods: "29" },
      conditions: [{ type: "Ready", status: "True", lastTransitionTime: "2026-08-01T10:01:00Z" }],
      addresses: [{ type: "InternalDNS", address: "node-1" }],
      nodeInfo: { kubeletVersion: "v1.33.1-eks-1" },
    },
  },
  {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: "web-1",
      namespace: "shop",
      creationTimestamp: "2026-08-01T10:02:00Z",
      labels: { [label]: "web" },
      annotations: { "cluster-autoscaler.kubernetes.io/safe-to-evict": "false" },
      ownerReferences: [owner("ReplicaSet", "web")],
    },
    spec: { ...podSpec, nodeName: "node-1" },
    status: {
      phase: "Running",
      conditions: [{ type: "Ready", status: "True" }],
      containerStatuses: [{ name: "app", ready: true, restartCount: 0, allocatedResources: { cpu: "250m" } }],
    },
  },
  {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: "agent-1",
      namespace: "shop",
      labels: { app: "agent" },
      ownerReferences: [owner("DaemonSet", "agent")],
    },
    spec: { nodeName: "node-1", containers: [{ name: "agent", resources: { requests: { cpu: "50m" } } }] },
    status: { phase: "Running" },
  },
  {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name: "agent", namespace: "shop", uid: "agent" },
    spec: { selector: { matchLabels: { [label]: "web" } }, template },
  },
  {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name: "web", namespace: "shop" },
    spec: { selector: { matchLabels: { [label]: "web" } }, minAvailable: 1 },
    status: { disruptionsAllowed: 0, currentHealthy: 1, desiredHealthy: 1, expectedPods: 1 },
  },
  {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name: "data", namespace: "shop" },
    spec: { volumeName: "pv-1", storageClassName: "gp3", accessModes: ["ReadWriteOnce"] },
    status: { phase: "Bound" },
  },
  {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name: "pv-1" },
    spec: {
      csi: { driver: "ebs.csi.aws.com", volumeHandle: "vol-1" },
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [
            {
              matchExpressions: [
                { key: "topology.kubernetes.io/zone", operator: "In", values: ["us-east-1a", "us-east-1b"] },
              ],
            },
          ],
        },
      },
    },
  },
  {
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: { name: "gp3" },
    provisioner: "ebs.csi.aws.com",
    volumeBindingMode: "WaitForFirstConsumer",
    allowedTopologies: [
      { matchLabelExpressions: [{ key: "topology.kubernetes.io/zone", values: ["us-east-1a", "us-east-1b"] }] },
    ],
  },
  {
    apiVersion: "karpenter.sh/v1",
    kind: "NodePool",
    metadata: { name: "general" },
    spec: {
      weight: 10,
      limits: { cpu: "1000" },
      disruption: { consolidationPolicy: "WhenEmpty", consolidateAfter: "30s", budgets: [{ nodes: "10%" }] },
      template: {
        metadata: { labels: { team: "shop" }, annotations: { note: "x" } },
        spec: {
          requirements: [
            { key: "karpenter.sh/capacity-type", operator: "In", values: ["on-demand", "spot"] },
            { key: "karpenter.k8s.aws/instance-family", operator: "In", values: ["m5", "c5"], minValues: 1 },
          ],
          taints: [{ key: "dedicated", value: "web", effect: "NoSchedule" }],
          nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "general" },
          expireAfter: "720h",
        },
      },
    },
  },
  {
    apiVersion: "karpenter.k8s.aws/v1",
    kind: "EC2NodeClass",
    metadata: { name: "general" },
    spec: {
      role: "node",
      amiSelectorTerms: [{ alias: "al2023@latest" }],
      subnetSelectorTerms: [{ tags: { team: "shop" } }],
      securityGroupSelectorTerms: [{ id: "sg-0123456789abcdef0" }],
      blockDeviceMappings: [
        { deviceName: "/dev/xvda", rootVolume: true, ebs: { volumeSize: "40Gi", volumeType: "gp3" } },
      ],
      kubelet: { maxPods: 40, systemReserved: { cpu: "100m" } },
    },
  },
  {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "cluster-autoscaler", namespace: "kube-system", uid: "ca" },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: "cluster-autoscaler" } },
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1 } },
      template: {
        metadata: { labels: { app: "cluster-autoscaler" } },
        spec: {
          serviceAccountName: "cluster-autoscaler",
          containers: [
            {
              name: "cluster-autoscaler",
              image: "registry.k8s.io/autoscaling/cluster-autoscaler:v1.33.0",
              command: ["./cluster-autoscaler", "--cloud-provider=aws", "--nodes=1:10:workers", "--expander=priority"],
            },
          ],
        },
      },
    },
    status: { replicas: 1, readyReplicas: 1 },
  },
  {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { name: "db", namespace: "shop", uid: "db" },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: "db" } },
      template: { metadata: { labels: { app: "db" } }, spec: { containers: [{ name: "db" }] } },
      volumeClaimTemplates: [{ metadata: { name: "data" }, spec: { storageClassName: "gp3" } }],
    },
  },
  {
    apiVersion: "batch/v1",
    kind: "CronJob",
    metadata: { name: "nightly", namespace: "shop", uid: "nightly" },
    spec: {
      schedule: "0 3 * * *",
      jobTemplate: { spec: { template: { spec: { restartPolicy: "Never", containers: [{ name: "job" }] } } } },
    },
  },
  {
    apiVersion: "karpenter.sh/v1",
    kind: "NodeClaim",
    metadata: { name: "general-1", labels: { "karpenter.sh/nodepool": "general" } },
    spec: {
      requirements: [{ key: "kubernetes.io/arch", operator: "In", values: ["amd64"] }],
      resources: { requests: { cpu: "1" } },
      nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "general" },
    },
    status: {
      nodeName: "node-1",
      providerID: "aws:///us-east-1a/i-0123456789abcdef0",
      capacity: { cpu: "2" },
      allocatable: { cpu: "1930m" },
      conditions: [{ type: "Launched", status: "True" }],
    },
  },
  {
    apiVersion: "storage.k8s.io/v1",
    kind: "CSINode",
    metadata: { name: "node-1" },
    spec: { drivers: [{ name: "ebs.csi.aws.com", nodeID: "i-1", topologyKeys: ["zone"], allocatable: { count: 25 } }] },
  },
  {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "aws-auth", namespace: "kube-system" },
    data: { mapRoles: "- rolearn: arn:aws:iam::111122223333:role/node\n  username: x\n  groups: [system:nodes]\n" },
  },
  {
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: { name: "web", namespace: "shop" },
    spec: {
      minReplicas: 1,
      maxReplicas: 5,
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" },
    },
  },
  {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: {
      name: "cluster-autoscaler",
      namespace: "kube-system",
      annotations: { "eks.amazonaws.com/role-arn": "x" },
    },
  },
];

// A few types answer as all do, and hundreds of clusters fit in a second.
const all = loadCatalogue();
const catalogue = {
  ...all,
  types: new Map(Array.from(all.types).filter(([name]) => /^(m5|c5|t4g)\.(medium|large|xlarge)$/.test(name))),
};
const prices = listPrices();

test("the cluster as it is has a result", async () => {
  const outcome = await everything(objects);
  expect(outcome).toMatchObject({ kind: "result", malformed: [] });
});

const nasty = fc.constantFrom<Json[]>(
  null,
  "",
  "x",
  "-1",
  "1e400",
  "9999999999999999999999Gi",
  "2026-99-99",
  "100%",
  "us-east-1",
  0,
  -1,
  1.5,
  1e21,
  true,
  [],
  {},
  [null],
  [[]],
  [{}],
  ["x"],
  [5],
  { a: 1 },
  { "": "" },
  { cpu: "many" },
);
const anyJson = fc.oneof(
  { weight: 3, arbitrary: nasty },
  { weight: 1, arbitrary: fc.jsonValue() as fc.Arbitrary<Json> },
);
const places = objects.flatMap((object, i) => pathsOf(object).map((path) => ({ i, path })));

test("any JSON in any field gives a result or a fault that the user can act on", { timeout: 600_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...places), anyJson, async ({ i, path }, value) => {
      const changed = objects.map((object, at) => (at === i ? (replaced(object, path, value) as JsonObject) : object));
      await everything(changed);
    }),
    { numRuns: Number(process.env["ODD_RUNS"] ?? 80) },
  );
});

/** Everything that is computed of a dump. Only a fault whose blame is the user's may come of it. */
async function everything(dump: readonly JsonObject[]): Promise<{
  readonly kind: "result" | "fault";
  readonly malformed: readonly string[];
}> {
  const collector = new Collector();
  for (const object of dump) collector.add(structuredClone(object), "dump.json");
  const snapshot = snapshotOfDumps({ name: "dump.json", readAt: "2026-08-01T12:00:00Z", collector });
  try {
    const discovered = discover(snapshot);
    assess(factsOf(snapshot, discovered));
    translateSnapshot(snapshot);
    await simulateAll(snapshot, dump);
  } catch (error) {
    if (!(error instanceof Fault) || error.blame !== "usage") throw error;
    return { kind: "fault", malformed: [] };
  }
  return { kind: "result", malformed: snapshot.gaps.flatMap((gap) => (gap.reason === "malformed" ? gap.detail : [])) };
}

async function simulateAll(snapshot: Snapshot, dump: readonly JsonObject[]): Promise<void> {
  const files = new MemoryFiles();
  await files.write("pools.json", JSON.stringify({ apiVersion: "v1", kind: "List", items: dump.filter(isPool) }));
  const ofFiles = await poolsOfFiles(files, "pools.json");
  const { nodePools, nodeClasses } = poolsOfCluster(snapshot);
  simulatePools(snapshot, { nodePools, nodeClasses });
  const isSame = JSON.stringify(ofFiles.nodePools) === JSON.stringify(nodePools);
  if (!isSame) simulatePools(snapshot, ofFiles);
}

// A whole object may have been replaced by anything.
function isPool(object: Json): boolean {
  if (typeof object !== "object" || object === null || !("kind" in object)) return false;
  return object["kind"] === "NodePool" || object["kind"] === "EC2NodeClass";
}

function simulatePools(snapshot: Snapshot, pools: Pick<Pools, "nodePools" | "nodeClasses">): void {
  const { nodePools, nodeClasses } = pools;
  const facts = { snapshot, nodePools, nodeClasses, nodePoolSource: "cluster", catalogue, prices };
  const input = { release: defaultRelease, ...facts, region: "us-east-1" };
  for (const isPendingOnly of [false, true]) {
    const simulation = simulate(input, { isPendingOnly });
    const { outcome } = simulation;
    for (const total of [outcome.today.totals, outcome.karpenter.totals]) {
      expect(JSON.stringify(total)).not.toContain("null");
      expect(total.requested.cpuMilli).not.toBeNaN();
    }
    for (const pod of snapshot.objects.pods ?? [])
      explainPod(simulation, `${pod.metadata.namespace}/${pod.metadata.name}`);
    for (const node of [...outcome.today.nodes, ...outcome.karpenter.nodes]) explainNode(simulation, node.name);
    for (const pool of nodePools) explainNodePool(simulation, pool.metadata.name);
  }
}

type Path = readonly (string | number)[];

function pathsOf(value: Json | undefined, path: Path = []): readonly Path[] {
  if (typeof value !== "object" || value === null) return [path];
  const members = Array.isArray(value) ? Array.from(value.entries()) : Object.entries(value);
  return [path, ...members.flatMap(([key, member]) => pathsOf(member as Json, [...path, key]))];
}

function replaced(value: Json | undefined, path: Path, by: Json): Json {
  const [key, ...rest] = path;
  if (key === undefined) return by;
  if (Array.isArray(value))
    return (value as readonly Json[]).map((item, i) => (i === key ? replaced(item, rest, by) : item));
  const object = value as JsonObject;
  return { ...object, [key]: replaced(object[key], rest, by) };
}
