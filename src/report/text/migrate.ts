import type { MigrationEnd } from "../../app/migrate/run.ts";
import { usdPerMonth } from "../../money/cost.ts";
import { notAskedFor } from "../../app/migrate/choose.ts";
import type { RollbackEnd } from "../../app/migrate/rollback.ts";
import { type JournalEntry, stepStateOf } from "../../migration/journal.ts";
import { parseForecast } from "../../migration/shift/forecast.ts";
import { count, table, type TableView, usd } from "./table.ts";
import type { Step } from "../../migration/step.ts";
import type { MigrationPlan } from "../../migration/plan.ts";
import type { PlannedGroup } from "../../migration/contexts.ts";

/** How much of a plan is shown, and in what width. */
export interface MigrationPlanView {
  readonly columns: number;
  readonly isColour?: boolean;
  /** Every step, nothing cut. */
  readonly isAll?: boolean;
  /** Options that name the cluster again, for the commands that are suggested. */
  readonly words: string;
}

/** The plan as it is shown before anything is touched. */
export function migrationPlanText(plan: MigrationPlan, view: MigrationPlanView): string {
  const { columns, words } = view;
  const { groups, leftOut } = plan.context;
  const place = { indent: "  ", columns, isWhole: view.isAll === true };
  const plain = [{ title: "" }, { title: "" }, { title: "" }];
  const parts = [
    `${plan.cluster.name}   ${plan.cluster.region}   account ${plan.cluster.accountId}   plan ${plan.id}`,
    ...forecastLines(plan, view),
    groupTable(groups, view),
    `stages\n${stagesTable(plan, place)}`,
  ];
  parts.push(...knownParts(plan, place));
  const kept = groups.flatMap((group) => group.kept.map((node) => [node.name, group.name, node.because]));
  if (kept.length > 0) {
    const shown = view.isAll === true ? kept : kept.slice(0, 5);
    const more = kept.length > shown.length ? [`  and ${count(kept.length - shown.length, "more node")}: --all`] : [];
    parts.push(["nodes that stay", table(plain, shown, place), ...more].join("\n"));
  }
  const uneven = groups.flatMap(({ name, uneven }) => (uneven === undefined ? [] : [[name, uneven]]));
  if (uneven.length > 0) {
    const rows = table([{ title: "" }, { title: "" }], uneven, place);
    parts.push(`rebalancing that stays suspended: it would end a node that stays\n${rows}`);
  }
  if (leftOut.length > 0) {
    const rows = leftOut.map((one) => [one.group, one.reason]);
    parts.push(`node groups left out\n${table([{ title: "" }, { title: "" }], rows, place)}`);
  }
  const left = groupsLeft(plan);
  if (left.length > 0) {
    parts.push(
      `nobody scales ${left.join(", ")} from the hand-over on: Cluster Autoscaler rests, and new pods go to Karpenter\n` +
        "move them soon, or all groups at once without --group",
    );
  }
  parts.push(
    [
      "each wave: surge on Karpenter's nodes, cordon, evict within PodDisruptionBudgets, terminate",
      "each gate: no pod pending, no workload short of replicas, beyond what is so now",
      ...(view.isAll === true ? [] : ["every step: --all"]),
      `way back at any point: ${command("rollback", words)}`,
      `next: ${command("migrate", words)}`,
    ].join("\n"),
  );
  return `${parts.join("\n\n")}\n`;
}

/** One line a stage; with `isAll` every step under it with its reason. */
function stagesTable(plan: MigrationPlan, place: TableView): string {
  if (place.isWhole !== true) {
    const rows = plan.stages.map((stage, i) => [String(i + 1), stage.title, count(stage.steps.length, "step")]);
    const right = { align: "right" } as const;
    return table([{ title: "", ...right }, { title: "" }, { title: "", ...right }], rows, place);
  }
  return plan.stages
    .map((stage, i) =>
      [
        `  ${i + 1}  ${stage.title}`,
        ...stage.steps.map((step) => `     ${step.action.padEnd(7)} ${step.title}\n             why: ${step.why}`),
        ...stage.gates.map((gate) => `     gate    ${gate.title}`),
      ].join("\n"),
    )
    .join("\n");
}

