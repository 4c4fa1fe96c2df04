/**
 * Days of a cluster in the simulated world, in processor seconds: under Cluster Autoscaler, with 30 % more of every Deployment in the first
 * half of each hour than in the second. The cluster is drawn and settled first; that is not counted.
 */
import { availableParallelism, loadavg } from "node:os";
import { openTwin } from "../src/adapters/sandbox/open.ts";
import { sandboxMarket } from "../src/adapters/sandbox/prices.ts";
import { buildSample } from "../src/twin/samples/build.ts";
import { sizedSample } from "./sized-cluster.ts";

const hourMs = 3_600_000;
/** For 24 hours of 500 nodes, in seconds. */
const target = 5;
const mostMiB = 1024;

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function play(size: { readonly nodes: number; readonly pods: number }, hours: number): void {
  const before = cpuSeconds();
  const state = buildSample(sizedSample({ ...size, seed: 1 }), 1, sandboxMarket());
  const settled = openTwin(state);
  settled.advance(hourMs);
  const built = cpuSeconds() - before;
  const twin = settled;
  const from = { cpu: cpuSeconds(), version: twin.store.version };
  const base = twin.store.all("deployments").filter(({ metadata }) => metadata.namespace !== "kube-system");
  for (let half = 0; half < hours * 2; half++) {
    for (const { metadata, spec } of base) {
      const replicas = Math.round((spec.replicas ?? 1) * (half % 2 === 0 ? 1.3 : 1));
      const ref = { resource: "deployments", name: metadata.name, namespace: metadata.namespace ?? "default" } as const;
      twin.store.patch("team", ref, { type: "merge", body: { spec: { replicas } } });
    }
    twin.advance(hourMs / 2);
  }
  const took = cpuSeconds() - from.cpu;
  const mib = process.memoryUsage().rss / 2 ** 20;
  const row = [
    `${size.nodes} nodes, ${size.pods} pods, ${hours} h`.padEnd(36),
    `${took.toFixed(1)} s`.padStart(8),
    `${twin.store.version - from.version} writes`.padStart(16),
    `${mib.toFixed(0)} MiB`.padStart(9),
    `settled in ${built.toFixed(1)} s`,
  ];
  const most = (target * hours) / 24;
  if (size.nodes === 500 && (took > most || mib > mostMiB)) {
    process.exitCode = 1;
    row.push(`above ${most.toFixed(2)} s or ${mostMiB} MiB`);
  }
  console.log(row.join("  "));
}

const isQuick = process.argv.includes("--quick");
console.log(`${availableParallelism()} processors, load ${loadavg()[0]?.toFixed(1)}; processor seconds`);
play({ nodes: 50, pods: 1000 }, 24);
if (!isQuick) play({ nodes: 500, pods: 10_000 }, 1);
