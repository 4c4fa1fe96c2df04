import { describe, expect } from "vitest";
import type { JsonObject, KubeObject, Pod } from "../../src/kube/objects.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { Cluster } from "../../src/ports/cluster.ts";
import { promise, type Skip } from "./contract.ts";

/** A cluster to try, with the clock by which its controllers act. It has at least one schedulable node. */
export interface ClusterPlace {
  readonly cluster: Cluster;
  readonly clock: Clock;
}

type Manifest = KubeObject & JsonObject;
let counter = 0;

/** What every Cluster promises, whatever API server is behind it. */
export function clusterContract(options: {
  readonly name: string;
  readonly make: () => Promise<ClusterPlace>;
  readonly skip?: readonly Skip[];
}): void {
  const { make, skip = [] } = options;
  describe(`cluster: ${options.name}`, () => {
    promise(skip, "what does not exist is undefined, not an error", async () => {
      const { cluster } = await make();
      expect(
        await cluster.get({ resource: "configmaps", namespace: "default", name: "no-such-thing" }),
      ).toBeUndefined();
    });

    promise(skip, "a created object has uid, version and creation time, and cannot be created twice", async () => {
      const { cluster } = await make();
      const object = configMap(unique("made"), { a: "1" });
      const made = await cluster.create("configmaps", object);
      expect(made.metadata).toMatchObject({
        uid: expect.any(String),
        resourceVersion: expect.any(String),
        creationTimestamp: expect.any(String),
      });
      await expect(cluster.create("configmaps", object)).rejects.toMatchObject({ code: "kube.Conflict" });
    });

    promise(skip, "creating in a namespace that is not there fails", async () => {
      const { cluster } = await make();
      const object = { ...configMap("orphan", {}), metadata: { name: "orphan", namespace: "no-such-namespace" } };
      await expect(cluster.create("configmaps", object)).rejects.toMatchObject({ code: "kube.NotFound" });
    });

    promise(skip, "a name that Kubernetes does not accept is invalid", async () => {
      const { cluster } = await make();
      await expect(cluster.create("configmaps", configMap("Not_A_Name", {}))).rejects.toMatchObject({
        code: "kube.Invalid",
      });
    });

    promise(skip, "a replacement with an old version is a conflict and changes nothing", async () => {
      const { cluster } = await make();
      const name = unique("raced");
      const ref = { resource: "configmaps", namespace: "default", name } as const;
      const first = await cluster.create("configmaps", configMap(name, { a: "1" }));
      await cluster.patch(ref, "merge", { data: { a: "2" } });
      const old = {
        ...configMap(name, { a: "3" }),
        metadata: { name, namespace: "default", resourceVersion: first.metadata.resourceVersion },
      };
      await expect(cluster.replace(ref, old as Manifest)).rejects.toMatchObject({ code: "kube.Conflict" });
      expect((await cluster.get(ref))?.data).toEqual({ a: "2" });
    });

    patchPromises(options.make, skip);
    applyPromises(options.make, skip);
    deletePromises(options.make, skip);
    workloadPromises(options.make, skip);
  });
}

