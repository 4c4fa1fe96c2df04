import type { JournalEntry } from "./journal.ts";
import {
  type CanaryPlan,
  type InstallPlan,
  isCanaryPlan,
  type MigrationPlan,
  type Plan,
  type SetupPlan,
} from "./plan.ts";

/** A plan that the journal knows, and how it ended. */
export interface PastPlan<P extends Plan = Plan> {
  readonly plan: P;
  readonly end: "completed" | "rolled-back" | undefined;
}

/** What a command may have planned. */
interface PlansByCommand {
  readonly setup: SetupPlan;
  readonly install: InstallPlan;
  readonly canary: CanaryPlan;
  readonly migrate: MigrationPlan;
}

/** Whose plans are asked for: a canary is planned by install, and is none. */
export type PlanOf = keyof PlansByCommand;

const isPlanOf: { readonly [C in keyof PlansByCommand]: (plan: Plan) => plan is PlansByCommand[C] } = {
  setup: (plan) => plan.command === "setup",
  install: (plan): plan is InstallPlan => plan.command === "install" && !isCanaryPlan(plan),
  canary: isCanaryPlan,
  migrate: (plan) => plan.command === "migrate",
};

/** The node role that setup made or was told to reuse on a cluster; undefined when the journal knows of none. */
export function nodeRoleOf(entries: readonly JournalEntry[], clusterName: string): string | undefined {
  const last = pastPlans(entries, "setup", clusterName).findLast((past) => past.end !== "rolled-back");
  return last?.plan.context.environment["KARPENTER_NODE_ROLE_ARN"]?.split("/").at(-1);
}

/** The journal's plans of one command for one cluster, oldest first. */
export function pastPlans<C extends PlanOf>(
  entries: readonly JournalEntry[],
  command: C,
  clusterName: string,
): readonly PastPlan<PlansByCommand[C]>[] {
  const isWanted = isPlanOf[command];
  return entries.flatMap((entry) => {
    if (entry.type !== "planned" || entry.plan.cluster.name !== clusterName) return [];
    const { plan } = entry;
    if (!isWanted(plan)) return [];
    const last = entries.findLast((one) => one.planId === plan.id && one.type === "finished");
    return [{ plan, end: last?.type === "finished" ? last.outcome : undefined }];
  });
}
