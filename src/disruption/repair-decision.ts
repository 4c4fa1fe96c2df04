// Mirrors pkg/controllers/node/health/controller.go of karpenter v1.14.1.
import { type RepairPolicy, repairPolicies } from "../karpenter/aws/repair-policies.ts";
import { parseNillableDuration } from "../kube/go-duration.ts";
import { conditionOf } from "../kube/conditions.ts";
import type { Condition, Node } from "../kube/objects.ts";
import { arePodsDisruptable, type CandidateContext } from "../scheduling/pods/candidates.ts";
import type { Candidate } from "./types.ts";

/** Time past its toleration by which a condition gains on one of a higher rank. */
const agingMs = 30 * 60_000;

/** The candidate with what its conditions ask for; none when they ask for nothing yet. */
export function withRepair(candidate: Candidate, context: CandidateContext): readonly Candidate[] {
  const { node, claim } = candidate.node;
  if (node === undefined) return [];
  const rebooted = claim === undefined ? undefined : conditionOf(claim, "Rebooting");
  const notBeforeMs = rebooted?.status === "False" ? timeOf(rebooted.lastTransitionTime) : Number.NEGATIVE_INFINITY;
  const due = matches(node).flatMap(({ policy, sinceMs }) => {
    const dueMs = Math.max(sinceMs, notBeforeMs) + policy.tolerationMs;
    return dueMs > context.nowMs ? [] : [{ policy, dueMs }];
  });
  if (due.length === 0) return [];
  const score = Math.max(...due.map(({ dueMs }) => (context.nowMs - dueMs) / agingMs));
  const drainMs = Math.min(...due.map(({ policy }) => policy.drainMs));
  const hasPodBlockers = !arePodsDisruptable(candidate.node, context);
  const repair = { score, drainBound: BigInt(drainMs) * 1_000_000n, hasPodBlockers };
  return [{ ...candidate, repair }];
}

interface Match {
  readonly policy: RepairPolicy;
  readonly sinceMs: number;
}

/** Every policy that fits one of the node's conditions, however long it has lasted; the fallback where only its kind is known. */
function matches(node: Node): readonly Match[] {
  const createdMs = timeOf(node.metadata.creationTimestamp);
  return (node.status?.conditions ?? []).flatMap((condition) => {
    const known = repairPolicies.filter((policy) => isAbout(policy, condition));
    if (known.length === 0) return [];
    // A condition cannot be older than its node.
    const sinceMs = Math.max(timeOf(condition.lastTransitionTime), createdMs);
    const specific = known.filter(({ reason }) => reason?.test(condition.reason ?? "") === true);
    const fallback = repairPolicies.filter(({ reason }) => reason === undefined);
    return (specific.length > 0 ? specific : fallback).map((policy) => ({ policy, sinceMs }));
  });
}

/** Whether some policy is about the node at all: what the breaker counts. */
export function isIll(node: Node): boolean {
  return (node.status?.conditions ?? []).some((condition) =>
    repairPolicies.some((policy) => isAbout(policy, condition)),
  );
}

function isAbout({ type, status }: RepairPolicy, condition: Condition): boolean {
  return type === condition.type && status === condition.status;
}

/** A time that is not there is before all others, as Go's zero time is. */
function timeOf(text: string | undefined): number {
  const ms = Date.parse(text ?? "");
  return Number.isNaN(ms) ? Number.NEGATIVE_INFINITY : ms;
}

/** How long draining an ill node may take: the policies' bound or the claim's, whichever is less; undefined where neither sets one. */
export function drainBoundOf({ repair, node: { claim } }: Candidate): bigint | undefined {
  const bound = repair?.drainBound;
  if (bound === undefined) return undefined;
  const own = parseNillableDuration(claim?.spec.terminationGracePeriod ?? "Never");
  return own === null || own === undefined || own >= bound ? bound : own;
}