function groupTable(groups: readonly PlannedGroup[], view: MigrationPlanView): string {
  const rows = groups.map((group, i) => [
    String(i + 1),
    group.name,
    group.kind,
    String(group.nodes),
    String(group.waves.length),
    String(group.kept.length),
    String(group.pods),
    group.rationale,
  ]);
  const right = { align: "right" } as const;
  return table(
    [
      { title: "", ...right },
      { title: "node group" },
      { title: "kind", isExtra: true },
      { title: "nodes", ...right },
      { title: "waves", ...right },
      { title: "stay", ...right },
      { title: "pods", ...right },
      { title: "why in this order" },
    ],
    rows,
    { columns: view.columns, isWhole: view.isAll === true },
  );
}

/** What assessment and forecast know of the pods that will move. */
function knownParts({ context }: MigrationPlan, place: TableView): readonly string[] {
  const { blockers = [], accepted = [], risks = [] } = context;
  const parts: string[] = [];
  if (blockers.length > 0) {
    const lines = blockers.flatMap(({ code, subject, pods, reason, fix }) => [
      `  ${code}  ${subject}${pods.length === 0 ? "" : `  ${count(pods.length, "pod")}`}`,
      `    ${reason}`,
      `    fix: ${fix}`,
    ]);
    parts.push(["in the way: this plan cannot end", ...lines].join("\n"));
  }
  const plain = { title: "" };
  if (accepted.length > 0) {
    const rows = accepted.map(({ code, subject, reason }) => [code, subject, reason]);
    parts.push(`in the way, and accepted\n${table([plain, plain, plain], rows, place)}`);
  }
  if (risks.length > 0) {
    const rows = risks.map(({ code, severity, title, subjects, pods }) => [
      code,
      severity,
      count(pods, "pod"),
      subjects.length > 2
        ? `${title}: ${subjects[0] ?? ""} and ${subjects.length - 1} more`
        : `${title}: ${subjects.join(", ")}`,
    ]);
    parts.push(`what will hurt\n${table([plain, plain, { title: "", align: "right" }, plain], rows, place)}`);
  }
  return parts;
}

/** What the plan promises, and what `verify` will compare with. */
function forecastLines(plan: MigrationPlan, { columns }: MigrationPlanView): readonly string[] {
  const forecast = parseForecast(plan.context.forecast);
  if (forecast === undefined) return [];
  const { before } = plan.context;
  const { low, expected, high } = forecast.usdPerHour;
  const perMonth = (usdPerHour: number | undefined): string =>
    usd(usdPerHour === undefined ? undefined : usdPerMonth(usdPerHour));
  const spread = low === high ? "" : `${perMonth(low)} to ${perMonth(high)}`;
  const zones = forecast.zones.map(
    ({ zone, atLeast, atMost }) => `${zone} ${atLeast === atMost ? atLeast : `${atLeast} to ${atMost}`}`,
  );
  const right = { align: "right" } as const;
  const rows = [
    ["nodes", String(before.nodes), String(forecast.nodes), zones.join(", ")],
    ["machines, USD/month", perMonth(before.usdPerHour ?? undefined), perMonth(expected), spread],
  ];
  const titles = [
    { title: "", isFixed: true },
    { title: "now", ...right },
    { title: "forecast", ...right },
    { title: "" },
  ];
  return [table(titles, rows, { columns })];
}

