import { expect, test } from "vitest";
import type { Node, Pod, PodDisruptionBudget, TopologySpreadConstraint } from "../../kube/objects.ts";
import { PodRegistry } from "../../kube-scheduler/pods/registry.ts";
import { type Amounts, caTables as tables, type Packing } from "../../../test/support/ca-tables.ts";
import type { WorkingGroup } from "./cloud/cloud.ts";
import { RemainingBudgets } from "./down/budgets.ts";
import { crop } from "./down/crop.ts";
import { unneededLimit } from "./down/planner.ts";
import { utilizationOf } from "./down/utilization.ts";
import { beginLoop, type LoopState } from "./loop-state.ts";
import { type Deletion, type Memory, newMemory } from "./memory.ts";
import { Likeness } from "./pods/likeness.ts";
import { roomOf } from "./room/room-of.ts";
import { settingsOf } from "./settings.ts";
import { backedOff, isResting } from "./state/backoff.ts";
import { balance } from "./up/balance.ts";
import { estimateNodes } from "./up/estimate.ts";
import { Limiter } from "./up/limiter.ts";
import { bestOption } from "./up/expanders.ts";
import type { View } from "./view.ts";

const nowMs = Date.parse("2026-01-01T00:00:00Z");
const none = { budgets: [], daemonSets: [], replicaSets: [], statefulSets: [], replicationControllers: [], jobs: [] };
const empty: View = {
  ...none,
  nowMs,
  nodes: [],
  pods: [],
  persistentVolumes: [],
  persistentVolumeClaims: [],
  storageClasses: [],
  groups: [],
};

function loopOf(of: {
  view?: Partial<View>;
  memory?: Partial<Memory>;
  flags?: Readonly<Record<string, string>>;
}): LoopState {
  const flags = new Map(Object.entries(of.flags ?? {}).map(([name, value]) => [name, [value]]));
  const settings = settingsOf(flags, "1.36.1");
  const memory = { ...newMemory(nowMs), ...of.memory };
  const loop = beginLoop({
    view: { ...empty, ...of.view },
    memory,
    settings,
    likeness: new Likeness(true),
    registry: new PodRegistry(),
    refused: [],
  });
  loop.nodes = loop.view.nodes;
  return loop;
}

function group(name: string, target: number, max: number): WorkingGroup {
  return { name, min: 0, max, target, instances: [], template: undefined, options: {} };
}

function node(name: string, cpuMilli = 1000, memory = "2000Mi"): Node {
  const allocatable = { cpu: `${cpuMilli}m`, memory, pods: "110" };
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name },
    spec: { providerID: name },
    status: { capacity: allocatable, allocatable },
  };
}

function pod(name: string, requests: Readonly<Record<string, string>>, of: Partial<Pod["metadata"]> = {}): Pod {
  const containers = [{ name: "main", resources: { requests } }];
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default", uid: name, ...of },
    spec: { containers },
  };
}

test.each(tables.balance)("new nodes are shared as the table says: %j", (row) => {
  const groups = row.groups.map(([name, target, max]) => group(name, target, max));
  const grown = balance(groups, row.add).map((one) => [one.group.name, one.to] as const);
  if (row.new === undefined) expect(grown.map(([, to]) => to).toSorted((a, b) => a - b)).toEqual(row.newMultiset);
  else expect(Object.fromEntries(grown)).toEqual(row.new);
});

test.each(tables.unneededLimit.cases)("so many nodes may be unneeded at once: %j", (row) => {
  const unneeded = Array.from({ length: row.prev }, (_, at) => ({
    node: `n${at}`,
    sinceMs: nowMs,
    moves: [],
    isRisky: false,
    onCompletion: 0,
  }));
  const flags = { "scale-down-unneeded-time": `${row.unneededSec}s`, "max-scale-down-parallelism": "10" };
  const loop = loopOf({ memory: { unneeded, planIntervalMs: row.loopSec * 1000 }, flags });
  expect(unneededLimit(loop)).toBe(row.want);
});

