import type { JournalEntry } from "./journal.ts";
import type { Plan } from "./step.ts";
import { objectAt, textAt } from "../kube/json.ts";

/** A plan that the journal knows, and how it ended. */
export interface PastPlan {
  readonly plan: Plan;
  readonly end: "completed" | "rolled-back" | undefined;
}

/** The node role that setup made or was told to reuse on a cluster; undefined when the journal knows of none. */
export function nodeRoleOf(entries: readonly JournalEntry[], clusterName: string): string | undefined {
  const last = pastPlans(entries, "setup", clusterName).findLast((past) => past.end !== "rolled-back");
  const arn = textAt(objectAt(last?.plan.context["environment"])["KARPENTER_NODE_ROLE_ARN"]) ?? "";
  return arn === "" ? undefined : arn.split("/").at(-1);
}

/** The journal's plans of one command for one cluster, oldest first. */
export function pastPlans(
  entries: readonly JournalEntry[],
  command: Plan["command"],
  clusterName: string,
): readonly PastPlan[] {
  const found: PastPlan[] = [];
  for (const entry of entries) {
    if (entry.type !== "planned" || entry.plan.command !== command || entry.plan.cluster.name !== clusterName) continue;
    const { plan } = entry;
    const last = entries.findLast((one) => one.planId === plan.id && one.type === "finished");
    found.push({ plan, end: last?.type === "finished" ? last.outcome : undefined });
  }
  return found;
}
