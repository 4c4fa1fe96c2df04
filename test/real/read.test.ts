/** Reading a real API server and account: live and from dumps agree, nothing secret is kept, what may not be read is named. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readFacts } from "../../src/kube/node.ts";
import type { Snapshot } from "../../src/snapshot/snapshot.ts";
import { dovetail } from "./support/cli.ts";
import { whyNot } from "./support/parts.ts";
import { startShop } from "./support/shop.ts";
import type { RealWorld } from "./support/world.ts";

const reason = whyNot();
const dumped =
  "nodes,pods,namespaces,services,deployments,replicasets,statefulsets,daemonsets,poddisruptionbudgets,priorityclasses";

describe.skipIf(reason !== undefined)("reading", () => {
  let world: RealWorld;
  beforeAll(async () => {
    world = await startShop();
    world.kubectl("create", "secret", "generic", "planted", "--from-literal=password=PLANTED-SECRET");
    world.kubectl("create", "configmap", "planted", "--from-literal=note=PLANTED-SECRET");
    world.kubectl("set", "env", "-n", "shop", "deployment/reports", "TOKEN=PLANTED-SECRET");
    world.kubectl("rollout", "status", "-n", "shop", "deployment/reports", "--timeout=60s");
  });
  afterAll(() => world?.stop());

  async function snapshot(...args: readonly string[]): Promise<Snapshot> {
    const file = join(world.folder, `${Math.random().toString(36).slice(2)}.json.gz`);
    const end = await dovetail(world, ["snapshot", "--out", file, ...args]);
    expect(end, end.stderr).toMatchObject({ exit: 0 });
    return JSON.parse(gunzipSync(readFileSync(file)).toString("utf8")) as Snapshot;
  }

  test("live and from `kubectl get` dumps gives the same objects", async () => {
    const live = await snapshot();
    const folder = join(world.folder, "dumps");
    mkdirSync(folder);
    for (const resource of dumped.split(","))
      writeFileSync(join(folder, `${resource}.json`), world.kubectl("get", resource, "-A", "-o", "json"));
    const dumps = await snapshot("--from", folder);
    expect(dumps.clusterName).toBe(live.clusterName);
    expect(dumps.kubernetesVersion).toBe(live.kubernetesVersion);
    const names = dumped.split(",") as (keyof Snapshot["objects"])[];
    for (const resource of names) expect(steady(dumps, resource), resource).toEqual(steady(live, resource));
    const yaml = join(world.folder, "dump.yaml");
    writeFileSync(yaml, world.kubectl("get", dumped, "-A", "-o", "yaml"));
    const fromYaml = await snapshot("--from", yaml);
    for (const resource of names) expect(steady(fromYaml, resource), resource).toEqual(steady(live, resource));
  });

  test("keeps no Secret, no environment value and no stranger's ConfigMap", async () => {
    const live = await snapshot();
    expect(live.objects.pods?.length).toBeGreaterThan(70);
    expect(JSON.stringify(live)).not.toContain("PLANTED-SECRET");
  });

  test("sees the whole account: groups, templates, instances, roles", async () => {
    const { account, gaps } = await snapshot();
    expect(account?.nodegroups?.map((one) => one["nodegroupName"]).toSorted()).toEqual(["batch", "web"]);
    expect(account?.autoScalingGroups).toHaveLength(3);
    expect(account?.instances).toHaveLength(9);
    expect(account?.launchTemplateVersions?.length).toBeGreaterThan(0);
    expect(gaps.map((gap) => gap.what)).toEqual(["aws:ListServiceQuotas"]);
  });

  test("a user who may read some things gets a snapshot with named gaps, never an empty list", async () => {
    world.kubectl("create", "clusterrole", "some-reader", "--verb=get,list", "--resource=pods,nodes");
    world.kubectl("create", "clusterrolebinding", "some-reader", "--clusterrole=some-reader", "--user=bob");
    const limited = await snapshot("--kubeconfig", userKubeconfig("bob"), "--cluster", world.clusterName);
    expect(limited.objects.pods?.length).toBeGreaterThan(70);
    expect(limited.objects.deployments).toBeUndefined();
    const forbidden = limited.gaps.filter((gap) => gap.reason === "forbidden").map((gap) => gap.what);
    expect(forbidden).toEqual(expect.arrayContaining(["deployments", "poddisruptionbudgets", "daemonsets"]));
  });

  test("a user who may read one namespace only is told which right is missing, and no file is written", async () => {
    world.kubectl("create", "role", "reader", "-n", "shop", "--verb=get,list", "--resource=pods,deployments.apps");
    world.kubectl("create", "rolebinding", "reader", "-n", "shop", "--role=reader", "--user=alice");
    const file = join(world.folder, "alice.gz");
    const end = await dovetail(world, [
      "snapshot",
      "--kubeconfig",
      userKubeconfig("alice"),
      "--cluster",
      world.clusterName,
      "--out",
      file,
    ]);
    expect(end.exit).toBe(3);
    expect(end.stderr).toContain('User "alice" cannot list');
    expect(existsSync(file)).toBe(false);
  });

  function userKubeconfig(name: string): string {
    const args = ["user", "--dir", join(world.folder, "controlplane"), "--name", name];
    return spawnSync(world.parts.controlplane, args, { encoding: "utf8" }).stdout.trim();
  }

  test("an API server that is gone is one clear error with exit code 3", async () => {
    const broken = readFileSync(world.kubeconfig, "utf8").replace(/https:\/\/127\.0\.0\.1:\d+/, "https://127.0.0.1:9");
    const file = join(world.folder, "broken.kubeconfig");
    writeFileSync(file, broken);
    const end = await dovetail(world, ["snapshot", "--kubeconfig", file, "--out", join(world.folder, "never.gz")]);
    expect(end.exit).toBe(3);
    expect(end.stderr).toMatch(/^error: .*127\.0\.0\.1:9/m);
    expect(end.stderr).not.toMatch(/^\s+at /m);
  });
});

/** Objects by name without what changes from second to second. */
function steady(snapshot: Snapshot, resource: keyof Snapshot["objects"]): unknown {
  const list: readonly { readonly metadata: { readonly name: string; readonly namespace?: string } }[] =
    snapshot.objects[resource] ?? [];
  const key = (one: (typeof list)[number]): string => `${one.metadata.namespace ?? ""}/${one.metadata.name}`;
  const changing = /^(resourceVersion|lastHeartbeatTime|renewTime)$/;
  // Dumps come without an account, whose facts a live reading notes on its nodes.
  const noted: readonly string[] = Object.values(readFacts);
  const isLeft = (name: string): boolean => changing.test(name) || noted.includes(name);
  return list
    .toSorted((a, b) => (key(a) < key(b) ? -1 : 1))
    .map(
      (one) => JSON.parse(JSON.stringify(one, (name, value: unknown) => (isLeft(name) ? undefined : value))) as unknown,
    );
}
