import type { NodeClaim, NodePool } from "../../../karpenter/api.ts";
import type { Pod } from "../../../kube/objects.ts";
import { parseResources } from "../../../kube/resource-list.ts";
import type { PlannedNodeClaim } from "../../../scheduling/types.ts";
import type { KarpenterHere } from "./here.ts";
import { finalizer, nodePools } from "./objects.ts";
import { nominationMs } from "./view.ts";

/**
 * Makes a planned NodeClaim, which is launched next. Undefined when its pool is gone or already beyond a limit. A claim for which no
 * capacity is to be had goes again, and whoever waits for it finds that out by its absence.
 */
export function makeClaim(here: KarpenterHere, planned: PlannedNodeClaim): NodeClaim | undefined {
  const pool = nodePools(here).find(({ metadata }) => metadata.name === planned.nodePool);
  return pool === undefined || isBeyondLimit(pool) ? undefined : createClaim(here, pool, planned);
}

/** What the pool has exceeds a limit: the pass that planned for it did not know yet. */
function isBeyondLimit(pool: NodePool): boolean {
  const limits = parseResources(pool.spec.limits);
  const used = parseResources(pool.status?.["resources"] as Readonly<Record<string, string>> | undefined);
  if (!limits.ok || !used.ok) return false;
  return Array.from(limits.value).some(([name, limit]) => (used.value.get(name) ?? 0n) > limit);
}

/** Notes that pods are expected on a node, or on a NodeClaim that has none yet. */
export function nominate(here: KarpenterHere, name: string, pods: readonly Pod[]): void {
  here.memory.nominatedMs[name] = here.nowMs;
  here.lookAgain("touched", nominationMs);
  const isClaim = here.store.find("nodeclaims", name) !== undefined;
  for (const pod of pods)
    here.tell(pod, {
      reason: "Nominated",
      message: `Pod should schedule on: ${isClaim ? "nodeclaim" : "node"}/${name}`,
    });
}

function createClaim(here: KarpenterHere, pool: NodePool, planned: PlannedNodeClaim): NodeClaim {
  const claim: NodeClaim = {
    apiVersion: "karpenter.sh/v1",
    kind: "NodeClaim",
    metadata: {
      name: `${pool.metadata.name}-${here.dice.suffix(5)}`,
      labels: planned.labels,
      annotations: planned.annotations,
      finalizers: [finalizer],
      ownerReferences: [
        { apiVersion: "karpenter.sh/v1", kind: "NodePool", name: pool.metadata.name, uid: pool.metadata.uid ?? "" },
      ],
    },
    spec: {
      ...pool.spec.template.spec,
      requirements: planned.requirements,
      resources: { requests: planned.requests },
    },
  };
  const made = here.create("nodeclaims", claim);
  here.tell(pool, {
    reason: "NodeClaimCreated",
    message: `created nodeclaim ${claim.metadata.name}`,
  });
  return { ...claim, metadata: made.metadata };
}
