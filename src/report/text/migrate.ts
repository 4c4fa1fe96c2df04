import type { MigrationEnd } from "../../app/migrate/run.ts";
import { notAskedFor } from "../../app/migrate/choose.ts";
import type { RollbackEnd } from "../../app/migrate/rollback.ts";
import { type JournalEntry, stepStateOf } from "../../migration/journal.ts";
import { parseForecast } from "../../migration/shift/forecast.ts";
import { count, table, usd } from "./table.ts";
import type { MigrationPlan } from "../../migration/plan.ts";
import type { PlannedGroup } from "../../migration/contexts.ts";

/** The plan as it is shown before anything is touched. */
export function migrationPlanText(plan: MigrationPlan, words = ""): string {
  const groups = plan.context.groups;
  const lines = [
    `${plan.cluster.name}   ${plan.cluster.region}   account ${plan.cluster.accountId}   plan ${plan.id}`,
    "",
    "stages",
    ...plan.stages.map(
      (stage, i) => `  ${i + 1}  ${stage.title.padEnd(44)}${count(stage.steps.length, "step").padStart(9)}`,
    ),
    "",
    groupTable(groups),
    ...forecastLines(plan),
    ...knownLines(plan),
  ];
  const kept = groups.flatMap((group) => group.kept.map((node) => [`  ${node.name}`, group.name, node.because]));
  if (kept.length > 0) {
    lines.push(
      "",
      "nodes that stay",
      ...firstFive(
        kept.map((row) => row.join("  ")),
        "node",
      ),
    );
  }
  const uneven = groups.flatMap(({ name, uneven }) => (uneven === undefined ? [] : [`  ${name}  ${uneven}`]));
  if (uneven.length > 0) lines.push("", "rebalancing that stays suspended: it would end a node that stays", ...uneven);
  const leftOut = plan.context.leftOut;
  if (leftOut.length > 0)
    lines.push("", "node groups left out", ...leftOut.map((one) => `  ${one.group}  ${one.reason}`));
  if (groupsLeft(plan).length > 0) {
    lines.push(
      "",
      `nobody scales ${groupsLeft(plan).join(", ")} from the hand-over on: Cluster Autoscaler rests, and new pods go to Karpenter`,
      "move them soon, or all groups at once without --group",
    );
  }
  lines.push(
    "",
    "each wave: room on Karpenter's nodes first, cordon, evict within PodDisruptionBudgets, terminate",
    "a gate closes every stage: no pod pending, no workload short of replicas, beyond what is so now",
    `way back at any point: ${command("rollback", words)}`,
  );
  return `${lines.join("\n")}\n`;
}

function groupTable(groups: readonly PlannedGroup[]): string {
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
      { title: "kind" },
      { title: "nodes", ...right },
      { title: "waves", ...right },
      { title: "stay", ...right },
      { title: "pods", ...right },
      { title: "why in this order" },
    ],
    rows,
  );
}

/** What assessment and forecast know of the pods that will move. */
function knownLines({ context }: MigrationPlan): readonly string[] {
  const { blockers = [], accepted = [], risks = [] } = context;
  const lines: string[] = [];
  if (blockers.length > 0) {
    lines.push("", "in the way: this plan cannot end");
    for (const { code, subject, pods, reason, fix } of blockers)
      lines.push(`  ${code}  ${subject}  ${count(pods.length, "pod")}`, `    ${reason}`, `    fix: ${fix}`);
  }
  if (accepted.length > 0) {
    lines.push("", "in the way, and accepted");
    for (const { code, subject, reason } of accepted) lines.push(`  ${code}  ${subject}  ${reason}`);
  }
  if (risks.length > 0) {
    const rows = risks.map(({ code, severity, title, subjects, pods }) => [
      `  ${code}`,
      severity,
      count(pods, "pod"),
      subjects.length > 2
        ? `${title}: ${subjects[0] ?? ""} and ${subjects.length - 1} more`
        : `${title}: ${subjects.join(", ")}`,
    ]);
    const columns = [
      { title: "  what will hurt" },
      { title: "" },
      { title: "", align: "right" as const },
      { title: "" },
    ];
    lines.push("", table(columns, rows));
  }
  return lines;
}

/** What the plan promises, and what \`verify\` will compare with. */
function forecastLines(plan: MigrationPlan): readonly string[] {
  const forecast = parseForecast(plan.context.forecast);
  if (forecast === undefined) return [];
  const { before } = plan.context;
  const { low, expected, high } = forecast.usdPerHour;
  const perDay = (usdPerHour: number | undefined): string =>
    usd(usdPerHour === undefined ? undefined : usdPerHour * 24);
  const spread = low === high ? "" : `${perDay(low)} to ${perDay(high)}`;
  const zones = forecast.zones.map(
    ({ zone, atLeast, atMost }) => `${zone} ${atLeast === atMost ? atLeast : `${atLeast} to ${atMost}`}`,
  );
  const right = { align: "right" } as const;
  const rows = [
    ["nodes", String(before.nodes), String(forecast.nodes), zones.join(", ")],
    ["machines, USD/day", perDay(before.usdPerHour ?? undefined), perDay(expected), spread],
  ];
  return ["", table([{ title: "" }, { title: "now", ...right }, { title: "forecast", ...right }, { title: "" }], rows)];
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

/** What a rollback is about to do, newest first. */
export function rollbackPlanText(plan: MigrationPlan, journal: readonly JournalEntry[], toStage = 0): string {
  const lines = [`${plan.cluster.name}   plan ${plan.id}`, "", "to undo, newest first"];
  plan.stages.forEach((stage, i) => {
    const steps = stage.steps.filter((step) => {
      const state = stepStateOf(step.id, plan.id, journal);
      return step.undo === "restore" && ["done", "interrupted", "failed", "undoing", "left"].includes(state);
    });
    const what = i < toStage ? "stays" : steps.length === 0 ? "nothing to undo" : count(steps.length, "step");
    lines.splice(3, 0, `  ${i + 1}  ${stage.title.padEnd(44)}${what}`);
  });
  lines.push("", "node groups get their capacity back first, then Cluster Autoscaler, then the pods move back");
  return `${lines.join("\n")}\n`;
}

function command(name: string, words: string): string {
  return `dovetail ${name} ${words}`.trimEnd();
}

/** What a rollback did and left. */
export function rollbackText(end: RollbackEnd): string {
  const lines = [
    end.kind === "interrupted"
      ? `stopped cleanly after undoing ${count(end.undone, "step")}; go on: dovetail rollback`
      : `undid ${count(end.undone, "step")} of ${end.plan.cluster.name}, newest first, to the recorded values`,
  ];
  if (end.problem !== undefined) lines.push(`not back: ${end.problem}`);
  for (const { step, reason } of end.left) lines.push(`left as it is: ${step.target}: ${reason}`);
  return `${lines.join("\n")}\n`;
}

function firstFive(lines: readonly string[], noun: string): readonly string[] {
  if (lines.length <= 5) return lines;
  return [...lines.slice(0, 5), `  and ${count(lines.length - 5, `more ${noun}`)} (--json shows all)`];
}
