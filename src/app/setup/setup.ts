import type { Plan, Step } from "../../migration/step.ts";
import { Fault, usage } from "../../fault/fault.ts";
import type { Reading, World } from "../../ports/world.ts";
import { runSteps } from "../run/run-steps.ts";
import { JournalWriter } from "../run/writer.ts";
import type { SetupFacts } from "../../migration/setup/facts.ts";
import { stopped } from "../run/changing.ts";
import { setupHandlers } from "./handlers/all.ts";
import { pastPlans } from "../../migration/history.ts";
import type { SetupOptions } from "../../migration/setup/options.ts";
import { changesOf, fingerprint, planSetup, refusalsOf } from "../../migration/setup/plan.ts";
import { type Preflight, preflight, requirePermissions } from "./preflight.ts";
import { readSetup } from "./read.ts";
import { patient } from "../read/patient.ts";

/** A plan ready to be shown, and the facts it was made from. */
export interface PreparedSetup {
  readonly plan: Plan;
  readonly facts: SetupFacts;
  /** An earlier run was stopped: this is its plan, and applying it goes on where it stopped. */
  readonly isResumed: boolean;
  readonly preflight: Preflight;
}

/** How a setup ended. */
export interface SetupOutcome {
  readonly plan: Plan;
  /** Steps that changed something in this run or the one it resumed. */
  readonly changed: readonly Step[];
  readonly isResumed: boolean;
}

/** Reads and plans, changing nothing. A setup that was stopped half-way is found again and finished first. */
export async function prepareSetup(world: Reading, options: SetupOptions): Promise<PreparedSetup> {
  const facts = await readSetup(patient(world), options);
  const fresh = planSetup(facts, options);
  const { entries } = await world.journal.read();
  const last = pastPlans(entries, "setup", facts.cluster.name).at(-1);
  const isResumed = last !== undefined && last.end === undefined;
  if (isResumed && JSON.stringify(last.plan.context["options"]) !== JSON.stringify(fingerprint(options))) {
    throw usage(
      "unfinished-setup",
      `a setup of ${facts.cluster.name} begun at ${last.plan.madeAt} with other options is unfinished`,
      "run setup with the same options to finish it, or `dovetail setup --undo` first",
      `it was asked for ${JSON.stringify(last.plan.context["options"])}`,
    );
  }
  const plan = isResumed ? { ...last.plan, context: { ...last.plan.context, ...currentDoubts(fresh) } } : fresh;
  const mayAct = changesOf(plan).length > 0 && refusalsOf(plan).length === 0;
  const nothing: Preflight = { missing: [], warnings: [] };
  const checked = mayAct ? await preflight(patient(world), plan, facts.account.callerArn) : nothing;
  return { plan, facts, isResumed, preflight: checked };
}

/**
 * Applies a prepared plan and verifies it by reading everything back. Safe to kill at any point: running setup again goes on.
 *
 * Throws `setup.refused`, `setup.permissions`, `setup.unverified`, and whatever a step throws; the journal then says how far it came.
 */
export async function applySetup(world: World, prepared: PreparedSetup, options: SetupOptions): Promise<SetupOutcome> {
  const { plan, facts, isResumed } = prepared;
  requireUnrefused(plan);
  if (options.force !== true) requirePermissions(prepared.preflight, facts.account.callerArn);
  const changed = changesOf(plan);
  if (changed.length === 0) return { plan, changed, isResumed };
  const release = await world.journal.acquire(options.by);
  try {
    const journal = await JournalWriter.open(world, plan.id, options.by);
    if (!isResumed) await journal.append({ type: "planned", plan });
    const steps = plan.stages.flatMap((stage) => stage.steps);
    const end = await runSteps(steps, setupHandlers, world, journal);
    if (end.kind === "interrupted") throw stopped("setup");
    await verify(world, options, plan);
    await journal.append({ type: "finished", outcome: "completed" });
  } finally {
    await release();
  }
  return { plan, changed, isResumed };
}

/** Plans, asks for consent and applies: what the demo and scripts call. `show` sees the plan before the question. */
export async function setup(
  world: World,
  options: SetupOptions,
  show: (prepared: PreparedSetup) => void = () => {},
): Promise<SetupOutcome> {
  const prepared = await prepareSetup(world, options);
  show(prepared);
  requireUnrefused(prepared.plan);
  const changes = changesOf(prepared.plan);
  if (changes.length > 0) {
    const question = `apply ${changes.length} changes to cluster ${prepared.facts.cluster.name}?`;
    const isWanted = await world.host.confirm(question, { flag: "--yes" });
    if (!isWanted) throw new Fault("declined", "setup was declined", { why: "nothing was changed" });
  }
  return applySetup(world, prepared, options);
}

function requireUnrefused(plan: Plan): void {
  const [first, ...others] = refusalsOf(plan);
  if (first === undefined) return;
  const more = others.length === 0 ? "" : ` (and ${others.length} more, see the plan)`;
  throw new Fault("setup.refused", `${first.reason}${more}`, { hint: first.fix });
}

async function verify(world: Reading, options: SetupOptions, plan: Plan): Promise<void> {
  const again = planSetup(await readSetup(patient(world), options), options);
  const open = changesOf(again);
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
function currentDoubts(fresh: Plan): Pick<Plan["context"], "refusals" | "warnings"> {
  return { refusals: fresh.context["refusals"] ?? [], warnings: fresh.context["warnings"] ?? [] };
}
