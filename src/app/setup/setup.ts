import type { Step } from "../../migration/step.ts";
import { Fault, usage } from "../../fault/fault.ts";
import type { Reading, World } from "../../ports/world.ts";
import { runSteps } from "../run/run-steps.ts";
import { goOnWith } from "../run/resumed.ts";
import { planned } from "../run/planned.ts";
import { holding } from "../run/session.ts";
import { JournalWriter } from "../run/writer.ts";
import type { SetupFacts } from "../../migration/setup/facts.ts";
import { type ChangeCommand, changing, outcomeOf } from "../run/changing.ts";
import { handlers } from "../handlers.ts";
import { pastPlans } from "../../migration/history.ts";
import type { SetupOptions } from "../../migration/setup/options.ts";
import { fingerprint, planSetup } from "../../migration/setup/plan.ts";
import { preflight, requirePermissions } from "./preflight.ts";
import { readSetup } from "./read.ts";
import { patient } from "../read/patient.ts";
import { type SetupPlan, changesOf, refusalsOf, stepsOf } from "../../migration/plan.ts";
import type { Granted } from "../run/permissions.ts";
import { interrupted } from "../run/wait.ts";

/** A plan ready to be shown, and the facts it was made from. */
export interface PreparedSetup {
  readonly plan: SetupPlan;
  readonly facts: SetupFacts;
  /** An earlier run was stopped: this is its plan, and applying it goes on where it stopped. */
  readonly isResumed: boolean;
  readonly preflight: Granted;
}

/** How a setup ended. */
export interface SetupOutcome {
  readonly plan: SetupPlan;
  /** Steps that changed something in this run or the one it resumed. */
  readonly changed: readonly Step[];
  readonly isResumed: boolean;
}

/** Reads and plans, changing nothing. A setup that was stopped half-way is found again and finished first. */
async function prepareSetup(world: Reading, options: SetupOptions): Promise<PreparedSetup> {
  const { entries } = await world.journal.read();
  const facts = await readSetup(patient(world), options);
  const fresh = await planned(world, planSetup(facts, options), entries);
  const last = pastPlans(entries, "setup", facts.cluster.name).at(-1);
  const isStopped = last !== undefined && last.end === undefined;
  if (isStopped && JSON.stringify(last.plan.context.options) !== JSON.stringify(fingerprint(options))) {
    throw usage(
      "unfinished-setup",
      `a setup of ${facts.cluster.name} begun at ${last.plan.madeAt} with other options is unfinished`,
      "run setup with the same options to finish it, or `dovetail setup --undo` first",
      `it was asked for ${JSON.stringify(last.plan.context.options)}`,
    );
  }
  const resumed = isStopped ? goOnWith(last.plan, fresh) : undefined;
  const plan: SetupPlan =
    resumed === undefined ? fresh : { ...resumed, context: { ...resumed.context, ...currentDoubts(fresh) } };
  const mayAct = changesOf(plan).length > 0 && refusalsOf(plan).length === 0;
  const nothing: Granted = { missing: [], warnings: [] };
  const checked = mayAct ? await preflight(patient(world), plan, facts.account.callerArn) : nothing;
  return { plan, facts, isResumed: resumed !== undefined, preflight: checked };
}

/** Setup as one change: everything on the AWS side. Throws `setup.permissions`, `setup.unverified`, and whatever a step throws. */
export function setupChange(options: SetupOptions): ChangeCommand<PreparedSetup, SetupOutcome> {
  return {
    name: "setup",
    prepare: (world) => prepareSetup(world, options),
    refusals: ({ plan }) => refusalsOf(plan),
    consent: ({ plan }) => {
      const changes = changesOf(plan).length;
      if (changes === 0) return { kind: "nothing-to-do" };
      return { kind: "ask", question: { code: "setup", cluster: plan.cluster.name, changes } };
    },
    apply: (world, prepared) => applySetup(world, prepared, options),
    course: ({ plan }) => ({
      plans: [plan],
      direction: "forward",
      goOn: "dovetail setup",
      takeBack: "dovetail setup --undo",
    }),
  };
}

/** Sets up; where that is refused, throws `setup.refused`. `show` sees the plan before the question. */
export async function setup(
  world: World,
  options: SetupOptions,
  show: (prepared: PreparedSetup) => void = () => {},
): Promise<SetupOutcome> {
  const end = await changing(setupChange(options), { world, show });
  const { plan, isResumed } = end.prepared;
  return outcomeOf(end, "setup.refused") ?? { plan, changed: [], isResumed };
}

async function applySetup(world: World, prepared: PreparedSetup, options: SetupOptions): Promise<SetupOutcome> {
  const { plan, facts, isResumed } = prepared;
  if (options.force !== true) requirePermissions(prepared.preflight, facts.account.callerArn);
  await holding(world, { by: options.by, cluster: plan.cluster }, async (held) => {
    const journal = await JournalWriter.open(held.world, plan, options.by, held.caller);
    const end = await runSteps(stepsOf(plan), handlers, held.world, journal);
    if (end.kind === "interrupted") throw interrupted("dovetail setup");
    await verify(held.world, options, plan);
    await journal.append({ type: "finished", outcome: "completed" });
  });
  return { plan, changed: changesOf(plan), isResumed };
}

async function verify(world: Reading, options: SetupOptions, plan: SetupPlan): Promise<void> {
  const again = planSetup(await readSetup(patient(world), options), options);
  const open = stepsOf(again).filter((step) => step.action !== "keep");
  if (open.length === 0) return;
  throw new Fault(
    "setup.unverified",
    `setup ran to its end, but reading back shows: ${open.map((one) => one.title).join("; ")}`,
    {
      why: `plan ${plan.id} stays open until the account shows all of it`,
      hint: "run setup again: it looks first and then goes on",
      retry: "later",
    },
  );
}

// What must hold now, not when the plan was made.
function currentDoubts({ context }: SetupPlan): Pick<SetupPlan["context"], "refusals" | "warnings"> {
  return { refusals: context.refusals, warnings: context.warnings };
}
