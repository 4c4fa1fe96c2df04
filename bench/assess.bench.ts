/** `assess` on a cluster of 5,000 nodes and 100,000 pods, after loading. */
import { performance } from "node:perf_hooks";
import { assess } from "../src/assessment/assess.ts";
import { factsOf } from "../src/assessment/facts.ts";
import type { Node, Pod, PodDisruptionBudget, Workload } from "../src/kube/objects.ts";
import type { Snapshot } from "../src/snapshot/snapshot.ts";
import { account, daemonSet, node, ownedBy, pdb, pod, running, snapshot } from "../test/support/builders.ts";

/** A cluster of many workloads in many namespaces, with a budget for every other one. */
export function largeCluster(nodeCount: number, podCount: number): Snapshot {
  const names = Array.from({ length: nodeCount }, (_, i) => `node-${i}`);
  const nodes: Node[] = names.map((name, i) =>
    node({ name, nodegroup: `group-${i % 8}`, zone: `us-east-1${"abc"[i % 3] ?? "a"}` }),
  );
  const agents = Array.from({ length: 4 }, (_, i) => daemonSet({ name: `agent-${i}`, namespace: "kube-system" }));
  const pods: Pod[] = names.flatMap((name) =>
    agents.map((agent) =>
      pod({
        name: `${agent.metadata.name}-${name}`,
        namespace: "kube-system",
        node: name,
        labels: { app: agent.metadata.name },
        owners: [ownedBy(agent)],
      }),
    ),
  );
  const deployments: Workload[] = [];
  const replicasets: Workload[] = [];
  const budgets: PodDisruptionBudget[] = [];
  const replicas = 20;
  for (let i = 0; pods.length < podCount; i += 1) {
    const namespace = `team-${i % 100}`;
    const name = `service-${i}`;
    const made = running({ name, namespace, replicas, on: names.slice((i * replicas) % nodeCount).slice(0, replicas) });
    deployments.push(...(made.deployments ?? []));
    replicasets.push(...(made.replicasets ?? []));
    pods.push(...made.pods);
    if (i % 2 === 0) budgets.push(pdb({ name, namespace, matchLabels: { app: name }, maxUnavailable: "25%" }));
  }
  return snapshot({
    objects: { nodes, pods, deployments, replicasets, daemonsets: agents, poddisruptionbudgets: budgets },
    account: account(),
  });
}

const cluster = largeCluster(5000, 100_000);
const times: number[] = [];
let findings = 0;
for (let i = 0; i < 3; i += 1) {
  const start = performance.now();
  findings = assess(factsOf(cluster, { autoscalers: [], nodeGroups: [] })).findings.length;
  times.push(performance.now() - start);
}
const best = Math.min(...times);
process.stdout.write(`assess 5 000 nodes, 100 000 pods   ${best.toFixed(0)} ms (limit 3 000)   ${findings} findings\n`);
if (best > 3000) process.exitCode = 1;
