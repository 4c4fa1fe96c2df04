import { beforeAll, expect, test } from "vitest";
import { openState, openTwin } from "../../../adapters/sandbox/open.ts";
import { sandboxMarket } from "../../../adapters/sandbox/prices.ts";
import { textAt } from "../../../kube/json.ts";
import type { JsonObject, KubeObject, Pod, PodSpec } from "../../../kube/objects.ts";
import { isReady } from "../../../kube/pod.ts";
import type { World } from "../../../ports/world.ts";
import { buildSample } from "../../samples/build.ts";
import type { SampleSpec } from "../../samples/spec.ts";
import type { TwinState } from "../../world/state.ts";
import type { Twin } from "../../world/twin.ts";

const second = 1000;
const base = { clusterName: "ranks", kubernetesVersion: "1.35.2", autoscalerFlags: [] } as const;

/** One node of four cores and no autoscaler: what does not fit waits. */
const sample: SampleSpec = {
  name: "ranks",
  summary: "1 node",
  ...base,
  authenticationMode: "API_AND_CONFIG_MAP",
  hasOidcProvider: true,
  hasSpotRole: true,
  groups: [
    {
      name: "apps",
      kind: "managed",
      capacityType: "on-demand",
      instanceTypes: ["m5.xlarge"],
      min: 1,
      max: 1,
      desired: 1,
      zones: ["a"],
    },
  ],
  workloads: [{ kind: "Deployment", namespace: "shop", name: "web", replicas: 3, cpu: "1", memory: "256Mi" }],
};

let saved = "";
beforeAll(() => {
  const twin = openTwin(buildSample(sample, 1, sandboxMarket()));
  twin.advance(300 * second);
  saved = JSON.stringify(twin.save());
}, 60_000);

interface Opened {
  readonly twin: Twin;
  readonly world: World;
}

function reopened(text = saved): Opened {
  const twin = openTwin(JSON.parse(text) as TwinState);
  return { twin, world: openState(twin, {}).world };
}

async function rank({ world }: Opened, name: string, more: object = {}): Promise<void> {
  const object = {
    apiVersion: "scheduling.k8s.io/v1",
    kind: "PriorityClass",
    metadata: { name },
    value: 1000,
    ...more,
  };
  await world.cluster.create("priorityclasses", object as unknown as KubeObject & JsonObject);
}

async function pod({ world }: Opened, name: string, spec: Partial<PodSpec> = {}): Promise<void> {
  const containers = [{ name: "c", image: "registry.example.com/shop/one:1", resources: { requests: { cpu: "3" } } }];
  const object = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "shop" },
    spec: { containers, ...spec },
  };
  await world.cluster.create("pods", object as unknown as KubeObject & JsonObject);
}

function find({ twin }: Opened, name: string): Pod | undefined {
  return twin.store.find("pods", name, "shop");
}

function webPods({ twin }: Opened): readonly Pod[] {
  return twin.store.all("pods").filter(({ metadata }) => metadata.name.startsWith("web-"));
}

function told({ twin }: Opened, reason: string): readonly string[] {
  return twin.store
    .all("events")
    .filter((event) => textAt(event as unknown as JsonObject, "reason") === reason)
    .map((event) => textAt(event as unknown as JsonObject, "message") ?? "");
}

test("an important pod takes the place of others, which end with their grace and then wait", async () => {
  const open = reopened();
  expect(webPods(open).filter(isReady)).toHaveLength(3);
  await rank(open, "first");
  await pod(open, "big", { priorityClassName: "first" });
  open.twin.advance(second);
  const node = open.twin.store.all("nodes")[0]?.metadata.name;
  expect(find(open, "big")?.status?.nominatedNodeName).toBe(node);
  expect(find(open, "big")?.spec.nodeName).toBeUndefined();
  const leaving = webPods(open).filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
  expect(leaving).toHaveLength(3);
  expect(leaving[0]?.status?.conditions).toContainEqual(
    expect.objectContaining({ type: "DisruptionTarget", reason: "PreemptionByScheduler" }),
  );
  open.twin.advance(120 * second);
  expect(find(open, "big")?.spec.nodeName).toBe(node);
  expect(find(open, "big")?.status?.nominatedNodeName).toBeUndefined();
  expect(webPods(open).map(({ spec }) => spec.nodeName)).toEqual([undefined, undefined, undefined]);
  expect(told(open, "Preempted")).toHaveLength(3);
});

test("a pod whose class never preempts waits, and runs when room is made, after its back-off", async () => {
  const open = reopened();
  await rank(open, "polite", { preemptionPolicy: "Never" });
  await pod(open, "big", { priorityClassName: "polite" });
  open.twin.advance(120 * second);
  expect(webPods(open).filter(isReady)).toHaveLength(3);
  expect(find(open, "big")?.status?.conditions?.[0]).toMatchObject({
    type: "PodScheduled",
    status: "False",
    message: expect.stringMatching(/Insufficient cpu.*preemptionPolicy=Never/),
  });
  expect(told(open, "FailedScheduling")).toHaveLength(1);
  await open.world.cluster.patch({ resource: "deployments", namespace: "shop", name: "web" }, "merge", {
    spec: { replicas: 0 },
  });
  open.twin.advance(60 * second);
  expect(find(open, "big")?.spec.nodeName).toBeDefined();
});

test("a pod behind a gate is left alone until the gate is taken away", async () => {
  const open = reopened();
  await pod(open, "gated", {
    schedulingGates: [{ name: "quota" }],
    containers: [{ name: "c", resources: { requests: { cpu: "100m" } } }],
  });
  open.twin.advance(600 * second);
  expect(find(open, "gated")?.spec.nodeName).toBeUndefined();
  expect(told(open, "FailedScheduling")).toEqual([]);
  await open.world.cluster.patch({ resource: "pods", namespace: "shop", name: "gated" }, "merge", {
    spec: { schedulingGates: null },
  });
  open.twin.advance(second);
  expect(find(open, "gated")?.spec.nodeName).toBeDefined();
});

test("a pod is bound once the volume that its claim waits for is made", async () => {
  const open = reopened();
  const claim = {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name: "data", namespace: "shop" },
    spec: { accessModes: ["ReadWriteOnce"], storageClassName: "gp3", resources: { requests: { storage: "1Gi" } } },
  };
  await open.world.cluster.create("persistentvolumeclaims", claim);
  await pod(open, "store", {
    containers: [{ name: "c", resources: { requests: { cpu: "100m" } } }],
    volumes: [{ name: "data", persistentVolumeClaim: { claimName: "data" } }],
  });
  open.twin.advance(50);
  const seen = open.twin.store.find("persistentvolumeclaims", "data", "shop");
  const node = open.twin.store.all("nodes")[0]?.metadata.name;
  expect(seen?.metadata.annotations?.["volume.kubernetes.io/selected-node"]).toBe(node);
  expect(find(open, "store")?.spec.nodeName).toBeUndefined();
  open.twin.advance(60 * second);
  expect(find(open, "store")?.spec.nodeName).toBe(node);
});

test("a world saved while pods wait out their back-off goes on as one that was not", async () => {
  const one = reopened();
  await rank(one, "first");
  await pod(one, "big", { priorityClassName: "first" });
  await pod(one, "later");
  one.twin.advance(500);
  const two = reopened(JSON.stringify(one.twin.save()));
  one.twin.advance(400 * second);
  two.twin.advance(400 * second);
  expect(JSON.stringify(two.twin.save())).toBe(JSON.stringify(one.twin.save()));
});
