import { z } from "zod";
import { type GateKind, gateKinds, contexts } from "./contexts.ts";
import type { JournalEntry } from "./journal.ts";
import { jsonForm, jsonObjectForm, listForm, objectForm, textsForm } from "./kind.ts";
import { isStepKind, stepKinds } from "./kinds.ts";
import { type Plan, planSchema, stepsOf } from "./plan.ts";
import { isActing, type StepId } from "./step.ts";
import { isObject, textAt } from "../kube/json.ts";
import type { Json } from "../kube/objects.ts";

/** The plans of the entries before: what an entry records has the form of its step's kind, and its plan says which that is. */
export type KnownPlans = Map<string, Plan>;

const gateAnswer = z.object({
  kind: z.enum(Object.keys(gateKinds) as [GateKind, ...GateKind[]]),
  title: z.string(),
  reasons: textsForm,
});

const events = z.discriminatedUnion("type", [
  z.object({ type: z.literal("planned"), plan: jsonObjectForm }),
  z.object({ type: z.literal("intent"), step: z.string(), before: jsonForm }),
  z.object({ type: z.literal("kept"), step: z.string(), detail: z.string() }),
  z.object({ type: z.literal("done"), step: z.string(), after: jsonForm }),
  z.object({ type: z.literal("failed"), step: z.string(), code: z.string(), message: z.string() }),
  z.object({ type: z.literal("undo-intent"), step: z.string() }),
  z.object({ type: z.literal("undone"), step: z.string() }),
  z.object({ type: z.literal("left"), step: z.string(), reason: z.string() }),
  z.object({ type: z.literal("gate"), stage: z.string(), isOpen: z.boolean(), detail: gateAnswer }),
  z.object({ type: z.literal("note"), kind: z.string(), detail: jsonForm }),
  z.object({ type: z.literal("paused") }),
  z.object({ type: z.literal("resumed") }),
  z.object({ type: z.literal("finished"), outcome: z.enum(["completed", "rolled-back"]) }),
]);

const head = z.object({
  seq: z.int().positive(),
  at: z.iso.datetime(),
  planId: z.string(),
  by: z.string(),
  principal: z.exactOptional(z.string()),
  kubeUser: z.exactOptional(z.string()),
  prev: z.exactOptional(z.string()),
  digest: z.exactOptional(z.string()),
});

const steps = z.object({
  id: z.string(),
  kind: z.string(),
  action: z.enum(["create", "change", "remove", "wait", "check", "keep", "refuse"]),
  title: z.string(),
  why: z.string(),
  target: z.string(),
  params: jsonObjectForm,
  calls: listForm(objectForm({ operation: z.string(), input: jsonObjectForm })),
  undo: z.enum(["restore", "none-needed", "irreversible"]),
});
const gates = listForm(
  z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("pods"), title: z.string(), params: gateKinds.pods }),
    z.object({ kind: z.literal("cost"), title: z.string(), params: gateKinds.cost }),
  ]),
);
const planHead = {
  schema: z.literal(planSchema),
  id: z.string(),
  cluster: objectForm({
    name: z.string(),
    region: z.string(),
    accountId: z.string(),
    server: z.string(),
    arn: z.exactOptional(z.string()),
    uid: z.exactOptional(z.string()),
  }),
  basis: z.exactOptional(z.int().nonnegative()),
  madeAt: z.iso.datetime(),
  stages: listForm(z.object({ id: z.string(), title: z.string(), steps: listForm(steps), gates })),
};
const plans = z.discriminatedUnion("command", [
  z.object({ ...planHead, command: z.literal("setup"), context: contexts.setup }),
  z.object({ ...planHead, command: z.literal("install"), context: z.union([contexts.canary, contexts.install]) }),
  z.object({ ...planHead, command: z.literal("migrate"), context: contexts.migrate }),
]);

/**
 * The one door of the journal: a parsed value as the entry that it is, or what is wrong with it, as the rest of a sentence that begins
 * with the entry's number. Its plan is added to those `known`. The value itself comes out, byte for byte as it was written.
 */
export function admitted(value: unknown, known: KnownPlans): JournalEntry | string {
  const problem = problemOf(value, known);
  if (problem !== undefined) return problem;
  return isEntry(value) ? value : "is not a journal entry";
}

// All that it says was checked by `problemOf`; this gives it its name.
function isEntry(value: unknown): value is JournalEntry {
  return head.safeParse(value).success;
}

function problemOf(value: unknown, known: KnownPlans): string | undefined {
  if (!isObject(value)) return "is not a journal entry";
  const parsedHead = head.safeParse(value);
  if (!parsedHead.success) return `is not a journal entry: ${firstIssue(parsedHead.error)}`;
  const event = events.safeParse(value);
  if (!event.success) return `is not a journal entry: ${firstIssue(event.error)}`;
  const { planId } = parsedHead.data;
  switch (event.data.type) {
    case "planned":
      return problemOfPlan(value["plan"], planId, known);
    case "intent":
      return problemOfRecord(event.data.step, "before", event.data.before, known.get(planId));
    case "done":
      return problemOfRecord(event.data.step, "after", event.data.after, known.get(planId));
    default:
      return undefined;
  }
}

function problemOfPlan(plan: Json | undefined, planId: string, known: KnownPlans): string | undefined {
  const schema = textAt(plan, "schema");
  if (schema !== planSchema) {
    return `holds a plan of schema ${schema ?? "unknown"}, and this version of Dovetail knows ${planSchema}: use the version that wrote it`;
  }
  const form = plans.safeParse(plan);
  if (!form.success) return `holds a plan that is none: ${firstIssue(form.error)}`;
  if (form.data.id !== planId) return `holds plan ${form.data.id} under the name ${planId}`;
  for (const step of form.data.stages.flatMap((stage) => stage.steps)) {
    const problem = problemOfStep(step);
    if (problem !== undefined) return `holds step ${step.id} ${problem}`;
  }
  if (isPlan(plan)) known.set(planId, plan);
  return undefined;
}

function problemOfStep(step: z.infer<typeof steps>): string | undefined {
  if (!isStepKind(step.kind)) {
    return `of kind ${step.kind}, which this version of Dovetail does not know: use the version that wrote it`;
  }
  if (step.action === "keep" || step.action === "refuse") return undefined;
  const spec = stepKinds[step.kind];
  const params = spec.params.safeParse(step.params);
  if (!params.success) return `in another form: ${firstIssue(params.error)}`;
  return step.undo === "restore" && spec.undo !== "restore"
    ? "as one that can be undone, and its kind cannot"
    : undefined;
}

// Its form and every step's were checked.
function isPlan(plan: Json | undefined | Plan): plan is Plan {
  return isObject(plan) && plan["schema"] === planSchema;
}

function problemOfRecord(
  id: StepId,
  part: "before" | "after",
  recorded: unknown,
  plan: Plan | undefined,
): string | undefined {
  if (plan === undefined) return `records step ${id} of a plan that no entry before it holds`;
  const step = stepsOf(plan).find((one) => one.id === id);
  if (step === undefined || !isActing(step)) return `records step ${id}, which plan ${plan.id} does not hold`;
  const form = stepKinds[step.kind][part].safeParse(recorded);
  return form.success ? undefined : `records step ${id} in another form: ${firstIssue(form.error)}`;
}

function firstIssue(error: z.ZodError): string {
  const [issue] = error.issues;
  if (issue === undefined) return "it has another form";
  const path = issue.path.join(".");
  return path === "" ? issue.message : `${path}: ${issue.message}`;
}
