import { Random } from "../src/twin/time/random.ts";
import type { GroupSpec, SampleSpec, WorkloadSpec } from "../src/twin/samples/spec.ts";
import { systemWorkloads } from "../src/twin/samples/system.ts";

/** How large a cluster to draw. */
export interface Size {
  readonly nodes: number;
  /** All pods, those of DaemonSets included. */
  readonly pods: number;
  readonly seed: number;
}

/** DaemonSets and the rest that every sample runs. */
const daemonsPerNode = 4;
const otherSystemPods = 7;
/** What an m5.xlarge has for applications beside its daemons. */
const usableMilliCpu = 3600;
const usableMiB = 13_000;
/** Nodes are filled so far that Cluster Autoscaler keeps them. */
const filled = 0.8;

/** A cluster of any size: five node groups alike in shape, Deployments of many sizes with budgets and spreads. */
export function sizedSample({ nodes, pods, seed }: Size): SampleSpec {
  const clusterName = `sized-${nodes}`;
  const base = { clusterName, kubernetesVersion: "1.34.2", autoscalerFlags: flags } as const;
  return {
    name: `sized-${nodes}-${pods}`,
    summary: `${nodes} nodes and ${pods} pods, drawn`,
    ...base,
    authenticationMode: "API_AND_CONFIG_MAP",
    hasOidcProvider: true,
    hasSpotRole: true,
    groups: groupsOf(nodes),
    workloads: [...systemWorkloads(base), ...applications({ nodes, pods, seed })],
  };
}

const flags = ["--expander=least-waste", "--balance-similar-node-groups", "--skip-nodes-with-local-storage=false"];

function groupsOf(nodes: number): readonly GroupSpec[] {
  const names = ["general", "web", "api", "jobs", "shared"];
  return names.flatMap((name, at): readonly GroupSpec[] => {
    const desired = Math.floor((nodes + at) / names.length);
    if (desired === 0) return [];
    return [
      {
        name,
        kind: at < 3 ? "managed" : "self-managed",
        capacityType: "on-demand",
        instanceTypes: ["m5.xlarge"],
        min: Math.min(1, desired),
        max: desired * 2,
        desired,
        zones: ["a", "b", "c"],
      },
    ];
  });
}

function applications({ nodes, pods, seed }: Size): readonly WorkloadSpec[] {
  const dice = Random.of(`sized ${seed}`);
  let left = Math.max(1, pods - nodes * daemonsPerNode - otherSystemPods);
  const perNode = left / Math.max(1, nodes);
  const list: WorkloadSpec[] = [];
  for (let at = 0; left > 0; at++) {
    const replicas = Math.min(left, dice.integer(1, 8) ** 2 + 1);
    left -= replicas;
    // Around what makes the nodes full, from half to half as much again.
    const share = (filled / perNode) * (0.5 + dice.fraction());
    const kind = at % 10 === 9 ? "StatefulSet" : "Deployment";
    list.push({
      kind,
      namespace: `team-${at % 20}`,
      name: `app-${at}`,
      replicas,
      cpu: `${Math.max(10, Math.round(usableMilliCpu * share))}m`,
      memory: `${Math.max(16, Math.round(usableMiB * share * (0.5 + dice.fraction() / 2)))}Mi`,
      ...(replicas > 1 ? { budget: { maxUnavailable: "25%" } } : {}),
      ...(at % 3 === 0 ? { spread: "zone-soft" as const } : {}),
    });
  }
  return list;
}
