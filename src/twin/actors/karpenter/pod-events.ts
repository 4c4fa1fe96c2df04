import type { NodeClaim } from "../../../karpenter/api.ts";
import { isOwnedByDaemonSet } from "../../../karpenter/pod-predicates.ts";
import type { Pod } from "../../../kube/objects.ts";
import { isTerminal } from "../../../kube/pod.ts";
import type { KarpenterHere } from "./here.ts";
import { nodeClaims, podsByNode } from "./objects.ts";

/** Pods come and go in crowds: one event in so long is enough. */
const dedupeMs = 10_000;

/**
 * Notes on each NodeClaim when a pod last came to its node, ended there or began to end: what `consolidateAfter` counts from. A pod that
 * merely disappears is no event, and to a Karpenter that has just started every pod is new.
 */
export function watchPods(here: KarpenterHere): void {
  const memory = here.memory;
  const pods = podsByNode(here);
  const known: Record<string, string> = {};
  for (const claim of nodeClaims(here)) {
    const name = claim.status?.nodeName;
    if (name === undefined) continue;
    const now = (pods.get(name) ?? []).filter((pod) => !isOwnedByDaemonSet(pod)).map(stateOf);
    const before = memory.podsOnNode[name] ?? "";
    const text = now.join(" ");
    known[name] = text;
    if (text === before) continue;
    const seen = new Set(before.split(" "));
    if (now.some((one) => !seen.has(one))) noteEvent(here, claim);
  }
  memory.podsOnNode = known;
}

function stateOf(pod: Pod): string {
  const isEnding = pod.metadata.deletionTimestamp !== undefined;
  return `${pod.metadata.uid ?? ""}${isTerminal(pod) ? "." : ""}${isEnding ? "!" : ""}`;
}

function noteEvent(here: KarpenterHere, claim: NodeClaim): void {
  const last = claim.status?.["lastPodEventTime"];
  if (typeof last === "string" && here.nowMs - Date.parse(last) < dedupeMs) return;
  const next: NodeClaim = { ...claim, status: { ...claim.status, lastPodEventTime: here.timestamp } };
  here.put("nodeclaims", next);
}
