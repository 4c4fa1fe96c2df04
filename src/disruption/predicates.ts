import { parseNillableDuration } from "../kube/go-duration.ts";
import { isConditionTrue } from "../kube/conditions.ts";
import type { Candidate, MethodName } from "./types.ts";
import { nodeBaseCost } from "./world.ts";

/** Whether a method looks at a candidate at all (each method's `ShouldDisrupt`). */
export function isFor(method: MethodName, candidate: Candidate): boolean {
  const isStatic = candidate.pool.spec.replicas !== undefined;
  switch (method) {
    case "emptiness":
      return !isStatic && consolidates(candidate) && isEmpty(candidate) && isConsolidatable(candidate);
    case "staticDrift":
      return isStatic && isDrifted(candidate);
    case "drift":
      return !isStatic && isDrifted(candidate);
    case "multiNode":
    case "singleNode":
      return !isStatic && isPriced(candidate) && isUnderPolicy(candidate) && isConsolidatable(candidate);
  }
}

/** No pod on it minds being moved. Pods whose cost is nothing or less do not count. */
function isEmpty({ rescheduleCost }: Candidate): boolean {
  return rescheduleCost <= nodeBaseCost;
}

/** Without type, zone and capacity type there is no price to beat. */
function isPriced({ type, zone, capacityType }: Candidate): boolean {
  return type !== undefined && zone !== undefined && capacityType !== undefined;
}

/** Empty nodes are emptiness's, also where the policy allows more. */
function isUnderPolicy(candidate: Candidate): boolean {
  return (
    consolidates(candidate) &&
    !isEmpty(candidate) &&
    candidate.pool.spec.disruption?.consolidationPolicy !== "WhenEmpty"
  );
}

/** The pool's `consolidateAfter` is not `Never`. The API fills in `0s` where it is absent. */
function consolidates({ pool }: Candidate): boolean {
  return parseNillableDuration(pool.spec.disruption?.consolidateAfter ?? "0s") !== null;
}

function isConsolidatable({ node }: Candidate): boolean {
  return node.claim !== undefined && isConditionTrue(node.claim, "Consolidatable");
}

function isDrifted({ node }: Candidate): boolean {
  return node.claim !== undefined && isConditionTrue(node.claim, "Drifted");
}