test.each(tables.budgets.cases.map((row) => ({ row })))("of so many nodes so many begin to go: $row", ({ row }) => {
  const [emptyBefore = 0, drainBefore = 0, empties = 0, drains = 0, wantEmpty, wantDrain] = row;
  const deletion = (isDrain: boolean, at: number): Deletion => ({
    node: `old-${isDrain}-${at}`,
    instance: "",
    group: "other",
    isDrain,
    batch: 0,
    isDelayed: false,
    stage: { at: "queued" },
  });
  const deletions = [
    ...Array.from({ length: emptyBefore }, (_, at) => deletion(false, at)),
    ...Array.from({ length: drainBefore }, (_, at) => deletion(true, at)),
  ];
  const nodes = Array.from({ length: empties + drains }, (_, at) => node(`n${at}`));
  const instances = nodes.map(({ metadata: { name: id } }) => ({ id }));
  const groups = [{ name: "g", min: 0, max: 100, target: nodes.length, instances, template: undefined }];
  const { maxParallelism, maxDrain } = tables.budgets;
  const flags = { "max-scale-down-parallelism": String(maxParallelism), "max-drain-parallelism": String(maxDrain) };
  const loop = loopOf({ view: { nodes, groups }, memory: { deletions }, flags });
  const room = roomOf(loop, [], loop.registry);
  const cropped = crop(loop, room, { empty: nodes.slice(0, empties), drain: nodes.slice(empties) });
  const count = (buckets: typeof cropped.empty): number => buckets.reduce((sum, one) => sum + one.nodes.length, 0);
  expect([count(cropped.empty), count(cropped.drain)]).toEqual([wantEmpty, wantDrain]);
});

test.each(tables.backoff)("a group rests as long as the table says: %j", ({ initialMs, maxMs, steps }) => {
  const flags = new Map([
    ["initial-node-group-backoff-duration", [`${initialMs}ms`]],
    ["max-node-group-backoff-duration", [`${maxMs}ms`]],
  ]);
  const settings = settingsOf(flags, "1.36.1");
  let backoff: ReturnType<typeof backedOff> | undefined;
  for (const [kind, atMs] of steps) {
    if (kind === "fail") backoff = backedOff(backoff, { class: "other", code: "x" }, nowMs + atMs, settings);
    else expect([kind, atMs, isResting(backoff, nowMs + atMs)]).toEqual([kind, atMs, kind === "in"]);
  }
});

test.each(tables.pdbTracker.cases.map((row) => ({ row })))("budgets allow what the table says: $row", ({ row }) => {
  const [one, two, both, hasBudgets, allowed1, allowed2, canRemove, inParallel] = row;
  const labelled = (count: number, labels: Readonly<Record<string, string>>): Pod[] =>
    Array.from({ length: count }, (_, at) => pod(`${Object.keys(labels).join("-")}-${at}`, {}, { labels }));
  const pods = [
    ...labelled(one - both, { a: "1" }),
    ...labelled(two - both, { b: "1" }),
    ...labelled(both, { a: "1", b: "1" }),
  ];
  const budget = (label: string, disruptionsAllowed: number): PodDisruptionBudget => ({
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name: label, namespace: "default" },
    spec: { selector: { matchLabels: { [label]: "1" } } },
    status: { disruptionsAllowed },
  });
  const budgets = new RemainingBudgets(hasBudgets ? [budget("a", allowed1), budget("b", allowed2)] : []);
  expect([!pods.some((each) => budgets.forbids(each)), budgets.allowsTogether(pods)]).toEqual([canRemove, inParallel]);
});