function patchPromises(make: () => Promise<ClusterPlace>, skip: readonly Skip[]): void {
  promise(skip, "a merge patch sets, and removes by null", async () => {
    const { cluster } = await make();
    const name = unique("merged");
    const ref = { resource: "configmaps", namespace: "default", name } as const;
    await cluster.create("configmaps", configMap(name, { keep: "1", drop: "2" }));
    await cluster.patch(ref, "merge", { data: { drop: null, more: "3" } });
    expect((await cluster.get(ref))?.data).toEqual({ keep: "1", more: "3" });
  });

  promise(skip, "a JSON patch whose test fails changes nothing", async () => {
    const { cluster } = await make();
    const name = unique("tested");
    const ref = { resource: "configmaps", namespace: "default", name } as const;
    await cluster.create("configmaps", configMap(name, { a: "1" }));
    const guarded = [
      { op: "test", path: "/data/a", value: "other" },
      { op: "replace", path: "/data/a", value: "2" },
    ];
    await expect(cluster.patch(ref, "json", guarded)).rejects.toMatchObject({ code: "kube.Invalid" });
    await cluster.patch(ref, "json", [{ op: "replace", path: "/data/a", value: "3" }]);
    expect((await cluster.get(ref))?.data).toEqual({ a: "3" });
  });

  promise(skip, "a strategic patch merges containers by name", async () => {
    const { cluster } = await make();
    const name = unique("strategic");
    const ref = { resource: "deployments", namespace: "default", name } as const;
    await cluster.create("deployments", deployment(name, 0));
    await cluster.patch(ref, "strategic", {
      spec: { template: { spec: { containers: [{ name: "main", image: "registry.k8s.io/pause:3.11" }] } } },
    });
    const [container, ...others] = (await cluster.get(ref))?.spec.template.spec.containers ?? [];
    expect(others).toEqual([]);
    expect(container).toMatchObject({
      name: "main",
      image: "registry.k8s.io/pause:3.11",
      resources: { requests: { cpu: "10m" } },
    });
  });

  promise(skip, "a dry run answers but writes nothing", async () => {
    const { cluster } = await make();
    const name = unique("dry");
    const ref = { resource: "configmaps", namespace: "default", name } as const;
    await cluster.apply("configmaps", configMap(name, { a: "1" }), { dryRun: true });
    expect(await cluster.get(ref)).toBeUndefined();
    await cluster.create("configmaps", configMap(name, { a: "1" }));
    await cluster.patch(ref, "merge", { data: { a: "2" } }, { dryRun: true });
    expect((await cluster.get(ref))?.data).toEqual({ a: "1" });
  });
}

function applyPromises(make: () => Promise<ClusterPlace>, skip: readonly Skip[]): void {
  promise(skip, "applying the same twice changes nothing; what is left out later is removed", async () => {
    const { cluster } = await make();
    const name = unique("applied");
    const ref = { resource: "configmaps", namespace: "default", name } as const;
    const first = await cluster.apply("configmaps", configMap(name, { a: "1", b: "2" }));
    const second = await cluster.apply("configmaps", configMap(name, { a: "1", b: "2" }));
    expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
    await cluster.apply("configmaps", configMap(name, { a: "1" }));
    expect((await cluster.get(ref))?.data).toEqual({ a: "1" });
  });

  promise(skip, "applying over a field that somebody else wrote is a conflict, unless forced", async () => {
    const { cluster } = await make();
    const name = unique("owned");
    const ref = { resource: "configmaps", namespace: "default", name } as const;
    await cluster.apply("configmaps", configMap(name, { a: "ours" }));
    await cluster.patch(ref, "merge", { data: { a: "theirs" } });
    await expect(cluster.apply("configmaps", configMap(name, { a: "ours" }))).rejects.toMatchObject({
      code: "kube.Conflict",
    });
    await cluster.apply("configmaps", configMap(name, { a: "ours" }), { force: true });
    expect((await cluster.get(ref))?.data).toEqual({ a: "ours" });
  });
}

