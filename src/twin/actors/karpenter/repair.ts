import type { NodeClaim } from "../../../karpenter/api.ts";
import { labelKeys } from "../../../karpenter/labels.ts";
import { isNodeReady } from "../../../kube/node.ts";
import type { Node } from "../../../kube/objects.ts";
import { indexes } from "../../store/indexes.ts";
import type { KarpenterHere } from "./here.ts";
import { processSettings } from "./process.ts";

/** How long a node may be not ready (karpenter-provider-aws v1.14.1, `RepairPolicies`). */
const toleratedMs = 30 * 60_000;
/** More ill nodes than this share of the pool are somebody else's problem. */
const mostIll = 0.2;
const againMs = 5 * 60_000;

/** With the gate NodeRepair a node that has been ill for too long is replaced without regard to budgets (`node/health`). */
export function repairLate(here: KarpenterHere, claim: NodeClaim, node: Node): void {
  const settings = processSettings(here);
  if (settings.gates["NodeRepair"] !== true || isNodeReady(node) || claim.metadata.deletionTimestamp !== undefined)
    return;
  const ready = node.status?.conditions?.find((one) => one.type === "Ready");
  const leftMs = Date.parse(ready?.lastTransitionTime ?? here.timestamp) + toleratedMs - here.nowMs;
  const key = `node ${node.metadata.name}`;
  if (leftMs > 0) return here.lookAgain(key, leftMs);
  const pool = here.store.by(indexes.nodes.byPool, node.metadata.labels?.[labelKeys.nodePool] ?? "");
  const ill = pool.filter((one) => !isNodeReady(one)).length;
  if (ill > Math.ceil(pool.length * mostIll)) return here.lookAgain(key, againMs);
  here.delete("nodeclaims", claim);
}
