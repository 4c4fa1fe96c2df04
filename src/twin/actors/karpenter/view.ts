import { defaultBehaviour } from "../../../karpenter/releases.ts";
import type { ClusterObjects } from "../../../kube/resources.ts";
import type { SolveInput } from "../../../scheduling/types.ts";
import type { Core } from "../../world/core.ts";
import { nodeClaims } from "./memory.ts";
import { instanceTypesByPool } from "./types.ts";

const nominationMs = 20_000;

/** The cluster as Karpenter's decisions read it now, with what it keeps in its memory. */
export function clusterView(core: Core): SolveInput {
  return {
    nowMs: core.nowMs(),
    objects: objectsOf(core),
    instanceTypes: instanceTypesByPool(core),
    wellKnownLabels: "aws",
    behaviour: defaultBehaviour,
    options: {},
    marks: { nominatedSecondsAgo: nominations(core), deletingNodes: nodesInCommands(core) },
  };
}

function objectsOf({ api }: Core): ClusterObjects {
  return {
    nodes: api.peek("nodes"),
    pods: api.peek("pods"),
    namespaces: api.peek("namespaces"),
    nodepools: api.peek("nodepools"),
    nodeclaims: api.peek("nodeclaims"),
    ec2nodeclasses: api.peek("ec2nodeclasses"),
    daemonsets: api.peek("daemonsets"),
    deployments: api.peek("deployments"),
    replicasets: api.peek("replicasets"),
    statefulsets: api.peek("statefulsets"),
    jobs: api.peek("jobs"),
    poddisruptionbudgets: api.peek("poddisruptionbudgets"),
    persistentvolumeclaims: api.peek("persistentvolumeclaims"),
    persistentvolumes: api.peek("persistentvolumes"),
    storageclasses: api.peek("storageclasses"),
    csinodes: api.peek("csinodes"),
    priorityclasses: api.peek("priorityclasses"),
    volumeattachments: api.peek("volumeattachments"),
  };
}

/** A nomination is the machine's: it holds when the NodeClaim has become a Node. */
function nominations(core: Core): Readonly<Record<string, number>> {
  const now = core.nowMs();
  const seconds: Record<string, number> = {};
  const note = (name: string, atMs: number): void => {
    seconds[name] = Math.min(seconds[name] ?? Number.POSITIVE_INFINITY, (now - atMs) / 1000);
  };
  const nodeNames = new Map(nodeClaims(core).map((claim) => [claim.metadata.name, claim.status?.nodeName]));
  for (const [name, atMs] of Object.entries(core.state.karpenter.nominatedMs)) {
    if (now - atMs >= nominationMs) continue;
    note(name, atMs);
    const nodeName = nodeNames.get(name);
    if (nodeName !== undefined) note(nodeName, atMs);
  }
  return seconds;
}

/** Nodes whose replacements are on their way: they count as going although nobody has deleted them. */
function nodesInCommands(core: Core): readonly string[] {
  const going = new Set(core.state.karpenter.disruption.running.flatMap(({ candidates }) => candidates));
  if (going.size === 0) return [];
  return nodeClaims(core).flatMap(({ metadata, status }) =>
    going.has(metadata.name) && status?.nodeName !== undefined ? [status.nodeName] : [],
  );
}
