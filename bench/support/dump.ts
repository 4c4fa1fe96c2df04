/**
 * A large cluster as `kubectl get -o json` prints it, by seed: files of any size with the memory of one object. Names, labels, volumes,
 * conditions and container states are as full as a real cluster's.
 *
 * By hand: `npx tsx bench/support/dump.ts FOLDER NODES PODS SEED`.
 */
import { createWriteStream, mkdirSync } from "node:fs";
import { once } from "node:events";
import { join } from "node:path";

export interface DumpRequest {
  readonly folder: string;
  readonly nodes: number;
  readonly pods: number;
  readonly seed: number;
}

/** Small, fast and the same everywhere (mulberry32). */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Writes nodes.json, pods.json, workloads.json and pdbs.json. */
export async function writeDump(request: DumpRequest): Promise<void> {
  mkdirSync(request.folder, { recursive: true });
  const next = random(request.seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T;
  const hex = (length: number): string => Array.from({ length }, () => Math.floor(next() * 16).toString(16)).join("");
  const uid = (): string => `${hex(8)}-${hex(4)}-${hex(4)}-${hex(4)}-${hex(12)}`;
  const perWorkload = 20;
  const workloads = Math.ceil(request.pods / perWorkload);
  const context = { pick, hex, uid, zones: ["a", "b", "c"] };
  await writeList(join(request.folder, "nodes.json"), request.nodes, (i) => node(i, context));
  await writeList(join(request.folder, "workloads.json"), workloads * 2, (i) =>
    i % 2 === 0 ? deployment(i / 2, perWorkload, context) : replicaSet((i - 1) / 2, perWorkload, context),
  );
  await writeList(join(request.folder, "pdbs.json"), Math.ceil(workloads / 2), (i) => budget(i * 2, context));
  await writeList(join(request.folder, "pods.json"), request.pods, (i) =>
    pod(i, Math.floor(i / perWorkload), { ...context, nodes: request.nodes }),
  );
}

async function writeList(path: string, count: number, make: (i: number) => unknown): Promise<void> {
  const out = createWriteStream(path);
  out.write('{\n    "apiVersion": "v1",\n    "items": [\n');
  for (let i = 0; i < count; i += 1) {
    const text = JSON.stringify(make(i), undefined, 4).replaceAll(/^/gm, "        ");
    if (!out.write(`${text}${i + 1 < count ? "," : ""}\n`)) await once(out, "drain");
  }
  out.end('    ],\n    "kind": "List",\n    "metadata": {\n        "resourceVersion": ""\n    }\n}\n');
  await once(out, "finish");
}

interface Context {
  readonly pick: <T>(list: readonly T[]) => T;
  readonly hex: (length: number) => string;
  readonly uid: () => string;
  readonly zones: readonly string[];
}

const created = "2026-07-01T08:00:00Z";

function names(workload: number): { readonly name: string; readonly namespace: string } {
  return { name: `service-${workload}`, namespace: `team-${workload % 100}` };
}

function node(i: number, { uid, hex, zones }: Context): unknown {
  const zone = `us-east-1${zones[i % 3] ?? "a"}`;
  const name = `ip-10-${Math.floor(i / 65_536)}-${Math.floor(i / 256) % 256}-${i % 256}.ec2.internal`;
  const resources = { cpu: "8", "ephemeral-storage": "83873772Ki", memory: "31889444Ki", pods: "58" };
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      annotations: {
        "csi.volume.kubernetes.io/nodeid": `{"ebs.csi.aws.com":"i-${hex(17)}"}`,
        "node.alpha.kubernetes.io/ttl": "300",
      },
      creationTimestamp: created,
      labels: {
        "beta.kubernetes.io/arch": "amd64",
        "eks.amazonaws.com/capacityType": "ON_DEMAND",
        "eks.amazonaws.com/nodegroup": `group-${i % 8}`,
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "node.kubernetes.io/instance-type": "m5.2xlarge",
        "topology.kubernetes.io/region": "us-east-1",
        "topology.kubernetes.io/zone": zone,
      },
      name,
      resourceVersion: String(i * 7 + 1000),
      uid: uid(),
    },
    spec: { providerID: `aws:///${zone}/i-${hex(17)}` },
    status: {
      addresses: [
        { address: `10.0.${Math.floor(i / 256)}.${i % 256}`, type: "InternalIP" },
        { address: name, type: "Hostname" },
      ],
      allocatable: { ...resources, cpu: "7910m", memory: "30872612Ki" },
      capacity: resources,
      conditions: ["MemoryPressure", "DiskPressure", "PIDPressure", "Ready"].map((type) => ({
        lastHeartbeatTime: created,
        lastTransitionTime: created,
        message: "kubelet has sufficient resources",
        reason: "KubeletHasSufficientMemory",
        status: type === "Ready" ? "True" : "False",
        type,
      })),
      images: Array.from({ length: 20 }, (_, n) => ({
        names: [`registry.example/app-${n}@sha256:${hex(64)}`],
        sizeBytes: 100_000_000 + n,
      })),
      nodeInfo: {
        architecture: "amd64",
        kernelVersion: "6.1",
        kubeletVersion: "v1.34.1-eks-113cf36",
        operatingSystem: "linux",
      },
    },
  };
}

