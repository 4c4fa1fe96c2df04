import type { NodeClaim, NodePool } from "../../../karpenter/api.ts";
import type { Pod } from "../../../kube/objects.ts";
import { parseResources } from "../../../kube/resource-list.ts";
import { namespacedName } from "../../../scheduling/namespaced-name.ts";
import type { PlannedNodeClaim } from "../../../scheduling/types.ts";
import { type Core, recordEvent } from "../../world/core.ts";
import { launchClaim } from "./launch-claims.ts";
import { by, finalizer, nodePools } from "./memory.ts";

/**
 * Makes a planned NodeClaim and launches it. Undefined when its pool is gone or already beyond a limit. A claim for which no capacity was
 * to be had is gone again at once, and whoever waits for it finds that out by its absence.
 */
export function makeClaim(core: Core, planned: PlannedNodeClaim): NodeClaim | undefined {
  const pool = nodePools(core).find(({ metadata }) => metadata.name === planned.nodePool);
  if (pool === undefined || isBeyondLimit(pool)) return undefined;
  const claim = createClaim(core, pool, planned);
  launchClaim(core, claim);
  return claim;
}

/** What the pool has exceeds a limit: the pass that planned for it did not know yet. */
function isBeyondLimit(pool: NodePool): boolean {
  const limits = parseResources(pool.spec.limits);
  const used = parseResources(pool.status?.["resources"] as Readonly<Record<string, string>> | undefined);
  if (!limits.ok || !used.ok) return false;
  return Array.from(limits.value).some(([name, limit]) => (used.value.get(name) ?? 0n) > limit);
}

/** Notes that pods are expected on a node, or on a NodeClaim that has none yet. */
export function nominate(core: Core, name: string, pods: readonly Pod[]): void {
  core.state.karpenter.nominatedMs[name] = core.nowMs();
  const isClaim = core.api.find("nodeclaims", name) !== undefined;
  for (const pod of pods)
    recordEvent(core, pod, {
      reason: "Nominated",
      message: `Pod should schedule on: ${isClaim ? "nodeclaim" : "node"}/${name}`,
      from: by,
    });
}

/** Pods by `namespace/name`, as decisions name them. */
export function podsByKey(core: Core): ReadonlyMap<string, Pod> {
  return new Map(core.api.peek("pods").map((pod) => [namespacedName(pod), pod]));
}

function createClaim(core: Core, pool: NodePool, planned: PlannedNodeClaim): NodeClaim {
  const claim: NodeClaim = {
    apiVersion: "karpenter.sh/v1",
    kind: "NodeClaim",
    metadata: {
      name: `${pool.metadata.name}-${core.random.suffix(5)}`,
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
  const made = core.api.create(by, "nodeclaims", claim);
  recordEvent(core, pool, {
    reason: "NodeClaimCreated",
    message: `created nodeclaim ${claim.metadata.name}`,
    from: by,
  });
  return { ...claim, metadata: made.metadata };
}
