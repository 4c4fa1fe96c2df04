import type { NodeClaim } from "../../../karpenter/api.ts";
import { textAt } from "../../../kube/json.ts";
import { indexes } from "../../store/indexes.ts";
import { isOwnedByDaemonSet } from "../../../karpenter/pod-predicates.ts";
import type { KarpenterHere } from "./here.ts";
import { claimOfNode } from "./objects.ts";

/** Pods come and go in crowds: one event in so long is enough. */
const dedupeMs = 10_000;

/**
 * Notes on a node's NodeClaim that a pod came to it, ended there or began to end: what `consolidateAfter` counts from. A pod that merely
 * disappears is no event (karpenter v1.14.1, `nodeclaim/podevents/controller.go`).
 */
export function noteEvents(here: KarpenterHere, nodeName: string): void {
  const node = here.store.find("nodes", nodeName);
  const claim = node === undefined ? undefined : claimOfNode(here, node);
  if (claim === undefined || claim.metadata.deletionTimestamp !== undefined) return;
  // Daemons come with every node; a node that has nothing else had no event.
  if (here.store.by(indexes.pods.byNode, nodeName).every(isOwnedByDaemonSet)) return;
  const last = textAt(claim.status, "lastPodEventTime");
  if (last !== undefined && here.nowMs - Date.parse(last) < dedupeMs) return;
  const next: NodeClaim = { ...claim, status: { ...claim.status, lastPodEventTime: here.timestamp } };
  here.put("nodeclaims", next);
}
