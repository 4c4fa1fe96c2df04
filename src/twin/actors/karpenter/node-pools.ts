import type { NodePool } from "../../../karpenter/api.ts";
import { conditionsOf, isConditionTrue } from "../../../kube/conditions.ts";
import { formatQuantity, type Quantity } from "../../../kube/quantity.ts";
import { addInto, parseResources } from "../../../kube/resource-list.ts";
import type { Condition } from "../../../kube/objects.ts";
import { withCondition } from "../../kubernetes/conditions.ts";
import type { KarpenterHere } from "./here.ts";
import { nodePoolAnnotations } from "./drift.ts";
import { nodeClaims, nodeClasses, nodePools } from "./objects.ts";

/** Hash, conditions and usage of every NodePool. */
export function reconcileNodePools(here: KarpenterHere): void {
  const classes = new Map(nodeClasses(here).map((one) => [one.metadata.name, one]));
  for (const pool of nodePools(here)) {
    const nodeClass = classes.get(pool.spec.template.spec.nodeClassRef.name);
    const isClassReady =
      nodeClass !== undefined &&
      nodeClass.metadata.deletionTimestamp === undefined &&
      isConditionTrue(nodeClass, "Ready");
    let conditions: readonly Condition[] = conditionsOf(pool);
    for (const [type, isOk] of [
      ["ValidationSucceeded", true],
      ["NodeClassReady", isClassReady],
      ["Ready", isClassReady],
    ] as const) {
      const reason = isOk ? type : nodeClass === undefined ? "NodeClassNotFound" : "NodeClassNotReady";
      conditions = withCondition(conditions, {
        type,
        status: isOk ? "True" : "False",
        reason,
        lastTransitionTime: here.timestamp,
      });
    }
    const { nodes, resources } = usageOf(here, pool);
    const annotations = { ...pool.metadata.annotations, ...nodePoolAnnotations(pool) };
    here.put("nodepools", {
      ...pool,
      metadata: { ...pool.metadata, annotations },
      status: { ...pool.status, conditions: conditions.map((one) => ({ ...one })), nodes, resources },
    } as NodePool);
  }
}

function usageOf(
  here: KarpenterHere,
  pool: NodePool,
): { readonly nodes: number; readonly resources: Readonly<Record<string, string>> } {
  const sum = new Map<string, Quantity>();
  const own = nodeClaims(here).filter(
    (claim) => claim.metadata.labels?.["karpenter.sh/nodepool"] === pool.metadata.name,
  );
  for (const claim of own) {
    const capacity = parseResources(claim.status?.capacity);
    if (capacity.ok) addInto(sum, capacity.value);
  }
  const texts = [...sum].map(
    ([name, amount]) =>
      [name, formatQuantity(amount, name === "cpu" || name === "pods" ? "decimal" : "binary")] as const,
  );
  return { nodes: own.length, resources: { ...Object.fromEntries(texts), nodes: String(own.length) } };
}