/** How a run ended, and what to do next. */
export function migrationEndText(end: MigrationEnd, plan: MigrationPlan, words = ""): string {
  const ways = [`go on: ${command("resume", words)}`, `undo:  ${command("rollback", words)}`, ""];
  switch (end.kind) {
    case "completed":
      return [
        ...whatRuns(plan, words),
        ...end.notes.map((note) => `left as it is: ${note}`),
        `next: ${command("verify", words)}`,
        "",
      ].join("\n");
    case "interrupted":
      return [`stopped cleanly${end.next === undefined ? "" : `; next is: ${end.next.title}`}`, ...ways].join("\n");
    case "paused":
      return [`paused${end.next === undefined ? "" : `; next is: ${end.next.title}`}`, ...ways].join("\n");
    case "gate-closed": {
      const { stage, gate, reasons } = end.closed;
      return [
        `gate closed after: ${stage.title}`,
        `  wanted   ${gate.title}`,
        ...firstFive(
          reasons.map((reason) => `  found    ${reason}`),
          "reason",
        ),
        "",
        "the migration stands still; mend it and go on, or undo it",
        ...ways,
      ].join("\n");
    }
  }
}

/** Groups that Cluster Autoscaler managed and that this migration left where they are, for a later one. */
export function groupsLeft(plan: MigrationPlan): readonly string[] {
  return plan.context.leftOut.filter((one) => one.reason === notAskedFor).map((one) => one.group);
}

function whatRuns(plan: MigrationPlan, words: string): readonly string[] {
  const left = groupsLeft(plan);
  if (left.length === 0) return [`${plan.cluster.name} runs on Karpenter`];
  const moved = plan.context.groups.map((group) => group.name).join(", ");
  return [
    `${moved} of ${plan.cluster.name} ${plan.context.groups.length === 1 ? "runs" : "run"} on Karpenter; left are ${left.join(", ")}`,
    `left groups are scaled by nobody until they move: ${command("migrate", words)}`,
  ];
}

/** The steps that a rollback would undo, newest first. */
export function stepsToUndo(plan: MigrationPlan, journal: readonly JournalEntry[], toStage = 0): readonly Step[] {
  return plan.stages
    .flatMap((stage, i) => (i < toStage ? [] : stage.steps.filter((step) => isToUndo(step, plan, journal))))
    .toReversed();
}

function isToUndo(step: Step, plan: MigrationPlan, journal: readonly JournalEntry[]): boolean {
  const state = stepStateOf(step.id, plan.id, journal);
  return step.undo === "restore" && ["done", "interrupted", "failed", "undoing", "left"].includes(state);
}

/** What a rollback is about to do, newest first. */
export function rollbackPlanText(
  plan: MigrationPlan,
  journal: readonly JournalEntry[],
  { columns, toStage = 0 }: { readonly columns: number; readonly toStage?: number },
): string {
  const rows = plan.stages.map((stage, i) => {
    const steps = stage.steps.filter((step) => isToUndo(step, plan, journal)).length;
    const what = i < toStage ? "stays" : steps === 0 ? "nothing to undo" : count(steps, "step");
    return [String(i + 1), stage.title, what];
  });
  const titles = [{ title: "", align: "right" as const }, { title: "" }, { title: "" }];
  return `${[
    `${plan.cluster.name}   plan ${plan.id}`,
    `to undo, newest first\n${table(titles, rows.toReversed(), { indent: "  ", columns })}`,
    "node groups get their capacity back first, then Cluster Autoscaler, then the pods move back",
  ].join("\n\n")}\n`;
}

function command(name: string, words: string): string {
  return `dovetail ${name} ${words}`.trimEnd();
}

/** What a rollback did and left. */
export function rollbackText(end: RollbackEnd, next: string): string {
  const lines = [
    end.kind === "interrupted"
      ? `stopped cleanly after undoing ${count(end.undone, "step")}`
      : `undid ${count(end.undone, "step")} of ${end.plan.cluster.name}, newest first, to the recorded values`,
  ];
  for (const { step, reason } of end.left) lines.push(`left as it is: ${step.target}: ${reason}`);
  if (end.problem !== undefined) lines.push(`not back: ${end.problem}`);
  lines.push(`${end.kind === "interrupted" ? "go on" : "see"}: ${next}`);
  return `${lines.join("\n")}\n`;
}

function firstFive(lines: readonly string[], noun: string): readonly string[] {
  if (lines.length <= 5) return lines;
  return [...lines.slice(0, 5), `  and ${count(lines.length - 5, `more ${noun}`)} (--json shows all)`];
}
