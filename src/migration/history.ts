import { type JournalEntry, undoable } from "./journal.ts";
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
    return [{ plan, end: endOf(plan.id, entries) }];
  });
}

/** How a plan ended: what finished it counts only as long as nothing of it was done or undone behind it. */
export function endOf(planId: string, entries: readonly JournalEntry[]): PastPlan["end"] {
  const own = entries.filter((entry) => entry.planId === planId);
  const finished = own.findLastIndex((entry) => entry.type === "finished");
  const last = own[finished];
  if (last?.type !== "finished") return undefined;
  return own.slice(finished + 1).some((entry) => "step" in entry) ? undefined : last.outcome;
}

/** Whether a plan changed anything, or meant to: one that only checked is none that another would get in the way of. */
export function hasBegun(planId: string, entries: readonly JournalEntry[]): boolean {
  return entries.some((entry) => entry.planId === planId && entry.type === "intent");
}

/** Cut-overs of which something stands done, or was left behind by their way back, newest first: what a rollback has to look at. */
export function standingMigrations(entries: readonly JournalEntry[], clusterName: string): readonly MigrationPlan[] {
  return pastPlans(entries, "migrate", clusterName)
    .map(({ plan }) => plan)
    .filter((plan) => undoable(plan, entries).length > 0)
    .toReversed();
}
