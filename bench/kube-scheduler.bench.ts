/**
 * kube-scheduler: pods in the queue to pods on nodes, ours beside the real program, in one run on the same cluster, processor time against
 * processor time. Both are shown objects as a watch shows them, and bind at once. Where Go is absent the real program's column holds what was
 * recorded of it (conformance/kube-scheduler/oracle/README.md).
 *
 * `--quick` leaves out the sizes for which the real program takes minutes.
 */
import { execFileSync } from "node:child_process";
import { findSchedulerOracle } from "../conformance/kube-scheduler/oracle.ts";
import type { Node, Pod, TopologySpreadConstraint } from "../src/kube/objects.ts";
import { KubeScheduler } from "../src/kube-scheduler/scheduler.ts";
import { defaultSchedulerSettings } from "../src/kube-scheduler/settings.ts";

interface Load {
  readonly nodes: number;
  readonly pods: number;
  /** Pods that spread over zones (hard) and hosts (soft) and keep away from their kind. */
  readonly hasNeighbours: boolean;
  /** Per cent of nodes to score; 0: by their number. */
  readonly percentage: number;
  /** Seconds of processor time it may take. */
  readonly limitS: number;
  /** Pods the real program places in a second of processor time, where that was recorded. */
  readonly recorded?: number;
}

const quick: readonly Load[] = [
  { nodes: 500, pods: 10_000, hasNeighbours: false, percentage: 0, limitS: 1, recorded: 1257 },
  { nodes: 500, pods: 10_000, hasNeighbours: false, percentage: 100, limitS: 2, recorded: 687 },
  { nodes: 500, pods: 2_000, hasNeighbours: true, percentage: 0, limitS: 1, recorded: 590 },
];
const long: readonly Load[] = [
  { nodes: 5_000, pods: 5_000, hasNeighbours: false, percentage: 0, limitS: 2, recorded: 611 },
  { nodes: 5_000, pods: 1_000, hasNeighbours: false, percentage: 100, limitS: 2, recorded: 88 },
  { nodes: 5_000, pods: 50_000, hasNeighbours: false, percentage: 0, limitS: 20 },
  { nodes: 5_000, pods: 50_000, hasNeighbours: true, percentage: 0, limitS: 20 },
];

interface Measured {
  readonly bound: number;
  readonly cpuS: number;
}

// The cluster of the oracle's own benchmark (conformance/kube-scheduler/oracle/internal/gen/bench.go).
function nodesOf({ nodes }: Load): Node[] {
  return Array.from({ length: nodes }, (_, at): Node => {
    const name = `node-${String(at).padStart(5, "0")}`;
    const labels = { "kubernetes.io/hostname": name, "topology.kubernetes.io/zone": "abc"[at % 3] ?? "" };
    const allocatable = { cpu: "15890m", memory: "60Gi", pods: "110", "ephemeral-storage": "100Gi" };
    return { apiVersion: "v1", kind: "Node", metadata: { name, labels }, status: { allocatable } };
  });
}

function podsOf({ pods, hasNeighbours }: Load): Pod[] {
  const sizes = [
    { cpu: "250m", memory: "256Mi" },
    { cpu: "100m", memory: "512Mi" },
    { cpu: "500m", memory: "1Gi" },
  ];
  return Array.from({ length: pods }, (_, at): Pod => {
    const app = `app${at % 20}`;
    const labelSelector = { matchLabels: { app } };
    const spread: TopologySpreadConstraint[] = [
      { maxSkew: 5, topologyKey: "topology.kubernetes.io/zone", whenUnsatisfiable: "DoNotSchedule", labelSelector },
      { maxSkew: 1, topologyKey: "kubernetes.io/hostname", whenUnsatisfiable: "ScheduleAnyway", labelSelector },
    ];
    const apart = { weight: 10, podAffinityTerm: { labelSelector, topologyKey: "kubernetes.io/hostname" } };
    const name = `pod-${String(at).padStart(5, "0")}`;
    return {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, namespace: "default", labels: { app } },
      spec: {
        schedulerName: "default-scheduler",
        priority: 0,
        containers: [{ name: "main", image: "app:1", resources: { requests: sizes[at % 3] ?? {} } }],
        ...(hasNeighbours
          ? {
              topologySpreadConstraints: spread,
              affinity: { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [apart] } },
            }
          : {}),
      },
    };
  });
}

