import type { Plan, Step } from "../../migration/step.ts";
import { Fault } from "../../fault/fault.ts";
import type { Reading, World } from "../../ports/world.ts";
import { runSteps } from "../run/run-steps.ts";
import { JournalWriter } from "../run/writer.ts";
import { pastPlans } from "../../migration/history.ts";
import { changesOf, refusalsOf } from "../../migration/setup/plan.ts";
import { stopped } from "../run/changing.ts";
import { isCanaryPlan } from "../../migration/install/canary-plan.ts";
import { readInstall } from "./facts.ts";
import { installHandlers } from "./handlers/all.ts";
import { type Inspection, inspectInstall } from "./inspect.ts";
import type { InstallOptions } from "../../migration/install/options.ts";
import { planInstall } from "../../migration/install/plan.ts";
import type { InstallFacts } from "../../migration/install/facts.ts";

/** An installation ready to be shown. */
export interface PreparedInstall {
  readonly plan: Plan;
  readonly facts: InstallFacts;
  readonly isResumed: boolean;
}

/** How an installation ended, with what runs now. */
export interface InstallOutcome {
  readonly plan: Plan;
  readonly changed: readonly Step[];
  readonly inspection: Inspection;
}

/** Reads and plans, changing nothing. Steps that are as wanted already are shown as kept. */
export async function prepareInstall(world: Reading, options: InstallOptions): Promise<PreparedInstall> {
  const facts = await readInstall(world, options);
  const fresh = await settled(planInstall(facts, options), world);
  const { entries } = await world.journal.read();
  const last = pastPlans(entries, "install", facts.cluster.name).findLast((past) => !isCanaryPlan(past.plan));
  // A plan that was stopped is only gone on with when it means the same; else the fresh one takes its place in the journal.
  const isResumed = last !== undefined && last.end === undefined && sameSteps(last.plan, fresh);
  return { plan: isResumed ? last.plan : fresh, facts, isResumed };
}

/** Applies a prepared installation and reads what runs. Safe to kill at any point: running install again goes on. */
export async function applyInstall(
  world: World,
  prepared: PreparedInstall,
  options: InstallOptions,
): Promise<InstallOutcome> {
  const { plan, facts, isResumed } = prepared;
  const [refusal] = refusalsOf(plan);
  if (refusal !== undefined) throw new Fault("install.refused", refusal.reason, { hint: refusal.fix });
  const changed = changesOf(plan);
  if (changed.length > 0) {
    const release = await world.journal.acquire(options.by);
    try {
      const journal = await JournalWriter.open(world, plan.id, options.by);
      if (!isResumed) await journal.append({ type: "planned", plan });
      const steps = plan.stages.flatMap((stage) => stage.steps);
      const end = await runSteps(steps, installHandlers, world, journal);
      if (end.kind === "interrupted") throw stopped("install");
      await journal.append({ type: "finished", outcome: "completed" });
    } finally {
      await release();
    }
  }
  return { plan, changed, inspection: await inspectInstall(world, facts.namespace) };
}

/** Plans, asks for consent and applies: what the demo and scripts call. `show` sees the plan before the question. */
export async function install(
  world: World,
  options: InstallOptions,
  show: (prepared: PreparedInstall) => void = () => {},
): Promise<InstallOutcome> {
  const prepared = await prepareInstall(world, options);
  show(prepared);
  const changes = changesOf(prepared.plan);
  if (changes.length > 0 && refusalsOf(prepared.plan).length === 0) {
    const question = `install Karpenter ${prepared.facts.release.version} on cluster ${prepared.facts.cluster.name}?`;
    const isWanted = await world.host.confirm(question, { flag: "--yes" });
    if (!isWanted) throw new Fault("declined", "install was declined", { why: "nothing was changed" });
  }
  return applyInstall(world, prepared, options);
}

// Whether helm's releases and the controller are as wanted is known only by looking: the handlers look.
async function settled(plan: Plan, world: Reading): Promise<Plan> {
  const stages: Plan["stages"][number][] = [];
  for (const stage of plan.stages) {
    const steps: Step[] = [];
    for (const step of stage.steps) steps.push(await settledStep(step, world));
    stages.push({ ...stage, steps });
  }
  return { ...plan, stages };
}

async function settledStep(step: Step, world: Reading): Promise<Step> {
  const isOpen = step.kind === "helm-release" || step.action === "wait";
  if (!isOpen || step.action === "refuse") return step;
  const seen = await installHandlers.get(step.kind)?.observe(step, world);
  if (seen?.state !== "done") return step;
  return { ...step, action: "keep", why: seen.detail, calls: [], undo: "none-needed" };
}

function sameSteps(a: Plan, b: Plan): boolean {
  const ids = (plan: Plan): string =>
    JSON.stringify(plan.stages.flatMap((stage) => stage.steps.map((step) => step.id)));
  return ids(a) === ids(b) && JSON.stringify(a.context["values"]) === JSON.stringify(b.context["values"]);
}
