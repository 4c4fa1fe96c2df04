import type { Json } from "../../kube/objects.ts";
import type { PlannedCall, Step, StepAction } from "../../migration/step.ts";
import { painted } from "./prose.ts";
import { count } from "./table.ts";
import type { Plan, Stage, SetupPlan } from "../../migration/plan.ts";

/** How much of a plan is shown. */
export interface PlanView {
  readonly columns?: number;
  /** As Terraform colours plans: green for what is made, yellow for what is changed, red for what goes. */
  readonly isColour?: boolean;
  /** Every input in full instead of `{…}` for long documents. */
  readonly isFull?: boolean;
  /** Leaves the calls out: for long plans whose steps say enough. */
  readonly hidesCalls?: boolean;
}

const actionWidth = 9;

/** Signs and colours as Terraform's plans have them. */
const signs: Readonly<Record<StepAction, readonly [string, Parameters<typeof painted>[1]]>> = {
  create: ["+", "green"],
  change: ["~", "yellow"],
  remove: ["-", "red"],
  refuse: ["!", "red"],
  keep: ["=", "plain"],
  wait: [" ", "plain"],
  check: [" ", "plain"],
};

/** Longer inputs are documents; they stand in full under `--all`. */
const longInput = 60;

/** A plan as its reader decides on it: every step with its reason and the exact calls it makes, then the totals. */
export function renderPlan(plan: Plan, view: PlanView = {}): string {
  const head = `${plan.command} of ${plan.cluster.name}   ${plan.cluster.region}   account ${plan.cluster.accountId}   plan ${plan.id}`;
  const parts = [head, ...plan.stages.map((stage) => renderStage(stage, view))];
  const { warnings: doubts, refusals: noes } = doubtsOf(plan);
  const warnings = doubts.map((line) => `warning: ${line}`);
  if (warnings.length > 0) parts.push(warnings.join("\n"));
  const refusals = noes.map(({ reason, fix }) => `refuse: ${reason}\n  fix: ${fix}`);
  if (refusals.length > 0) parts.push(refusals.join("\n"));
  parts.push(renderTotals(plan));
  if (view.isFull !== true && view.hidesCalls !== true && hasLongInput(plan)) {
    parts.push("{…} stands for a document: --all shows every byte");
  }
  return `${parts.join("\n\n")}\n`;
}

/** Counts by action: `7 create   2 change   1 keep`. */
export function renderTotals(plan: Plan): string {
  const steps = plan.stages.flatMap((stage) => stage.steps);
  const order: readonly StepAction[] = ["create", "change", "remove", "wait", "check", "keep", "refuse"];
  const totals = order.flatMap((action) => {
    const n = steps.filter((step) => step.action === action).length;
    return n === 0 ? [] : [`${n} ${action}`];
  });
  const calls = steps.reduce((sum, step) => sum + step.calls.length, 0);
  return totals.length === 0 ? "nothing to do" : `${totals.join("   ")}   ${count(calls, "call")}`;
}

/** The environment that a plan resolved, one assignment a line, as a shell would read it. */
export function renderEnvironment(plan: SetupPlan): string {
  return Object.entries(plan.context.environment)
    .map(
      ([name, value]) => `${name}=${value}
`,
    )
    .join("");
}

function renderStage(stage: Stage, view: PlanView): string {
  const gates = stage.gates.map((gate) => `  ${"gate".padEnd(actionWidth)} ${gate.title}`);
  return [stage.title, ...stage.steps.map((step) => renderStep(step, view)), ...gates].join("\n");
}

function renderStep(step: Step, view: PlanView): string {
  const indent = " ".repeat(actionWidth + 3);
  const [sign, colour] = signs[step.action];
  const lead = painted(`${sign} ${step.action}`.padEnd(actionWidth), colour, view.isColour === true);
  const lines = [`  ${lead} ${step.title}`, `${indent}why: ${step.why}`];
  if (step.undo === "irreversible") lines.push(`${indent}there is no way back from this step`);
  if (view.hidesCalls !== true) lines.push(...step.calls.map((call) => indent + renderCall(call, view)));
  return lines.join("\n");
}

function renderCall(call: PlannedCall, view: PlanView): string {
  const inputs = Object.entries(call.input).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${renderInput(value, view)}`],
  );
  return [call.operation, ...inputs].join(" ");
}

function renderInput(value: Json, view: PlanView): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return view.isFull === true || !isLong(text) ? text : text.startsWith("[") ? "[…]" : "{…}";
}

function isLong(text: string): boolean {
  return text.length > longInput && /^[[{]/.test(text);
}

function hasLongInput(plan: Plan): boolean {
  const inputs = plan.stages.flatMap((stage) => stage.steps.flatMap((step) => step.calls.map((call) => call.input)));
  return inputs.some((input) =>
    Object.values(input).some((value) => isLong(typeof value === "string" ? value : (JSON.stringify(value) ?? ""))),
  );
}

function doubtsOf({ context }: Plan): Pick<SetupPlan["context"], "refusals" | "warnings"> {
  return "warnings" in context ? context : { warnings: [], refusals: [] };
}