function template(workload: number): Record<string, unknown> {
  const { name } = names(workload);
  return {
    containers: [
      {
        args: ["--listen=:8080", "--v=2"],
        env: [
          { name: "DATABASE_URL", value: `postgres://app:secret-${workload}@db/app` },
          { name: "POD_NAME", valueFrom: { fieldRef: { apiVersion: "v1", fieldPath: "metadata.name" } } },
        ],
        image: `registry.example/${name}:1.${workload % 50}`,
        imagePullPolicy: "IfNotPresent",
        livenessProbe: { httpGet: { path: "/healthz", port: 8080, scheme: "HTTP" }, periodSeconds: 10 },
        name: "app",
        ports: [{ containerPort: 8080, protocol: "TCP" }],
        readinessProbe: { httpGet: { path: "/ready", port: 8080, scheme: "HTTP" }, periodSeconds: 5 },
        resources: {
          limits: { memory: `${128 * (1 + (workload % 8))}Mi` },
          requests: { cpu: `${50 * (1 + (workload % 6))}m`, memory: `${128 * (1 + (workload % 8))}Mi` },
        },
        terminationMessagePath: "/dev/termination-log",
      },
    ],
    dnsPolicy: "ClusterFirst",
    restartPolicy: "Always",
    schedulerName: "default-scheduler",
    securityContext: {},
    serviceAccountName: "default",
    terminationGracePeriodSeconds: 30,
    topologySpreadConstraints: [
      {
        labelSelector: { matchLabels: { app: name } },
        maxSkew: 1,
        topologyKey: "topology.kubernetes.io/zone",
        whenUnsatisfiable: "ScheduleAnyway",
      },
    ],
  };
}

function deployment(workload: number, replicas: number, { uid }: Context): unknown {
  const { name, namespace } = names(workload);
  const labels = { app: name };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { creationTimestamp: created, generation: 4, labels, name, namespace, resourceVersion: "1", uid: uid() },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      strategy: { type: "RollingUpdate" },
      template: { metadata: { labels }, spec: template(workload) },
    },
    status: { availableReplicas: replicas, readyReplicas: replicas, replicas },
  };
}

function replicaSet(workload: number, replicas: number, { uid }: Context): unknown {
  const { name, namespace } = names(workload);
  const labels = { app: name, "pod-template-hash": "5d9f7c8b6d" };
  return {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: {
      creationTimestamp: created,
      labels,
      name: `${name}-5d9f7c8b6d`,
      namespace,
      ownerReferences: [
        { apiVersion: "apps/v1", blockOwnerDeletion: true, controller: true, kind: "Deployment", name, uid: uid() },
      ],
      uid: uid(),
    },
    spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: template(workload) } },
    status: { readyReplicas: replicas, replicas },
  };
}

function budget(workload: number, { uid }: Context): unknown {
  const { name, namespace } = names(workload);
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { creationTimestamp: created, generation: 1, name, namespace, uid: uid() },
    spec: { maxUnavailable: "25%", selector: { matchLabels: { app: name } } },
    status: { currentHealthy: 20, desiredHealthy: 15, disruptionsAllowed: 5, expectedPods: 20, observedGeneration: 1 },
  };
}

function pod(i: number, workload: number, { uid, hex, nodes }: Context & { readonly nodes: number }): unknown {
  const { name, namespace } = names(workload);
  const token = `kube-api-access-${hex(5)}`;
  const nodeIndex = i % nodes;
  const spec = template(workload);
  const [container] = spec["containers"] as [Record<string, unknown>];
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      annotations: { "kubernetes.io/psp": "eks.privileged" },
      creationTimestamp: created,
      generateName: `${name}-5d9f7c8b6d-`,
      labels: { app: name, "pod-template-hash": "5d9f7c8b6d" },
      name: `${name}-5d9f7c8b6d-${i.toString(36).padStart(5, "0")}`,
      namespace,
      ownerReferences: [
        {
          apiVersion: "apps/v1",
          blockOwnerDeletion: true,
          controller: true,
          kind: "ReplicaSet",
          name: `${name}-5d9f7c8b6d`,
          uid: `rs-${workload}`,
        },
      ],
      resourceVersion: String(100_000 + i),
      uid: uid(),
    },
    spec: {
      ...spec,
      containers: [
        {
          ...container,
          volumeMounts: [{ mountPath: "/var/run/secrets/kubernetes.io/serviceaccount", name: token, readOnly: true }],
        },
      ],
      nodeName: `ip-10-0-${Math.floor(nodeIndex / 256) % 256}-${nodeIndex % 256}.ec2.internal`,
      priority: 0,
      tolerations: ["not-ready", "unreachable"].map((key) => ({
        effect: "NoExecute",
        key: `node.kubernetes.io/${key}`,
        operator: "Exists",
        tolerationSeconds: 300,
      })),
      volumes: [
        {
          name: token,
          projected: {
            defaultMode: 420,
            sources: [{ serviceAccountToken: { expirationSeconds: 3607, path: "token" } }],
          },
        },
      ],
    },
    status: {
      conditions: ["Initialized", "Ready", "ContainersReady", "PodScheduled"].map((type) => ({
        lastProbeTime: null,
        lastTransitionTime: created,
        status: "True",
        type,
      })),
      containerStatuses: [
        {
          containerID: `containerd://${hex(64)}`,
          image: `registry.example/${name}:1.${workload % 50}`,
          imageID: `registry.example/${name}@sha256:${hex(64)}`,
          lastState: {},
          name: "app",
          ready: true,
          restartCount: 0,
          started: true,
          state: { running: { startedAt: created } },
        },
      ],
      hostIP: "10.0.0.1",
      phase: "Running",
      podIP: `10.1.${Math.floor(i / 256) % 256}.${i % 256}`,
      qosClass: "Burstable",
      startTime: created,
    },
  };
}

if (import.meta.filename === process.argv[1]) {
  const [folder = "dump", nodes = "50", pods = "1000", seed = "1"] = process.argv.slice(2);
  await writeDump({ folder, nodes: Number(nodes), pods: Number(pods), seed: Number(seed) });
}
