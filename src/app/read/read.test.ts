import { expect, test } from "vitest";
import { openSandbox, silentHost } from "../../adapters/sandbox/open.ts";
import type { CloudReader } from "../../ports/cloud.ts";
import type { Cluster } from "../../ports/cluster.ts";
import { Fault } from "../../fault/fault.ts";
import type { Host } from "../../ports/host.ts";
import type { World } from "../../ports/world.ts";
import type { Snapshot } from "../../snapshot/snapshot.ts";
import { discover } from "./discover.ts";
import { readSnapshot } from "./read.ts";
import type { FaultCode } from "../../fault/registry.ts";

const source = { kind: "sandbox", name: "clean" } as const;
const open = async (): Promise<World> => (await openSandbox({ name: "clean" })).world;

/** A cluster whose lists of these resources fail. */
function failing(cluster: Cluster, code: FaultCode, ...resources: readonly string[]): Cluster {
  return new Proxy(cluster, {
    get: (target, key) => {
      if (key === "list") {
        return (resource: string, options?: object) =>
          resources.length === 0 || resources.includes(resource)
            ? Promise.reject(new Fault(code, `cannot list ${resource}`))
            : target.list(resource as "pods", options);
      }
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}

function cloudWithout(cloud: CloudReader, code: FaultCode, ...operations: readonly string[]): CloudReader {
  const guard = (operation: string): void => {
    if (operations.includes(operation)) throw new Fault(code, `cannot call ${operation}`);
  };
  return {
    region: cloud.region,
    read: async (operation, input) => (guard(operation), cloud.read(operation, input)),
    all: async (operation, input, items) => (guard(operation), cloud.all(operation, input, items)),
    allNames: async (operation, input, items) => (guard(operation), cloud.allNames(operation, input, items)),
  };
}

const gapsOf = (snapshot: Snapshot): readonly string[] => snapshot.gaps.map((gap) => `${gap.what} ${gap.reason}`);

test("a cluster and its account are read whole, and joined", async () => {
  const snapshot = await readSnapshot(await open(), { source });
  expect(snapshot.gaps).toEqual([]);
  expect(snapshot.clusterName).toBe(snapshot.account?.cluster?.["name"]);
  const { autoscalers, nodeGroups } = discover(snapshot);
  expect(autoscalers).toHaveLength(1);
  const nodes = snapshot.objects.nodes?.length ?? 0;
  expect(nodeGroups.reduce((sum, group) => sum + group.nodeNames.length, 0)).toBe(nodes);
  expect(nodeGroups.every((group) => group.isManagedByAutoscaler === true && group.max !== undefined)).toBe(true);
});

test("reading twice gives the same, byte for byte", async () => {
  const [a, b] = await Promise.all([readSnapshot(await open(), { source }), readSnapshot(await open(), { source })]);
  expect(JSON.stringify(a)).toBe(JSON.stringify(b));
});

test("what may not be read is a named gap and an absent list, never an empty one", async () => {
  const world = await open();
  const cluster = failing(world.cluster, "kube.Forbidden", "poddisruptionbudgets", "storageclasses");
  const snapshot = await readSnapshot({ ...world, cluster }, { source });
  expect(gapsOf(snapshot)).toEqual(["poddisruptionbudgets forbidden", "storageclasses forbidden"]);
  expect(snapshot.objects.poddisruptionbudgets).toBeUndefined();
  expect(snapshot.objects.pods?.length).toBeGreaterThan(50);
});

test("a kind that nobody installed is none there, not unread", async () => {
  const world = await open();
  const snapshot = await readSnapshot(
    { ...world, cluster: failing(world.cluster, "kube.AbsentApi", "nodepools") },
    { source },
  );
  expect(snapshot.objects.nodepools).toEqual([]);
  expect(gapsOf(snapshot)).toEqual([]);
});

test("a user who may read nothing gets the fault, not an empty cluster", async () => {
  const world = await open();
  await expect(
    readSnapshot({ ...world, cluster: failing(world.cluster, "kube.Forbidden") }, { source }),
  ).rejects.toMatchObject({
    code: "kube.Forbidden",
  });
});

test("AWS calls that are refused are gaps of their own; the rest of the account is there", async () => {
  const world = await open();
  const cloud = cloudWithout(
    world.cloud,
    "aws.UnauthorizedOperation",
    "ec2:DescribeSubnets",
    "iam:GetRole",
    "autoscaling:DescribeWarmPool",
  );
  const { account, ...snapshot } = await readSnapshot({ ...world, cloud }, { source });
  expect(account?.subnets).toBeUndefined();
  expect(account?.warmPools).toBeUndefined();
  expect(account?.roles).toBeUndefined();
  expect(account?.hasSpotServiceLinkedRole).toBeUndefined();
  expect(account?.autoScalingGroups?.length).toBeGreaterThan(0);
  expect(new Set(snapshot.gaps.map((gap) => gap.what))).toEqual(
    new Set(["aws:DescribeSubnets", "aws:DescribeWarmPool", "aws:GetRole"]),
  );
});

test("without credentials there is no account, and one gap says why", async () => {
  const world = await open();
  const none = (): Promise<CloudReader> => Promise.reject(new Fault("aws.NoCredentials", "no AWS credentials"));
  const expired = cloudWithout(world.cloud, "aws.ExpiredCredentials", "sts:GetCallerIdentity");
  for (const cloud of [none, expired]) {
    const snapshot = await readSnapshot({ ...world, cloud }, { source });
    expect(snapshot.account).toBeUndefined();
    expect(gapsOf(snapshot)).toEqual(["aws forbidden"]);
  }
});

test("a bug is not a gap", async () => {
  const world = await open();
  const cluster: Cluster = new Proxy(world.cluster, {
    get: (target, key) => {
      if (key === "list") return () => Promise.reject(new TypeError("undefined is not a function"));
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
  await expect(readSnapshot({ ...world, cluster }, { source })).rejects.toThrow(TypeError);
});

test("an interruption ends the reading", async () => {
  const world = await open();
  const abort = new AbortController();
  abort.abort();
  const host: Host = { ...silentHost(), interrupted: abort.signal };
  await expect(readSnapshot({ ...world, host }, { source })).rejects.toMatchObject({ code: "interrupted" });
});

test("the disks that nodes boot from are read beside those of persistent volumes", async () => {
  const world = await open();
  const asked: string[] = [];
  const cloud: CloudReader = {
    ...world.cloud,
    region: world.cloud.region,
    read: (operation, input) => world.cloud.read(operation, input),
    allNames: (operation, input, items) => world.cloud.allNames(operation, input, items),
    all: async (operation, input, items) => {
      const found = await world.cloud.all(operation, input, items);
      if (operation === "ec2:DescribeVolumes") asked.push(JSON.stringify(input));
      if (operation !== "ec2:DescribeInstances") return found;
      const BlockDeviceMappings = [{ DeviceName: "/dev/xvda", Ebs: { VolumeId: "vol-0123" } }];
      return found.map((one) => ({ ...one, Instances: [{ InstanceId: "i-1", BlockDeviceMappings }] }));
    },
  };
  await readSnapshot({ ...world, cloud }, { source });
  expect(asked.join()).toContain("vol-0123");
});
