import type { NodePool } from "../../../karpenter/api.ts";
import { conditionsOf, isConditionTrue } from "../../../kube/conditions.ts";
import type { Condition, ResourceTexts } from "../../../kube/objects.ts";
import { formatQuantity, type Quantity } from "../../../kube/quantity.ts";
import { addInto, parseResources, type ResourceList } from "../../../kube/resource-list.ts";
import { condition, conditionsJson, withCondition } from "../../kubernetes/conditions.ts";
import { nodePoolAnnotations } from "./drift.ts";
import type { KarpenterHere } from "./here.ts";
import { claimsOfPool, nodeClasses, nodePools } from "./objects.ts";
import { keepReplicas } from "./static-pools.ts";

/** Usage is summed up at most this often (`nodepool/counter`). */
const countedMs = 5000;

/** Hash, conditions and usage of a NodePool; and the nodes of one that has a fixed number of them. */
export function lookAtNodePool(here: KarpenterHere, name: string): void {
  const pool = nodePools(here).find(({ metadata }) => metadata.name === name);
  if (pool === undefined) return;
  const nodeClass = nodeClasses(here).find(
    ({ metadata }) => metadata.name === pool.spec.template.spec.nodeClassRef.name,
  );
  const isClassReady =
    nodeClass !== undefined &&
    nodeClass.metadata.deletionTimestamp === undefined &&
    isConditionTrue(nodeClass, "Ready");
  const reason = nodeClass === undefined ? "NodeClassNotFound" : "NodeClassNotReady";
  let conditions: readonly Condition[] = conditionsOf(pool);
  for (const [type, isOk] of [
    ["ValidationSucceeded", true],
    ["NodeClassReady", isClassReady],
    ["Ready", isClassReady],
  ] as const)
    conditions = withCondition(
      conditions,
      condition(type, isOk, { reason: isOk ? type : reason, timestamp: here.timestamp }),
    );
  const { nodes, resources } = usageOf(here, pool);
  const annotations = { ...pool.metadata.annotations, ...nodePoolAnnotations(pool) };
  const next: NodePool = {
    ...pool,
    metadata: { ...pool.metadata, annotations },
    status: { ...pool.status, conditions: conditionsJson(conditions), nodes, resources },
  };
  here.put("nodepools", next);
  if (pool.spec.replicas !== undefined) keepReplicas(here, pool);
}

/** Looks at a pool's usage again, once in a while however often its claims change. */
export function countSoon(here: KarpenterHere, pool: string): void {
  here.lookAgain(`pool ${pool}`, countedMs);
}

function usageOf(
  here: KarpenterHere,
  pool: NodePool,
): { readonly nodes: number; readonly resources: Readonly<Record<string, string>> } {
  const sum = new Map<string, Quantity>();
  const own = claimsOfPool(here, pool.metadata.name);
  for (const { status } of own) addInto(sum, capacityOf(status?.capacity));
  const texts = [...sum].map(
    ([name, amount]) =>
      [name, formatQuantity(amount, name === "cpu" || name === "pods" ? "decimal" : "binary")] as const,
  );
  return { nodes: own.length, resources: { ...Object.fromEntries(texts), nodes: String(own.length) } };
}

const parsed = new WeakMap<object, ResourceList>();
const nothing: ResourceList = new Map();

// Claims of one type share nothing but their meaning; each is read once.
function capacityOf(capacity: ResourceTexts | undefined): ResourceList {
  if (capacity === undefined) return nothing;
  const known = parsed.get(capacity);
  if (known !== undefined) return known;
  const read = parseResources(capacity);
  const list = read.ok ? read.value : nothing;
  parsed.set(capacity, list);
  return list;
}
