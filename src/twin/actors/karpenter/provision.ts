import { isProvisionable } from "../../../karpenter/pod-predicates.ts";
import type { Pod } from "../../../kube/objects.ts";
import { solve } from "../../../scheduling/pass/solve.ts";
import type { SolveResult } from "../../../scheduling/types.ts";
import { makeClaim, nominate } from "./claims.ts";
import type { KarpenterHere } from "./here.ts";
import { disruptedTaint } from "./objects.ts";
import { processSettings } from "./process.ts";
import { clusterView, isSynced } from "./view.ts";

/** What is still waiting, or still going, triggers again after so long. */
const retriggerMs = 10_000;

/**
 * A pod that kube-scheduler gave up on, or a node whose pods must go elsewhere, opens a batch or lengthens it (karpenter v1.14.1,
 * `provisioning/controller.go`, `batcher.go`).
 */
export function trigger(here: KarpenterHere, key: string): void {
  const { memory } = here;
  if (!isWaiting(here, key)) {
    delete memory.triggeredMs[key];
    return;
  }
  const lastMs = memory.triggeredMs[key];
  if (lastMs !== undefined && here.nowMs - lastMs < retriggerMs)
    return here.lookAgain(key, lastMs + retriggerMs - here.nowMs);
  memory.triggeredMs[key] = here.nowMs;
  here.lookAgain(key, retriggerMs);
  memory.batch = { firstMs: memory.batch?.firstMs ?? here.nowMs, lastMs: here.nowMs };
  here.lookAgain("batch", processSettings(here).batchIdleMs);
}

function isWaiting({ store }: KarpenterHere, key: string): boolean {
  const [kind, name = ""] = key.split(" ");
  if (kind === "node")
    return store.find("nodes", name)?.spec?.taints?.some(({ key: taint }) => taint === disruptedTaint.key) === true;
  const pod = store.at("pods", name);
  return pod !== undefined && pod.metadata.deletionTimestamp === undefined && isProvisionable(pod);
}

/** Ends the batch when it has been quiet, or open, for long enough, and makes the nodes that its pods need. */
export function provisionBatch(here: KarpenterHere): void {
  const { batch } = here.memory;
  if (batch === undefined) return;
  const { batchIdleMs, batchMaxMs } = processSettings(here);
  const endMs = Math.min(batch.lastMs + batchIdleMs, batch.firstMs + batchMaxMs);
  if (here.nowMs < endMs) return here.lookAgain("batch", endMs - here.nowMs);
  here.memory.batch = undefined;
  // A pass that is skipped forgets its pods; they trigger again.
  if (!isSynced(here)) return;
  act(here, solve(clusterView(here)));
}

function act(here: KarpenterHere, result: SolveResult): void {
  const podsOf = (keys: readonly string[]): readonly Pod[] => keys.flatMap((key) => here.store.at("pods", key) ?? []);
  for (const [node, keys] of result.existing) if (keys.length > 0) nominate(here, node, podsOf(keys));
  for (const planned of result.newNodeClaims) {
    const claim = makeClaim(here, planned);
    if (claim !== undefined) nominate(here, claim.metadata.name, podsOf(planned.pods));
  }
  for (const [key, refusal] of result.podErrors) {
    const pod = here.store.at("pods", key);
    const message = `Failed to schedule pod, ${refusal.message}`;
    if (pod !== undefined) here.tell(pod, { type: "Warning", reason: "FailedScheduling", message });
  }
}