test.each(tables.utilization)("a node is used so far: %j", (row) => {
  const [cpu, memory] = row.alloc;
  const host = node("host", cpu, String(memory));
  const amounts = ([milli, bytes]: Amounts): Readonly<Record<string, string>> => ({
    cpu: `${milli}m`,
    memory: String(bytes),
  });
  const daemon = {
    ownerReferences: [{ apiVersion: "apps/v1", kind: "DaemonSet", name: "d", uid: "d", controller: true }],
  };
  const pods = [
    ...row.pods.map((each, at) => pod(`p${at}`, amounts(each))),
    ...(row.ignored ?? []).map((each, at) => pod(`d${at}`, amounts(each), daemon)),
  ];
  const loop = loopOf({ view: { nodes: [host] } });
  const room = roomOf(
    loop,
    pods.map((each) => ({ pod: each, node: "host" })),
    loop.registry,
  );
  const state = room.node("host");
  const found = state && utilizationOf(state, { settings: loop.settings, nowMs, ignoresDaemonSets: true });
  expect(found?.utilization).toBeCloseTo(row.util, 5);
  if (row.cpu !== undefined) expect(found?.cpu).toBeCloseTo(row.cpu, 5);
});

test.each(tables.leastWaste.cases)("least-waste chooses %j", ({ options, best }) => {
  const loop = loopOf({ flags: { expander: "least-waste" } });
  loop.templates = new Map(
    options.map((name) => {
      const { cpuMilli = 0, memMiB = 0 } = tables.leastWaste.groups[name] ?? {};
      return [name, { node: node(name, cpuMilli, `${memMiB}Mi`), pods: [], source: "provider" }] as const;
    }),
  );
  const { cpuMilli, memMiB } = tables.leastWaste.pod;
  const pods = [pod("p", { cpu: `${cpuMilli}m`, memory: `${memMiB}Mi` })];
  const choices = options.map((name) => ({ group: group(name, 0, 10), nodes: 1, pods, similar: [] }));
  expect(bestOption(choices, loop)?.group.name).toBe(best);
});

function spreadOf({
  key,
  maxSkew,
  minDomains,
}: NonNullable<Packing["pegs"][number]["spread"]>): TopologySpreadConstraint {
  const labelSelector = { matchLabels: { app: "estimatee" } };
  return { topologyKey: key, maxSkew, minDomains, labelSelector, whenUnsatisfiable: "DoNotSchedule" };
}

test.each(tables.estimator)("so many nodes take so many pods: $name", (row) => {
  const zoned = (name: string, zone: string, cpu: number, memMiB: number, pods: number): Node => {
    const made = node(name, cpu, `${memMiB}Mi`);
    const allocatable = { ...made.status?.allocatable, pods: String(pods) };
    const labels = { "kubernetes.io/hostname": name, "topology.kubernetes.io/zone": zone };
    return { ...made, metadata: { name, labels }, status: { allocatable, capacity: allocatable } };
  };
  const loop = loopOf({
    view: { nodes: [zoned("oldnode", "zone-jupiter", 100, 100, 10)] },
    flags: { "max-nodes-per-scaleup": String(row.maxNodes ?? 0) },
  });
  const room = roomOf(loop, [], loop.registry);
  const { cpuMilli, memMiB, pods: most } = row.node;
  const template = {
    node: zoned("template", "zone-mars", cpuMilli, memMiB, most),
    pods: [],
    source: "provider",
  } as const;
  const groups = row.pegs.map((peg, at) => {
    const one = (number: number): Pod => {
      const requests = { cpu: `${peg.cpuMilli}m`, memory: String(peg.memBytes) };
      const made = pod(`p${at}-${number}`, requests, { namespace: "universe", labels: { app: "estimatee" } });
      const ports = peg.hostPort === undefined ? [] : [{ containerPort: peg.hostPort, hostPort: peg.hostPort }];
      const constraints = peg.spread === undefined ? [] : [spreadOf(peg.spread)];
      const spec = {
        ...made.spec,
        containers: made.spec.containers.map((each) => (ports.length === 0 ? each : { ...each, ports })),
        ...(constraints.length === 0 ? {} : { topologySpreadConstraints: constraints }),
      };
      return { ...made, spec };
    };
    return { infos: Array.from({ length: peg.n }, (_, number) => room.unbound(one(number))) };
  });
  const limiter = new Limiter(loop.settings, { group: group("g", 0, 1_000_000), similar: [], nodes: 1 });
  const found = estimateNodes(groups, { room, template, limiter, settings: loop.settings });
  expect([found.nodes, found.pods.length]).toEqual([row.nodes, row.scheduled]);
});
