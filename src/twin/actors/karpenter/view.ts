import type { ClusterObjects } from "../../../kube/resources.ts";
import type { SolveInput } from "../../../scheduling/types.ts";
import type { KarpenterHere } from "./here.ts";
import { nodeClaims } from "./objects.ts";
import { processSettings } from "./process.ts";
import { instanceTypesByPool } from "./types.ts";

/** How long a node is expected to get the pods that it was nominated for. */
export const nominationMs = 20_000;

/** The cluster as Karpenter's decisions read it now, with what it keeps in its memory. */
export function clusterView(here: KarpenterHere): SolveInput {
  const settings = processSettings(here);
  return {
    nowMs: here.nowMs,
    objects: objectsOf(here),
    instanceTypes: instanceTypesByPool(here),
    wellKnownLabels: "aws",
    behaviour: settings.behaviour,
    options: { featureGates: settings.gates },
    marks: { nominatedSecondsAgo: nominations(here), deletingNodes: nodesInCommands(here) },
  };
}

/** Whether every launch has been answered: while one has not, nothing is provisioned or disrupted (karpenter v1.14.1, `Cluster.Synced`). */
export function isSynced(here: KarpenterHere): boolean {
  return nodeClaims(here).every(({ status }) => (status?.providerID ?? "") !== "");
}

function objectsOf({ store }: KarpenterHere): ClusterObjects {
  return {
    nodes: store.all("nodes"),
    pods: store.all("pods"),
    namespaces: store.all("namespaces"),
    nodepools: store.all("nodepools"),
    nodeclaims: store.all("nodeclaims"),
    ec2nodeclasses: store.all("ec2nodeclasses"),
    daemonsets: store.all("daemonsets"),
    deployments: store.all("deployments"),
    replicasets: store.all("replicasets"),
    statefulsets: store.all("statefulsets"),
    jobs: store.all("jobs"),
    poddisruptionbudgets: store.all("poddisruptionbudgets"),
    persistentvolumeclaims: store.all("persistentvolumeclaims"),
    persistentvolumes: store.all("persistentvolumes"),
    storageclasses: store.all("storageclasses"),
    csinodes: store.all("csinodes"),
    priorityclasses: store.all("priorityclasses"),
    volumeattachments: store.all("volumeattachments"),
  };
}

/** A nomination is the machine's: it holds when the NodeClaim has become a Node. */
function nominations(here: KarpenterHere): Readonly<Record<string, number>> {
  const now = here.nowMs;
  const seconds: Record<string, number> = {};
  const note = (name: string, atMs: number): void => {
    seconds[name] = Math.min(seconds[name] ?? Number.POSITIVE_INFINITY, (now - atMs) / 1000);
  };
  const nodeNames = new Map(nodeClaims(here).map((claim) => [claim.metadata.name, claim.status?.nodeName]));
  for (const [name, atMs] of Object.entries(here.memory.nominatedMs)) {
    if (now - atMs >= nominationMs) continue;
    note(name, atMs);
    const nodeName = nodeNames.get(name);
    if (nodeName !== undefined) note(nodeName, atMs);
  }
  return seconds;
}

/** Nodes whose replacements are on their way: they count as going although nobody has deleted them. */
function nodesInCommands(here: KarpenterHere): readonly string[] {
  const going = new Set(here.memory.disruption.running.flatMap(({ candidates }) => candidates));
  if (going.size === 0) return [];
  return nodeClaims(here).flatMap(({ metadata, status }) =>
    going.has(metadata.name) && status?.nodeName !== undefined ? [status.nodeName] : [],
  );
}
