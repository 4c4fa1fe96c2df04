import fc from "fast-check";
import { expect, test } from "vitest";
import {
  instanceType,
  offering,
  plainNode,
  readyPool,
  waitingPod,
  world,
  zones,
} from "../../../test/support/scheduling.ts";
import { compareText } from "../../karpenter/requirements.ts";
import type { Pod } from "../../kube/objects.ts";
import { solve } from "./solve.ts";
import type { SolveInput, SolveResult } from "../types.ts";

const types = [
  instanceType({ name: "s", cpu: "2", memory: "8Gi", price: 0.1, capacityTypes: ["spot", "on-demand"] }),
  instanceType({ name: "m", cpu: "4", memory: "8Gi", price: 0.15, zones: ["zone-a", "zone-b"] }),
  instanceType({ name: "l", cpu: "8", memory: "16Gi", price: 0.3, zones: ["zone-c"] }),
];
const dedicated = { key: "dedicated", value: "x", effect: "NoSchedule" };
const tolerating = { key: "dedicated", operator: "Exists" };
const apart = (app: string) => ({ topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels: { app } } });

interface PodWish {
  readonly app: string;
  readonly cpu: string;
  readonly memory: string;
  readonly port: boolean;
  readonly tolerates: boolean;
}

// What belongs to an app belongs to all its pods: some spread over zones, some keep apart.
function podOf({ app, cpu, memory, port, tolerates }: PodWish, at: number): Pod {
  const constraint = { maxSkew: 1, topologyKey: "topology.kubernetes.io/zone", whenUnsatisfiable: "DoNotSchedule" };
  const pod = waitingPod({
    name: `p${String(at).padStart(3, "0")}`,
    cpu,
    memory,
    labels: { app },
    ...(tolerates ? { tolerations: [tolerating] } : {}),
    ...(app === "spread"
      ? { topologySpreadConstraints: [{ ...constraint, labelSelector: { matchLabels: { app } } }] }
      : {}),
    ...(app === "apart"
      ? { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [apart(app)] } } }
      : {}),
  });
  if (!port) return pod;
  const containers = pod.spec.containers.map((container) => ({
    ...container,
    ports: [{ hostPort: 80, protocol: "TCP" }],
  }));
  return { ...pod, spec: { ...pod.spec, containers } };
}

const wish = fc.record({
  app: fc.constantFrom("plain", "spread", "apart"),
  cpu: fc.constantFrom("100m", "500m", "1", "3", "9"),
  memory: fc.constantFrom("128Mi", "1Gi", "6Gi"),
  port: fc.boolean(),
  tolerates: fc.boolean(),
});
const worlds = fc
  .record({ wishes: fc.array(wish, { maxLength: 25 }), isTainted: fc.boolean(), nodes: fc.nat(3) })
  .map(({ wishes, isTainted, nodes }) =>
    world({
      types,
      pods: wishes.map(podOf),
      pools: [
        readyPool(isTainted ? { name: "tainted", weight: 5, taints: [dedicated] } : {}),
        readyPool({ name: "open" }),
      ],
      nodes: Array.from({ length: nodes }, (_, at) =>
        plainNode(`n${at}`, { cpu: "2", memory: "4Gi" }, zones[at] ?? ""),
      ),
    }),
  );

const cpuMilli = (text: string): number => (text.endsWith("m") ? Number(text.slice(0, -1)) : Number(text) * 1000);
const bytes = (text: string): number => Number(text.slice(0, -2)) * (text.endsWith("Gi") ? 2 ** 30 : 2 ** 20);

interface Placed {
  readonly pods: readonly Pod[];
  readonly sizes: readonly { readonly cpu: number; readonly memory: number }[];
  readonly zone: string | undefined;
  readonly pool: string | undefined;
}

function placesOf(input: SolveInput, result: SolveResult): Placed[] {
  const byKey = new Map((input.objects.pods ?? []).map((pod) => [`default/${pod.metadata.name}`, pod]));
  const podsOf = (keys: readonly string[]): Pod[] => keys.flatMap((key) => byKey.get(key) ?? []);
  const planned = result.newNodeClaims.map((claim) => ({
    pods: podsOf(claim.pods),
    sizes: types
      .filter(({ name }) => claim.instanceTypes.includes(name))
      .map(({ capacity }) => ({ cpu: cpuMilli(String(capacity["cpu"])), memory: bytes(String(capacity["memory"])) })),
    zone: claim.requirements.find(({ key }) => key === "topology.kubernetes.io/zone")?.values?.[0],
    pool: claim.nodePool,
  }));
  const existing = [...result.existing].map(([name, keys]) => ({
    pods: podsOf(keys),
    sizes: [{ cpu: 2000, memory: bytes("4Gi") }],
    zone: zones[Number(name.slice(1))],
    pool: undefined,
  }));
  return [...planned, ...existing];
}

