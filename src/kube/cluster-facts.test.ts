import { expect, test } from "vitest";
import { daemonSet, deployment, node, ownedBy, pod, running, statefulSet } from "../../test/support/builders.ts";
import { capacityTypeOf, instanceIdOf, instanceTypeOf, nodegroupOf, regionOf, zoneOf } from "./node.ts";
import type { Node, PersistentVolume } from "./objects.ts";
import { indexOwners } from "./owners.ts";
import { isBare, isMirrorPod, isPending, isSynthesised, ownerOf } from "./pod.ts";
import { imaginePods } from "./imagine/pods.ts";
import { indexVolumes, isLocalVolume, zonesOfVolume } from "./volumes.ts";

test("a pod's top owner is the Deployment over its ReplicaSet", () => {
  const objects = running({ name: "web", namespace: "shop", replicas: 2 });
  const owners = indexOwners(objects);
  const [first] = objects.pods;
  if (first === undefined) throw new Error("no pod");
  expect(owners.top(first)).toMatchObject({ kind: "Deployment", name: "web", namespace: "shop" });
  expect(objects.deployments?.map((one) => owners.podsOf(one).length)).toEqual([2]);
});

test("without ReplicaSets in the dump their name tells the Deployment", () => {
  const { replicasets: _, ...objects } = running({ name: "web", replicas: 1 });
  const [first] = objects.pods;
  if (first === undefined) throw new Error("no pod");
  expect(indexOwners(objects).top(first)).toMatchObject({ kind: "Deployment", name: "web" });
});

test("bare, mirror and pending pods are told apart", () => {
  const mirror = pod({ annotations: { "kubernetes.io/config.mirror": "x" }, node: "n" });
  const gated = { ...pod({}), spec: { containers: [], schedulingGates: [{ name: "later" }] } };
  expect([isBare(pod({})), isBare(mirror), isMirrorPod(mirror), isPending(pod({})), isPending(gated)]).toEqual([
    true,
    false,
    true,
    true,
    false,
  ]);
  expect(ownerOf(pod({ owners: [{ apiVersion: "v1", kind: "X", name: "x" }] }))?.kind).toBe("X");
});

const labelled = (labels: Record<string, string>, providerID?: string): Node => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: { name: "n", labels },
  ...(providerID === undefined ? {} : { spec: { providerID } }),
});

test("instance, zone, region, type and capacity type come from new labels, old labels or the provider id", () => {
  const modern = node({
    instanceId: "i-0abc",
    zone: "eu-west-1b",
    instanceType: "m6i.large",
    nodegroup: "web",
    capacityType: "spot",
  });
  expect([
    instanceIdOf(modern),
    zoneOf(modern),
    regionOf(modern),
    instanceTypeOf(modern),
    capacityTypeOf(modern),
    nodegroupOf(modern),
  ]).toEqual(["i-0abc", "eu-west-1b", "eu-west-1", "m6i.large", "spot", "web"]);
  const old = labelled(
    {
      "beta.kubernetes.io/instance-type": "c5.large",
      "alpha.eksctl.io/nodegroup-name": "ng",
      "node.kubernetes.io/lifecycle": "Ec2Spot",
    },
    "aws:///us-gov-west-1a/i-1",
  );
  expect([instanceTypeOf(old), zoneOf(old), regionOf(old), nodegroupOf(old), capacityTypeOf(old)]).toEqual([
    "c5.large",
    "us-gov-west-1a",
    "us-gov-west-1",
    "ng",
    "spot",
  ]);
  const fargate = labelled({}, "aws:///us-east-1a/abc-123/fargate-ip-10-0-0-1");
  expect([instanceIdOf(fargate), capacityTypeOf(fargate)]).toEqual([undefined, undefined]);
});

const zonal = (name: string, zone: string): PersistentVolume => ({
  apiVersion: "v1",
  kind: "PersistentVolume",
  metadata: { name },
  spec: {
    nodeAffinity: {
      required: {
        nodeSelectorTerms: [
          { matchExpressions: [{ key: "topology.ebs.csi.aws.com/zone", operator: "In", values: [zone] }] },
        ],
      },
    },
  },
});

test("a pod is tied to the zone of its bound volume, and to none by an unbound claim", () => {
  const claim = (name: string, volumeName?: string) => ({
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name, namespace: "default" },
    spec: volumeName === undefined ? {} : { volumeName },
  });
  const volumes = indexVolumes({
    persistentvolumes: [zonal("pv-1", "us-east-1b")],
    persistentvolumeclaims: [claim("data", "pv-1"), claim("new")],
  });
  const withClaim = (claimName: string) => pod({ volumes: [{ name: "v", persistentVolumeClaim: { claimName } }] });
  expect(volumes.zonesOf(withClaim("data"))).toEqual(["us-east-1b"]);
  expect(volumes.zonesOf(withClaim("new"))).toBeUndefined();
  expect(volumes.claimsOf(withClaim("missing"))).toMatchObject([{ claimName: "missing" }]);
  expect(zonesOfVolume(zonal("x", "a"))).toEqual(["a"]);
  expect(isLocalVolume({ ...zonal("x", "a"), spec: { local: { path: "/mnt" } } })).toBe(true);
});

test("manifests without pods give the pods and claims that their controllers would make, marked and pending", () => {
  const set = {
    ...statefulSet({ name: "db", replicas: 2 }),
  };
  const withClaims = {
    ...set,
    spec: { ...set.spec, volumeClaimTemplates: [{ metadata: { name: "data" }, spec: { storageClassName: "gp3" } }] },
  };
  const limited = deployment({
    name: "web",
    replicas: 3,
    spec: { containers: [{ name: "c", resources: { limits: { cpu: "1" } } }] },
  });
  const made = imaginePods(
    {
      deployments: [limited],
      statefulsets: [withClaims],
      daemonsets: [daemonSet({ name: "agent" })],
    },
    { makers: [], scalers: [] },
  );
  expect(made.pods.map((one) => one.metadata.name)).toEqual(["web-0", "web-1", "web-2", "db-0", "db-1"]);
  expect(made.claims.map((one) => one.metadata.name)).toEqual(["data-db-0", "data-db-1"]);
  expect(made.pods.every((one) => isSynthesised(one) && isPending(one))).toBe(true);
  expect(made.pods[0]?.spec.containers[0]?.resources?.requests).toEqual({ cpu: "1" });
  expect(made.pods[3]?.spec.volumes).toContainEqual({
    name: "data",
    persistentVolumeClaim: { claimName: "data-db-0" },
  });
  const owned = { ...limited, kind: "ReplicaSet", metadata: { name: "web-1", ownerReferences: [ownedBy(limited)] } };
  expect(imaginePods({ replicasets: [owned] }, { makers: [], scalers: [] }).pods).toEqual([]);
});