function deletePromises(make: () => Promise<ClusterPlace>, skip: readonly Skip[]): void {
  promise(skip, "deleting what is gone counts as deleted; a namesake is not deleted", async () => {
    const { cluster } = await make();
    const name = unique("gone");
    const ref = { resource: "configmaps", namespace: "default", name } as const;
    await cluster.delete(ref);
    await cluster.create("configmaps", configMap(name, {}));
    await expect(cluster.delete(ref, { uid: "11111111-2222-3333-4444-555555555555" })).rejects.toMatchObject({
      code: "kube.Conflict",
    });
    await cluster.delete(ref);
    expect(await cluster.get(ref)).toBeUndefined();
  });

  promise(skip, "a finalizer keeps a deleted object until it is taken away", async () => {
    const { cluster } = await make();
    const name = unique("kept");
    const ref = { resource: "configmaps", namespace: "default", name } as const;
    const object = configMap(name, {});
    await cluster.create("configmaps", {
      ...object,
      metadata: { name, namespace: "default", finalizers: ["dovetail.test/hold"] },
    });
    await cluster.delete(ref);
    expect((await cluster.get(ref))?.metadata.deletionTimestamp).toEqual(expect.any(String));
    await cluster.patch(ref, "merge", { metadata: { finalizers: null } });
    expect(await cluster.get(ref)).toBeUndefined();
  });

  promise(skip, "selectors choose by label and by field", async () => {
    const { cluster } = await make();
    const group = unique("group");
    for (const tier of ["front", "back"]) {
      const name = unique(tier);
      await cluster.create("configmaps", {
        ...configMap(name, {}),
        metadata: { name, namespace: "default", labels: { group, tier } },
      });
    }
    const names = async (labelSelector: string): Promise<number> =>
      (await cluster.list("configmaps", { namespace: "default", labelSelector })).length;
    expect(await names(`group=${group}`)).toBe(2);
    expect(await names(`group=${group},tier!=front`)).toBe(1);
    expect(await names(`group=${group},tier in (front, side)`)).toBe(1);
    expect(await names(`group=${group},!tier`)).toBe(0);
    const [one] = await cluster.list("configmaps", { namespace: "default", labelSelector: `group=${group}` });
    const found = await cluster.list("configmaps", {
      namespace: "default",
      fieldSelector: `metadata.name=${one?.metadata.name ?? ""}`,
    });
    expect(found).toHaveLength(1);
  });
}

function workloadPromises(make: () => Promise<ClusterPlace>, skip: readonly Skip[]): void {
  promise(skip, "the scale subresource changes replicas and nothing else", async () => {
    const { cluster } = await make();
    const name = unique("scaled");
    const ref = { resource: "deployments", namespace: "default", name } as const;
    await cluster.create("deployments", deployment(name, 0));
    await cluster.patch(ref, "merge", { spec: { replicas: 2 } }, { subresource: "scale" });
    const seen = await cluster.get(ref);
    expect(seen?.spec.replicas).toBe(2);
    expect(seen?.spec.template.spec.containers).toHaveLength(1);
    await cluster.delete(ref);
  });

  promise(skip, "an eviction obeys the budget exactly, one pod at a time", async () => {
    const place = await make();
    const { cluster } = place;
    const name = unique("guarded");
    // Pods without a controller: nothing replaces the first one and so makes room for the second.
    for (const which of ["a", "b"]) {
      const metadata = { name: `${name}-${which}`, namespace: "default", labels: { app: name } };
      await cluster.create("pods", { apiVersion: "v1", kind: "Pod", metadata, spec: { containers: [container()] } });
    }
    await cluster.create("poddisruptionbudgets", budget(name, name, 1));
    const pods = await readyPods(place, name, 2);
    await allowed(place, name, 1);
    const answers = await Promise.all(pods.map((one) => evict(cluster, one)));
    expect(answers.map((answer) => answer.kind).toSorted()).toEqual(["blocked", "evicted"]);
    const stays = pods[answers.findIndex((answer) => answer.kind === "blocked")];
    expect(
      (await cluster.get({ resource: "pods", namespace: "default", name: stays?.metadata.name ?? "" }))?.metadata
        .deletionTimestamp,
    ).toBeUndefined();
    for (const which of ["a", "b"])
      await cluster.delete({ resource: "pods", namespace: "default", name: `${name}-${which}` });
  });

  promise(skip, "an eviction of a pod under two budgets is impossible, of one that is gone is gone", async () => {
    const place = await make();
    const { cluster } = place;
    const name = unique("twice");
    await cluster.create("deployments", deployment(name, 1));
    await cluster.create("poddisruptionbudgets", budget(`${name}-a`, name, 0));
    await cluster.create("poddisruptionbudgets", budget(`${name}-b`, name, 0));
    const [pod] = await readyPods(place, name, 1);
    expect(await evict(cluster, pod)).toMatchObject({ kind: "impossible" });
    expect(await cluster.evict({ namespace: "default", name: "no-such-pod" })).toMatchObject({ kind: "gone" });
    await cluster.delete({ resource: "deployments", namespace: "default", name });
  });

  promise(skip, "an eviction that is only tried leaves the pod where it is", async () => {
    const place = await make();
    const { cluster } = place;
    const name = unique("tried");
    await cluster.create("deployments", deployment(name, 1));
    const [pod] = await readyPods(place, name, 1);
    expect(await cluster.evict({ namespace: "default", name: pod?.metadata.name ?? "", dryRun: true })).toMatchObject({
      kind: "evicted",
    });
    const seen = await cluster.get({ resource: "pods", namespace: "default", name: pod?.metadata.name ?? "" });
    expect(seen?.metadata.deletionTimestamp).toBeUndefined();
    await cluster.delete({ resource: "deployments", namespace: "default", name });
  });

  promise(skip, "a pod that fits nowhere is marked unschedulable with the reason", async () => {
    const { cluster, clock } = await make();
    const name = unique("homeless");
    const pod = podManifest(name, { "dovetail.test/nowhere": "true" });
    await cluster.create("pods", pod);
    const ref = { resource: "pods", namespace: "default", name } as const;
    const condition = await eventually(clock, async () =>
      (await cluster.get(ref))?.status?.conditions?.find((one) => one.type === "PodScheduled"),
    );
    expect(condition).toMatchObject({
      status: "False",
      reason: "Unschedulable",
      message: expect.stringMatching(/nodes? are available|node\(s\)/),
    });
    await cluster.delete(ref);
  });

  promise(skip, "says who may do what", async () => {
    const { cluster } = await make();
    expect(await cluster.can("list", "nodes")).toBe(true);
    expect(await cluster.user()).toMatch(/^\S+$/);
    expect((await cluster.version()).minor).toMatch(/^1\.\d+$/);
  });
}