// One run in a fresh process, from objects to the last pod bound.
function measure(load: Load): Measured {
  const [nodes, pods] = [nodesOf(load), podsOf(load)];
  const settings = defaultSchedulerSettings();
  const profiles = settings.profiles.map((one) => ({ ...one, percentageOfNodesToScore: load.percentage }));
  const start = process.cpuUsage();
  const scheduler = new KubeScheduler({ ...settings, profiles });
  const byName = new Map<string, Pod>();
  let nowMs = 0;
  for (const node of nodes) scheduler.put("nodes", node, nowMs);
  for (const pod of pods) {
    byName.set(`default/${pod.metadata.name}`, pod);
    scheduler.put("pods", pod, nowMs++);
  }
  let bound = 0;
  for (let next = scheduler.attempt(nowMs); next !== undefined; next = scheduler.attempt(nowMs++))
    for (const action of next.actions) {
      const pod = action.kind === "bind" ? byName.get(action.pod) : undefined;
      if (pod === undefined || action.kind !== "bind") continue;
      scheduler.put("pods", { ...pod, spec: { ...pod.spec, nodeName: action.nodeName } }, nowMs);
      bound += 1;
    }
  const { user, system } = process.cpuUsage(start);
  return { bound, cpuS: (user + system) / 1e6 };
}

function peerOf(oracle: string, { nodes, pods, percentage, hasNeighbours }: Load): Measured {
  const flags = ["bench", "-nodes", String(nodes), "-pods", String(pods), "-percent", String(percentage)];
  const told = execFileSync(oracle, hasNeighbours ? [...flags, "-spread"] : flags, { encoding: "utf8" });
  const { bound, cpuSeconds } = JSON.parse(told) as { readonly bound: number; readonly cpuSeconds: string };
  return { bound, cpuS: Number(cpuSeconds) };
}

function parent(): void {
  const oracle = findSchedulerOracle();
  const table = [["nodes", "pods", "to score", "ours, CPU s", "pods per CPU s", "real program", "factor"]];
  for (const load of process.argv.includes("--quick") ? quick : [...quick, ...long]) {
    const command = ["--import", "tsx", import.meta.filename, "child", JSON.stringify(load)];
    const ours = JSON.parse(execFileSync(process.execPath, command, { encoding: "utf8" })) as Measured;
    const isAsked = oracle !== undefined && load.recorded !== undefined;
    const peer = isAsked ? peerOf(oracle, load) : undefined;
    const rate = ours.bound / ours.cpuS;
    const peerRate = peer === undefined ? load.recorded : peer.bound / peer.cpuS;
    if (ours.cpuS > load.limitS || (peer !== undefined && peer.bound !== ours.bound)) process.exitCode = 1;
    table.push([
      String(load.nodes),
      `${ours.bound} of ${load.pods}${load.hasNeighbours ? " with neighbours" : ""}`,
      load.percentage === 0 ? "adaptive" : `${load.percentage} %`,
      `${ours.cpuS.toFixed(2)} (limit ${load.limitS})`,
      rate.toFixed(0),
      peerRate === undefined ? "not measured" : `${peerRate.toFixed(0)}${peer === undefined ? " (recorded)" : ""}`,
      peerRate === undefined ? "" : `${(rate / peerRate).toFixed(1)}x`,
    ]);
  }
  const widths = table[0]?.map((_, at) => Math.max(...table.map((row) => row[at]?.length ?? 0))) ?? [];
  for (const row of table) console.log(row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join("  "));
}

if (process.argv[2] === "child") console.log(JSON.stringify(measure(JSON.parse(process.argv[3] ?? "") as Load)));
else parent();
