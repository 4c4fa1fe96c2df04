import type { GroupRefusal, ScaleUp, Unhelped } from "../decision.ts";
import type { LoopState } from "../loop-state.ts";

/** Tells pods what the loop did for them, or why nothing (processors/status/eventing_scale_up_processor.go). */
export function tellPods({ calls }: LoopState, status: ScaleUp): void {
  if (status.result !== "successful" && status.result !== "error") {
    for (const one of status.unhelped) {
      const why = status.result === "limitedByMaxNodesTotal" ? "max total nodes in cluster reached" : reasonsOf(one);
      calls.tellOf("Pod", one.pod, { reason: "NotTriggerScaleUp", message: `pod didn't trigger scale-up: ${why}` });
    }
  }
  if (status.increases.length === 0) return;
  const groups = status.increases
    .map(({ group, from, to, max }) => `{${group} ${from}->${to} (max: ${max})}`)
    .join(" ");
  for (const pod of status.triggered)
    calls.tellOf("Pod", pod, { reason: "TriggeredScaleUp", message: `pod triggered scale-up: [${groups}]` });
}

/** `2 node(s) didn't match …, 1 max node group size reached`: each reason with the number of groups that give it. */
function reasonsOf({ groups }: Pick<Unhelped, "groups">): string {
  const counts = new Map<string, number>();
  for (const refusal of Object.values(groups))
    for (const text of refusalTexts(refusal)) counts.set(text, (counts.get(text) ?? 0) + 1);
  return Array.from(counts, ([text, count]) => `${count} ${text}`)
    .toSorted()
    .join(", ");
}

/** What events say of one refusal. */
export function refusalTexts(refusal: GroupRefusal | "executionFailed" | "filteredOut"): readonly string[] {
  if (refusal === "executionFailed") return ["scale-up execution failed"];
  if (refusal === "filteredOut") return ["expansion options filtered out and no longer considered"];
  if ("plugin" in refusal) return refusal.reasons;
  const { skipped } = refusal;
  if (typeof skipped !== "string") return [`exceeded quota: "cluster-wide", resources: ${skipped.limit.join(", ")}`];
  switch (skipped) {
    case "backoff":
      return ["in backoff after failed scale-up"];
    case "maxSize":
      return ["max node group size reached"];
    case "notReady":
      return ["not ready for scale-up"];
    case "atomicExceedsNodeLimit":
      return ["atomic scale-up exceeds cluster node count limit"];
  }
}
