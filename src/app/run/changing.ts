import { Fault, withOutcome } from "../../fault/fault.ts";
import { stepStateOf } from "../../migration/journal.ts";
import { changesOf, type Plan } from "../../migration/plan.ts";
import type { Question } from "../../ports/run-event.ts";
import type { Reading, World } from "../../ports/world.ts";
import type { PlanRefusal } from "../../migration/setup/facts.ts";

/** What a prepared change needs before its first write. */
export type Consent =
  | { readonly kind: "ask"; readonly question: Question }
  /** It was given before: what was begun is gone on with. */
  | { readonly kind: "given" }
  /** Everything is as it should be. */
  | { readonly kind: "nothing-to-do" };

/** One changing command, told once: whoever drives it, a terminal, a demo, a rehearsal or a page, drives this. */
export interface ChangeCommand<Prepared, Outcome> {
  /** For the sentence of who declined: `setup was declined`. */
  readonly name: string;
  /** Reads and plans, and changes nothing: there is nothing in here to change with. */
  prepare(world: Reading): Promise<Prepared>;
  /** Why it must not be applied; none when it may. */
  refusals(prepared: Prepared): readonly PlanRefusal[];
  consent(prepared: Prepared): Consent;
  /** Makes it so. Safe to kill at any point, and to begin again. */
  apply(world: World, prepared: Prepared): Promise<Outcome>;
  /** Whose steps tell how far it came when it fails, and the commands that go on with it and take it back. */
  course(prepared: Prepared): Course;
}

/** What is said of a change that ended half-way. */
export interface Course {
  readonly plans: readonly Plan[];
  readonly direction: "forward" | "back";
  readonly goOn: string;
  readonly takeBack?: string;
}

/** How one changing command is driven. */
export interface ChangeRequest<Prepared> {
  readonly world: World;
  /** Sees what was prepared before anything is asked. */
  readonly show?: (prepared: Prepared) => void;
  /** Stops behind `show`, whatever else was asked for. */
  readonly isPlanOnly?: boolean;
}

/** How one changing command ended. A failure is thrown, with an outcome that says how far it came. */
export type ChangeEnd<Prepared, Outcome> =
  | { readonly kind: "planned" | "nothing-to-do"; readonly prepared: Prepared }
  | {
      readonly kind: "refused";
      readonly prepared: Prepared;
      readonly refusals: readonly [PlanRefusal, ...PlanRefusal[]];
    }
  | { readonly kind: "changed"; readonly prepared: Prepared; readonly outcome: Outcome };

/**
 * Prepares, shows, asks and applies. Throws `declined` when the answer was no, and every fault of the parts with what was and was not
 * changed: nothing before the first write, afterwards how far it came and how to go on.
 */
export async function changing<Prepared, Outcome>(
  change: ChangeCommand<Prepared, Outcome>,
  request: ChangeRequest<Prepared>,
): Promise<ChangeEnd<Prepared, Outcome>> {
  const { world } = request;
  const answer = await changingNothing(
    async (): Promise<ChangeEnd<Prepared, never> | { readonly prepared: Prepared }> => {
      const prepared = await change.prepare(world);
      request.show?.(prepared);
      const [first, ...others] = change.refusals(prepared);
      if (first !== undefined) return { kind: "refused", prepared, refusals: [first, ...others] };
      const consent = change.consent(prepared);
      if (consent.kind === "nothing-to-do") return { kind: "nothing-to-do", prepared };
      if (request.isPlanOnly === true) return { kind: "planned", prepared };
      if (consent.kind === "ask" && !(await world.host.confirm(consent.question))) {
        throw new Fault("declined", `${change.name} was declined`);
      }
      return { prepared };
    },
  );
  if ("kind" in answer) return answer;
  const { prepared } = answer;
  try {
    return { kind: "changed", prepared, outcome: await change.apply(world, prepared) };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    throw withOutcome(error, error.outcome ?? (await howFar(world, change.course(prepared))));
  }
}

/** Runs what only reads: a fault says that nothing was changed. */
export async function changingNothing<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw error instanceof Fault ? withOutcome(error, error.outcome ?? "nothing was changed") : error;
  }
}

/**
 * The outcome of an end that a driver asked for and got; throws what was refused as a fault of its own. Undefined when there was
 * nothing to do, or only a plan was asked for. Throws a Fault of `code` with the first refusal.
 */
export function outcomeOf<Prepared, Outcome>(
  end: ChangeEnd<Prepared, Outcome>,
  code: "setup.refused" | "install.refused",
): Outcome | undefined {
  if (end.kind === "changed") return end.outcome;
  if (end.kind !== "refused") return undefined;
  const [first, ...others] = end.refusals;
  const more = others.length === 0 ? "" : ` (and ${others.length} more, see the plan)`;
  throw new Fault(code, `${first.reason}${more}`, { hint: first.fix, outcome: "nothing was changed" });
}

async function howFar(world: Reading, course: Course): Promise<string> {
  const { where } = world.journal;
  try {
    const { entries } = await world.journal.read();
    const states = course.plans.flatMap((plan) =>
      changesOf(plan)
        .filter((step) => step.action !== "check")
        .map((step) => ({ step, state: stepStateOf(step.id, plan.id, entries) })),
    );
    const begun = states.filter(({ state }) => state !== "pending" && state !== "kept");
    const isBack = course.direction === "back";
    const over = begun.filter(({ state }) => (isBack ? state === "undone" || state === "left" : state === "done"));
    const uncertain = begun.filter(({ state }) => ["interrupted", "failed", "undoing"].includes(state));
    if (isBack ? over.length === 0 && uncertain.length === 0 : begun.length === 0) return "nothing was changed";
    const of = isBack ? begun.length : states.length;
    const back = course.takeBack === undefined ? "" : `, or take it back with \`${course.takeBack}\``;
    return [
      `${over.length} of ${of} steps were ${isBack ? "undone" : "done"} (${where})`,
      ...uncertain.map(({ step }) => `uncertain: ${step.title}; it is looked at again first`),
      `go on with \`${course.goOn}\`${back}`,
    ].join("\n");
  } catch {
    return `how far it came is in the journal (${where}), which cannot be read now; see \`dovetail status\` later`;
  }
}