async function readyPods(place: ClusterPlace, app: string, count: number): Promise<readonly Pod[]> {
  return eventually(place.clock, async () => {
    const pods = await place.cluster.list("pods", { namespace: "default", labelSelector: `app=${app}` });
    const ready = pods.filter((pod) =>
      pod.status?.conditions?.some((one) => one.type === "Ready" && one.status === "True"),
    );
    return ready.length === count ? ready : undefined;
  });
}

async function allowed(place: ClusterPlace, name: string, disruptions: number): Promise<void> {
  await eventually(place.clock, async () => {
    const seen = await place.cluster.get({ resource: "poddisruptionbudgets", namespace: "default", name });
    return seen?.status?.disruptionsAllowed === disruptions ? true : undefined;
  });
}

/** Looks until there is an answer, for a minute of the cluster's time. */
async function eventually<T>(clock: Clock, look: () => Promise<T | undefined>): Promise<T> {
  for (let waited = 0; waited < 60_000; waited += 500) {
    const seen = await look();
    if (seen !== undefined) return seen;
    await clock.sleep(500);
  }
  throw new Error("did not happen within a minute");
}

async function evict(cluster: Cluster, pod: Pod | undefined): ReturnType<Cluster["evict"]> {
  return cluster.evict({
    namespace: "default",
    name: pod?.metadata.name ?? "",
    ...(pod?.metadata.uid === undefined ? {} : { uid: pod.metadata.uid }),
  });
}

function unique(what: string): string {
  counter += 1;
  return `contract-${what}-${counter}-${Math.floor(Math.random() * 1e6)}`;
}

function configMap(name: string, data: Readonly<Record<string, string>>): Manifest {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "default" }, data };
}

function container(): JsonObject {
  return { name: "main", image: "registry.k8s.io/pause:3.10", resources: { requests: { cpu: "10m", memory: "16Mi" } } };
}

function podManifest(name: string, nodeSelector: JsonObject): Manifest {
  const metadata = { name, namespace: "default", labels: { app: name } };
  return { apiVersion: "v1", kind: "Pod", metadata, spec: { containers: [container()], nodeSelector } };
}

function deployment(name: string, replicas: number): Manifest {
  const labels = { app: name };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace: "default" },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [container()], terminationGracePeriodSeconds: 30 } },
    },
  };
}

function budget(name: string, app: string, minAvailable: number): Manifest {
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name, namespace: "default" },
    spec: { minAvailable, selector: { matchLabels: { app } } },
  };
}
