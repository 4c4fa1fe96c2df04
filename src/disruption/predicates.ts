import type { KarpenterBehaviour } from "../karpenter/behaviour.ts";
import { parseNillableDuration } from "../kube/go-duration.ts";
import { isConditionTrue } from "../kube/conditions.ts";
import type { Candidate, MethodName } from "./types.ts";
import { nodeBaseCost } from "./world.ts";

/** Whether a method looks at a candidate at all (each method's `ShouldDisrupt`). */
export function isFor(method: MethodName, candidate: Candidate, behaviour: KarpenterBehaviour): boolean {
  const isStatic = candidate.pool.spec.replicas !== undefined;
  switch (method) {
    case "repair":
      return candidate.repair !== undefined && !isVetoed(candidate);
    case "emptiness":
      return !isStatic && consolidates(candidate) && isEmptyNode(candidate, behaviour) && isConsolidatable(candidate);
    case "staticDrift":
      return isStatic && isDrifted(candidate);
    case "drift":
      return !isStatic && isDrifted(candidate);
    case "multiNode":
    case "singleNode":
      return !isStatic && isPriced(candidate) && isUnderPolicy(candidate, behaviour) && isConsolidatable(candidate);
  }
}

/** Its owner keeps it as it is, or pods that refuse to go would hold it for ever: nothing bounds its draining. */
function isVetoed({ node, repair }: Candidate): boolean {
  const owner = node.isRegistered ? (node.node ?? node.claim) : (node.claim ?? node.node);
  if (owner?.metadata.annotations?.["karpenter.sh/do-not-repair"] === "true") return true;
  return (
    repair?.hasPodBlockers === true &&
    repair.drainBound === undefined &&
    node.claim?.spec.terminationGracePeriod === undefined
  );
}

/** No pod on it minds being moved: those whose cost is nothing or less do not count. Before v1.14 it had to have none at all. */
export function isEmptyNode(
  { rescheduleCost, reschedulablePods }: Candidate,
  { emptiness }: Pick<KarpenterBehaviour, "emptiness">,
): boolean {
  return emptiness === "no-cost" ? rescheduleCost <= nodeBaseCost : reschedulablePods.length === 0;
}

/** Without type, zone and capacity type there is no price to beat. */
function isPriced({ type, zone, capacityType }: Candidate): boolean {
  return type !== undefined && zone !== undefined && capacityType !== undefined;
}

/** Empty nodes are emptiness's, also where the policy allows more; before v1.14 consolidation passed over them as it came to them. */
function isUnderPolicy(candidate: Candidate, behaviour: KarpenterBehaviour): boolean {
  if (!consolidates(candidate)) return false;
  const policy = candidate.pool.spec.disruption?.consolidationPolicy ?? "WhenEmptyOrUnderutilized";
  const isKnown = policy === "WhenEmptyOrUnderutilized" || (behaviour.hasBalancedPolicy && policy !== "WhenEmpty");
  return isKnown && (behaviour.emptiness === "no-pods" || !isEmptyNode(candidate, behaviour));
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
