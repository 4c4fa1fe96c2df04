import { type Step, isOf, type Acting } from "../../migration/step.ts";
import { Fault } from "../../fault/fault.ts";
import type { Reading, World } from "../../ports/world.ts";
import { runSteps } from "../run/run-steps.ts";
import { goOnWith } from "../run/resumed.ts";
import { planned } from "../run/planned.ts";
import { holding } from "../run/session.ts";
import { JournalWriter } from "../run/writer.ts";
import { pastPlans } from "../../migration/history.ts";
import { type ChangeCommand, changing, outcomeOf } from "../run/changing.ts";
import { readInstall } from "./facts.ts";
import { handlers } from "../handlers.ts";
import { type Inspection, inspectInstall } from "./inspect.ts";
import type { InstallOptions } from "../../migration/install/options.ts";
import { planInstall } from "../../migration/install/plan.ts";
import type { InstallFacts } from "../../migration/install/facts.ts";
import { type Plan, changesOf, refusalsOf, type InstallPlan, stepsOf } from "../../migration/plan.ts";
import { missingAccess } from "../run/permissions.ts";
import { needsOf } from "../../migration/needs.ts";
import { interrupted } from "../run/wait.ts";

/** An installation ready to be shown. */
export interface PreparedInstall {
  readonly plan: InstallPlan;
  readonly facts: InstallFacts;
  readonly isResumed: boolean;
}

/** How an installation ended, with what runs now. */
export interface InstallOutcome {
  readonly plan: InstallPlan;
  readonly changed: readonly Step[];
  readonly inspection: Inspection;
}

/** Reads and plans, changing nothing. Steps that are as wanted already are shown as kept. */
async function prepareInstall(world: Reading, options: InstallOptions): Promise<PreparedInstall> {
  const { entries } = await world.journal.read();
  const facts = await readInstall(world, options);
  const fresh = await planned(world, await settled(planInstall(facts, options), world), entries);
  const last = pastPlans(entries, "install", facts.cluster.name).at(-1);
  // A plan that was stopped is only gone on with when it means the same; else the fresh one takes its place in the journal.
  const stopped = last === undefined || last.end !== undefined ? undefined : last.plan;
  const resumed = stopped !== undefined && hasSameValues(stopped, fresh) ? goOnWith(stopped, fresh) : undefined;
  return { plan: resumed ?? fresh, facts, isResumed: resumed !== undefined };
}

/** An installation as one change. Throws `install.permissions`, and whatever a step throws. */
export function installChange(options: InstallOptions): ChangeCommand<PreparedInstall, InstallOutcome> {
  return {
    name: "install",
    prepare: (world) => prepareInstall(world, options),
    refusals: ({ plan }) => refusalsOf(plan),
    consent: ({ plan, facts }) => {
      if (changesOf(plan).length === 0) return { kind: "nothing-to-do" };
      return { kind: "ask", question: { code: "install", cluster: plan.cluster.name, version: facts.release.version } };
    },
    apply: (world, prepared) => applyInstall(world, prepared, options),
    course: ({ plan }) => ({
      plans: [plan],
      direction: "forward",
      goOn: "dovetail install",
      takeBack: "dovetail uninstall",
    }),
  };
}

/** Installs; where that is refused, throws `install.refused`. `show` sees the plan before the question. */
export async function install(
  world: World,
  options: InstallOptions,
  show: (prepared: PreparedInstall) => void = () => {},
): Promise<InstallOutcome> {
  const end = await changing(installChange(options), { world, show });
  const { plan, facts } = end.prepared;
  const unchanged = async (): Promise<InstallOutcome> => ({
    plan,
    changed: [],
    inspection: await inspectInstall(world, facts.namespace),
  });
  return outcomeOf(end, "install.refused") ?? unchanged();
}

async function applyInstall(world: World, prepared: PreparedInstall, options: InstallOptions): Promise<InstallOutcome> {
  const { plan, facts } = prepared;
  const changed = changesOf(plan);
  if (options.force !== true) await requireAccess(world, changed);
  await holding(world, { by: options.by, cluster: plan.cluster }, async (held) => {
    const journal = await JournalWriter.open(held.world, plan, options.by, held.caller);
    const end = await runSteps(stepsOf(plan), handlers, held.world, journal);
    if (end.kind === "interrupted") throw interrupted("dovetail install");
    await journal.append({ type: "finished", outcome: "completed" });
  });
  return { plan, changed, inspection: await inspectInstall(world, facts.namespace) };
}

async function requireAccess(world: Reading, steps: readonly Acting[]): Promise<void> {
  const missing = await missingAccess(world, needsOf(steps).kube);
  if (missing.length === 0) return;
  throw new Fault("install.permissions", `this user may not ${missing.join(", ")}`);
}

// Whether helm's releases and the controller are as wanted is known only by looking: the handlers look.
async function settled(plan: InstallPlan, world: Reading): Promise<InstallPlan> {
  const stages: Plan["stages"][number][] = [];
  for (const stage of plan.stages) {
    const steps: Step[] = [];
    for (const step of stage.steps) steps.push(await settledStep(step, world));
    stages.push({ ...stage, steps });
  }
  return { ...plan, stages };
}

async function settledStep(step: Step, world: Reading): Promise<Step> {
  const detail = isOf(step, "helm-release")
    ? doneDetail(await handlers["helm-release"].observe(step, world))
    : isOf(step, "karpenter-ready")
      ? doneDetail(await handlers["karpenter-ready"].observe(step, world))
      : isOf(step, "node-classes-ready")
        ? doneDetail(await handlers["node-classes-ready"].observe(step, world))
        : undefined;
  if (detail === undefined) return step;
  const { id, kind, title, target } = step;
  return { id, kind, title, target, action: "keep", why: detail, params: {}, calls: [], undo: "none-needed" };
}

function doneDetail(seen: { readonly state: string; readonly detail: string }): string | undefined {
  return seen.state === "done" ? seen.detail : undefined;
}

function hasSameValues(a: InstallPlan, b: InstallPlan): boolean {
  return JSON.stringify(a.context.values) === JSON.stringify(b.context.values);
}
