// Mirrors pkg/controllers/provisioning/provisioner.go of karpenter v1.14.1.
import type { NodePool } from "../../karpenter/api.ts";
import { goSort } from "../../kube/go-sort.ts";
import type { InstanceType } from "../../karpenter/instance-type.ts";
import { isConditionTrue } from "../../kube/conditions.ts";
import type { ClusterObjects } from "../../kube/resources.ts";
import { inNameOrder } from "../state-node.ts";
import type { SolveInput } from "../types.ts";

/** Pools with their instance types, in the order Karpenter tries them. */
export interface PoolWithTypes {
  readonly pool: NodePool;
  /** Empty: the pool counts for limits and taints but makes no nodes in this pass. */
  readonly types: readonly InstanceType[];
}

/** All pools of a supported node class, by name. */
export function managedPools(objects: ClusterObjects): NodePool[] {
  return inNameOrder((objects.nodepools ?? []).filter(isNodePool)).filter(({ spec }) => {
    const { group, kind } = spec.template.spec.nodeClassRef;
    return group === "karpenter.k8s.aws" && kind === "EC2NodeClass";
  });
}

function isNodePool(object: unknown): object is NodePool {
  return typeof object === "object" && object !== null && "spec" in object;
}

/** Pools that make nodes on demand: not static, Ready, not being deleted; heaviest first, then by name descending. */
export function usablePools(objects: ClusterObjects, assumeReady: boolean): NodePool[] {
  const usable = managedPools(objects).filter(
    (pool) =>
      pool.spec.replicas === undefined &&
      (assumeReady || isConditionTrue(pool, "Ready")) &&
      pool.metadata.deletionTimestamp === undefined,
  );
  goSort(usable, (a, b) => {
    const [first, second] = [a.spec.weight ?? 0, b.spec.weight ?? 0];
    return first === second ? a.metadata.name > b.metadata.name : first > second;
  });
  return usable;
}

/** A pool's own types, or those for every pool. */
export function typesOf(pool: string, types: SolveInput["instanceTypes"]): readonly InstanceType[] {
  return types.get(pool) ?? types.get("*") ?? [];
}

/** Pools with their types. */
export function withTypes(pools: readonly NodePool[], types: SolveInput["instanceTypes"]): PoolWithTypes[] {
  return pools.map((pool) => ({ pool, types: typesOf(pool.metadata.name, types) }));
}
