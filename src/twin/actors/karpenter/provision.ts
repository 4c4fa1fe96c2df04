import { isProvisionable } from "../../../karpenter/pod-predicates.ts";
import type { Pod } from "../../../kube/objects.ts";
import { solve } from "../../../scheduling/pass/solve.ts";
import type { SolveResult } from "../../../scheduling/types.ts";
import type { KarpenterHere } from "./here.ts";
import { makeClaim, nominate, podsByKey } from "./claims.ts";

import { clusterView } from "./view.ts";

const batchIdleMs = 1000;
const batchMaxMs = 10_000;
const retriggerMs = 10_000;

/** Batches pods that kube-scheduler gave up on, as Karpenter's provisioner does, and makes the nodes that they need. */
export function provision(here: KarpenterHere): void {
  const memory = here.memory;
  const now = here.nowMs;
  const waiting = here.store
    .all("pods")
    .filter((pod) => isProvisionable(pod) && pod.metadata.deletionTimestamp === undefined);
  const isNew = waiting.filter((pod) => now - (memory.seenPods[uidOf(pod)] ?? Number.NEGATIVE_INFINITY) >= retriggerMs);
  for (const uid of Object.keys(memory.seenPods))
    if (!waiting.some((pod) => uidOf(pod) === uid)) delete memory.seenPods[uid];
  if (isNew.length > 0) {
    memory.batchFirstMs ??= now;
    memory.batchLastMs = now;
    for (const pod of isNew) memory.seenPods[uidOf(pod)] = now;
  }
  const { batchFirstMs, batchLastMs } = memory;
  if (batchFirstMs === undefined || batchLastMs === undefined) return;
  if (now - batchLastMs < batchIdleMs && now - batchFirstMs < batchMaxMs) return;
  memory.batchFirstMs = undefined;
  memory.batchLastMs = undefined;
  act(here, solve(clusterView(here)));
}

function uidOf(pod: Pod): string {
  return pod.metadata.uid ?? pod.metadata.name;
}

function act(here: KarpenterHere, result: SolveResult): void {
  const pods = podsByKey(here);
  const podsOf = (keys: readonly string[]): readonly Pod[] => keys.flatMap((key) => pods.get(key) ?? []);
  for (const [node, keys] of result.existing) if (keys.length > 0) nominate(here, node, podsOf(keys));
  for (const planned of result.newNodeClaims) {
    const claim = makeClaim(here, planned);
    if (claim !== undefined) nominate(here, claim.metadata.name, podsOf(planned.pods));
  }
  for (const [key, refusal] of result.podErrors) {
    const pod = pods.get(key);
    if (pod !== undefined)
      here.tell(pod, {
        type: "Warning",
        reason: "FailedScheduling",
        message: `Failed to schedule pod, ${refusal.message}`,
      });
  }
}
