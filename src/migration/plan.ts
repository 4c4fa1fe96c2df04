import type { ContextOf, Gate } from "./contexts.ts";
import type { StepKind } from "./kinds.ts";
import { type Acting, isOf, type Step } from "./step.ts";

/** A reversible chapter that ends in a gate. */
export interface Stage {
  readonly id: string;
  readonly title: string;
  readonly steps: readonly Step[];
  /** Checks that must hold before the next stage; empty for setup and install. */
  readonly gates: readonly Gate[];
}

/** Schema of plans, in journals and in `--json`. */
export const planSchema = "dovetail.plan/1";

/** The cluster that a plan is for, and no other. */
export interface ClusterIdentity {
  readonly name: string;
  readonly region: string;
  readonly accountId: string;
  readonly server: string;
  /** As EKS names it; absent in plans of earlier versions, and where it could not be read. */
  readonly arn?: string;
  /** UID of its namespace `kube-system`: which API server this is, whatever address it is reached by. Absent as the ARN is. */
  readonly uid?: string;
}

interface PlanHead {
  readonly schema: typeof planSchema;
  /** Unique per run: derived from cluster, command and time. */
  readonly id: string;
  readonly cluster: ClusterIdentity;
  readonly madeAt: string;
  /** The journal's last entry when the plan was made: nothing may have been changed since. Absent in plans of earlier versions. */
  readonly basis?: number;
  readonly stages: readonly Stage[];
}

/** What setup intends to do. */
export interface SetupPlan extends PlanHead {
  readonly command: "setup";
  readonly context: ContextOf<"setup">;
}

/** What an installation intends to do. */
export interface InstallPlan extends PlanHead {
  readonly command: "install";
  readonly context: ContextOf<"install">;
}

/** What a canary intends to do, and to take back again. */
export interface CanaryPlan extends PlanHead {
  readonly command: "install";
  readonly context: ContextOf<"canary">;
}

/** What a cut-over intends to do. */
export interface MigrationPlan extends PlanHead {
  readonly command: "migrate";
  readonly context: ContextOf<"migrate">;
}

/** What a command intends to do, complete before anything is touched. */
export type Plan = SetupPlan | InstallPlan | CanaryPlan | MigrationPlan;

/** Whether a plan is a canary rather than an installation. */
export function isCanaryPlan(plan: Plan): plan is CanaryPlan {
  return plan.command === "install" && "kind" in plan.context;
}

/** All steps of a plan, in order. */
export function stepsOf(plan: Pick<Plan, "stages">): readonly Step[] {
  return plan.stages.flatMap((stage) => stage.steps);
}

/** The plan's acting steps of one kind, in order. */
export function stepsOfKind<K extends StepKind>(
  plan: Pick<Plan, "stages">,
  kind: K,
): readonly Extract<Acting, { readonly kind: K }>[] {
  return stepsOf(plan).flatMap((step) => (isOf(step, kind) ? [step] : []));
}

/** Steps that would change something, in order. Empty when everything is as it should be. */
export function changesOf(plan: Pick<Plan, "stages">): readonly Acting[] {
  return stepsOf(plan).filter((step): step is Acting => step.action !== "keep" && step.action !== "refuse");
}

/** Why a plan must not be applied; empty when it may. */
export function refusalsOf(
  plan: SetupPlan | InstallPlan,
): readonly { readonly reason: string; readonly fix: string }[] {
  const refused = stepsOf(plan).filter((step) => step.action === "refuse");
  return [...plan.context.refusals, ...refused.map((step) => ({ reason: step.title, fix: step.why }))];
}

/** Unique per run and readable: command, cluster, second. Letters that every tag and file system accepts. */
export function planId(command: string, clusterName: string, atMs: number): string {
  const stamp = new Date(atMs)
    .toISOString()
    .replace(/[-:]/g, "")
    .replace(/\.\d+Z$/, "Z");
  return `${command}-${clusterName}-${stamp}`;
}
