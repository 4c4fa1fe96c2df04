import { expect, test } from "vitest";
import { node, pod } from "../../../test/support/builders.ts";
import type { KubeObject, Pod } from "../../kube/objects.ts";
import { askingForZones, inSeveralZones, lostZones, zoneLosses, zonesByWorkload } from "./spread.ts";

const nodes = ["a", "b", "c"].map((zone) =>
  node({ name: zone, labels: { "topology.kubernetes.io/zone": `eu-west-1${zone}` } }),
);
const set = {
  apiVersion: "apps/v1",
  kind: "ReplicaSet",
  metadata: {
    name: "cart-5f",
    namespace: "shop",
    ownerReferences: [{ apiVersion: "apps/v1", kind: "Deployment", name: "cart", uid: "1", controller: true }],
  },
} as unknown as KubeObject;
const owners = [{ apiVersion: "apps/v1", kind: "ReplicaSet", name: "cart-5f", controller: true }];
const cart = (name: string, on: string, spec: Partial<Pod["spec"]> = {}): Pod =>
  pod({ name, namespace: "shop", node: on, owners, spec });
const placed = (...on: readonly string[]) => ({
  pods: on.map((one, i) => cart(`cart-${i}`, one)),
  nodes,
  replicasets: [set],
});

test("replicas are counted by the Deployment above their ReplicaSet", () => {
  expect(zonesByWorkload(placed("a", "a", "b"))).toEqual({
    "Deployment/shop/cart": { "eu-west-1a": 2, "eu-west-1b": 1 },
  });
  expect(inSeveralZones(zonesByWorkload(placed("a", "a")))).toEqual({});
});

test("ux-01-migration-loses-zones: fewer zones than before, with the replicas to lie in as many, is a loss", () => {
  const before = zonesByWorkload(placed("a", "b", "c"));
  const lost = (...on: readonly string[]): number => lostZones(before, zonesByWorkload(placed(...on))).length;
  expect([lost("a", "a", "a"), lost("a", "a", "b"), lost("a", "b", "c")]).toEqual([1, 1, 0]);
  // Two replicas cannot lie in three zones, and none lies anywhere.
  expect([lost("a", "b"), lost("a", "a"), lost()]).toEqual([0, 1, 0]);
});

test("says what was lost unless it was accepted, and asks only those that ask where that is enough", () => {
  const baseline = { pending: {}, missing: {}, nodes: 3, zones: zonesByWorkload(placed("a", "b")), spread: [] };
  const now = placed("c", "c");
  expect(zoneLosses({ baseline }, now)).toEqual([
    "Deployment/shop/cart ran in 2 zones (eu-west-1a 1, eu-west-1b 1) and runs in 1 (eu-west-1c 2)",
  ]);
  expect(zoneLosses({ baseline }, now, { isAskedOnly: true })).toEqual([]);
  const accepted = [{ code: "ZONES", subject: "Deployment/shop/cart", reason: "a cache" }];
  expect(zoneLosses({ baseline, accepted }, now)).toEqual([]);
});

test("a soft wish for zones is a wish for zones", () => {
  const wish = {
    maxSkew: 1,
    topologyKey: "topology.kubernetes.io/zone",
    whenUnsatisfiable: "ScheduleAnyway",
    labelSelector: {},
  };
  const pods = [cart("cart-0", "a", { topologySpreadConstraints: [wish] })];
  expect(askingForZones({ pods, replicasets: [set] })).toEqual(["Deployment/shop/cart"]);
});