const requestsOf = (pod: Pod) => pod.spec.containers[0]?.resources?.requests ?? {};
const appOf = (pod: Pod): string => pod.metadata.labels?.["app"] ?? "";

test("no placement exceeds what a node has, breaks a taint, a host port, an anti-affinity or a hard spread", () => {
  fc.assert(
    fc.property(worlds, (input) => {
      const result = solve(input);
      const spread = new Map(zones.map((zone) => [zone, 0]));
      for (const { pods, sizes, zone, pool } of placesOf(input, result)) {
        const cpu = pods.reduce((sum, pod) => sum + cpuMilli(String(requestsOf(pod)["cpu"])), 0);
        const memory = pods.reduce((sum, pod) => sum + bytes(String(requestsOf(pod)["memory"])), 0);
        expect(sizes.length).toBeGreaterThan(0);
        for (const size of sizes) expect(size.cpu >= cpu && size.memory >= memory).toBe(true);
        if (pool === "tainted") expect(pods.every(({ spec }) => spec.tolerations !== undefined)).toBe(true);
        expect(pods.filter(({ spec }) => spec.containers[0]?.ports !== undefined).length).toBeLessThanOrEqual(1);
        expect(pods.filter((pod) => appOf(pod) === "apart").length).toBeLessThanOrEqual(1);
        const spreading = pods.filter((pod) => appOf(pod) === "spread").length;
        if (zone !== undefined) spread.set(zone, (spread.get(zone) ?? 0) + spreading);
        else expect(spreading).toBe(0);
      }
      const counts = [...spread.values()];
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    }),
    { numRuns: 150 },
  );
});

test("every pod is placed once, or has an error, or was ignored", () => {
  fc.assert(
    fc.property(worlds, (input) => {
      const result = solve(input);
      const placed = placesOf(input, result).flatMap(({ pods }) =>
        pods.map(({ metadata }) => `default/${metadata.name}`),
      );
      const all = [...placed, ...result.podErrors.keys(), ...result.ignored.keys()].sort();
      expect(all).toEqual((input.objects.pods ?? []).map(({ metadata }) => `default/${metadata.name}`).sort());
    }),
    { numRuns: 60 },
  );
});

const bytesOf = (result: SolveResult): string =>
  JSON.stringify([
    result.newNodeClaims,
    [...result.existing],
    [...result.podErrors].map(([pod, { message }]) => `${pod} ${message}`).toSorted(compareText),
  ]);

test("the same input gives the same bytes, in whatever order its lists come", () => {
  fc.assert(
    fc.property(worlds, (input) => {
      const reversed = (items: readonly never[] | undefined): never[] => [...(items ?? [])].reverse();
      const { pods, nodes, nodepools } = input.objects as Record<string, never[]>;
      const turned = {
        ...input,
        objects: { pods: reversed(pods), nodes: reversed(nodes), nodepools: reversed(nodepools) },
      };
      expect(bytesOf(solve(turned))).toBe(bytesOf(solve(input)));
      expect(bytesOf(solve(input))).toBe(bytesOf(solve(input)));
    }),
    { numRuns: 60 },
  );
});

/**
 * Exceptions, none of which these worlds have: a pool's limits (a larger type takes more of them), minValues, reservations, and an offering
 * in a new zone (one more domain that spreads have to reach). A spread may also draw otherwise; so apps that spread are left out.
 */
test("one more offering never makes a pod unschedulable that was schedulable before", () => {
  const [first, ...others] = types;
  fc.assert(
    fc.property(worlds, (input) => {
      if (first === undefined) return;
      const pods = (input.objects.pods ?? []).filter((pod) => appOf(pod) !== "spread");
      const before = { ...input, objects: { ...input.objects, pods } };
      const richer = { ...first, offerings: [...first.offerings, offering("zone-a", "on-demand", 0.05)] };
      const after = { ...before, instanceTypes: new Map([["*", [richer, ...others]]]) };
      const failed = [...solve(before).podErrors.keys()];
      for (const pod of solve(after).podErrors.keys()) expect(failed).toContain(pod);
    }),
    { numRuns: 60 },
  );
});
