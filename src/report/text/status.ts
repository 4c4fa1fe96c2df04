import type { MigrationStatus } from "../../app/migrate/status.ts";
import { currentStep } from "../../app/migrate/status.ts";
import { table } from "./table.ts";
import { groupsLeft } from "./migrate.ts";
import type { StageProgress } from "../../migration/progress.ts";

/** `dovetail status`: every stage, what is waited for, the gate, and the way back. */
export function statusText(
  status: MigrationStatus,
  { words, columns }: { readonly words: string; readonly columns: number },
): string {
  const command = (name: string, rest = ""): string => `dovetail ${name} ${words}`.trimEnd() + rest;
  const { progress } = status;
  const { plan, stages, current } = progress;
  const lines = [headline(status), ""];
  const rows = stages.map((stage, i) =>
    stageRow(stage, i, { isCurrent: i === current && progress.end === undefined, status }),
  );
  const right = { align: "right" } as const;
  lines.push(
    table([{ title: "" }, { title: "" }, { title: "", ...right }, { title: "" }, { title: "" }], rows, {
      indent: "  ",
      columns,
    }),
  );
  if (current !== undefined && progress.end === undefined) lines.push(...currentLines(status));
  lines.push("");
  const stage = current === undefined || progress.end !== undefined ? undefined : stages[current];
  for (const gate of stage?.stage.gates ?? []) lines.push(`gate: ${gate.title}`);
  for (const reason of stage?.closed ?? []) lines.push(`  closed: ${reason}`);
  if (progress.end === "rolled-back") lines.push(`next: ${command("migrate")}`);
  else if (progress.end === "completed") {
    const left = groupsLeft(plan);
    if (left.length > 0) lines.push(`left: ${left.join(", ")}, moved by \`${command("migrate")}\``);
    lines.push(`next: ${command("verify")}`);
  } else lines.push(`go on: ${command("resume")}`);
  if (progress.end !== "rolled-back") {
    // What is on its way back goes all the way: the stages that stay are undone already.
    const isWhole = current === undefined || current <= 1 || progress.isRollingBack;
    const rest = isWhole ? "" : ` --to-stage ${current}`;
    lines.push(`undo: ${command("rollback", rest)}`);
  }
  return `${plan.cluster.name}   plan ${plan.id}\n${lines.join("\n")}\n`;
}

function headline({ progress, now }: MigrationStatus): string {
  const { stages, current, end } = progress;
  if (end === "rolled-back") return "rolled back";
  const stage = current === undefined ? undefined : stages[current];
  if (stage === undefined || current === undefined) return "all stages done";
  const started =
    stage.startedAt === undefined
      ? "not begun"
      : `started ${stage.startedAt.slice(11, 16)}, ${ago(stage.startedAt, now)} ago`;
  const word = progress.isPaused ? "   paused" : progress.isRollingBack ? "   rolling back" : "";
  return `stage ${current + 1} of ${stages.length}   ${stage.stage.title}   ${started}${word}`;
}

function stageRow(
  stage: StageProgress,
  index: number,
  { isCurrent, status }: { readonly isCurrent: boolean; readonly status: MigrationStatus },
): readonly string[] {
  const [symbol, word] = wordOf(stage, isCurrent);
  return [symbol, word, String(index + 1), stage.stage.title, isCurrent ? countText(stage, status) : ""];
}

function countText(stage: StageProgress, { drained }: MigrationStatus): string {
  if (drained !== undefined) return `${drained.done} of ${drained.of} nodes drained`;
  return `${stage.done} of ${stage.steps.length} steps`;
}

function wordOf(stage: StageProgress, isCurrent: boolean): readonly [string, string] {
  switch (stage.state) {
    case "done":
      return ["✓", "done"];
    case "failed":
      return ["✗", "failed"];
    case "gate":
      return ["✗", "gate"];
    case "undone":
      return ["↺", "undone"];
    case "now":
      return ["▸", "now"];
    case "next":
      return isCurrent ? ["▸", "next"] : ["·", "next"];
  }
}

function currentLines(status: MigrationStatus): readonly string[] {
  const lines: string[] = [];
  const step = currentStep(status.progress);
  if (step !== undefined) lines.push(`  step        ${step.title}`);
  for (const waiting of status.waiting.slice(0, 5)) lines.push(`  waiting     ${waiting}`);
  if (status.waiting.length > 5) lines.push(`  waiting     and ${status.waiting.length - 5} more pods`);
  const { failure } = status.progress;
  if (failure !== undefined) lines.push(`  failed      ${failure.at.slice(11, 16)}  ${failure.message}`);
  return lines;
}

function ago(from: string, to: string): string {
  const minutes = Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / 60_000));
  if (minutes < 120) return `${minutes} min`;
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1440)} days`;
}
