import type { Step } from "../../migration/step.ts";
import { painted } from "./prose.ts";
import { thingOf } from "./undo-title.ts";
import { count, table } from "./table.ts";

/** What an undo would do, newest first. */
export function renderUndoPlan(
  what: string,
  steps: readonly Step[],
  view: { readonly columns: number; readonly isColour?: boolean },
): string {
  if (steps.length === 0) return `nothing of ${what} is recorded: nothing to undo\n`;
  const rows = steps.map((step) => {
    const [sign, word, colour] =
      step.action === "create" ? (["-", "remove", "red"] as const) : (["~", "restore", "yellow"] as const);
    return [
      painted(sign, colour, view.isColour === true),
      painted(word, colour, view.isColour === true),
      thingOf(step),
    ];
  });
  const lines = [table([{ title: "" }, { title: "" }, { title: "" }], rows, { indent: "  ", columns: view.columns })];
  return `undo of ${what}, newest first\n\n${lines.join("\n")}\n\n${count(steps.length, "step")}\n`;
}

/** What an undo did, and what others had changed and therefore stays. */
export function renderUndone(
  undone: readonly Step[],
  left: readonly { readonly step: Step; readonly reason: string }[],
): string {
  const lines = [`${count(undone.length, "step")} undone`];
  for (const one of left) lines.push(`left: ${one.step.target}\n  why: ${one.reason}`);
  return `${lines.join("\n")}\n`;
}

/** The nodes that end with an uninstall, and what runs on them. */
export function renderLostNodes(
  nodes: readonly string[],
  pods: readonly { readonly owner: string; readonly count: number }[],
): string {
  const total = pods.reduce((sum, { count: n }) => sum + n, 0);
  const lines = [
    "",
    `${count(nodes.length, "node")} of Karpenter end: ${firstOf(nodes)}`,
    `${count(total, "pod")} on them need another node, and nothing brings one unless Cluster Autoscaler does`,
    ...pods.slice(0, 5).map(({ owner, count: n }) => `  ${owner}  ${n}`),
    ...(pods.length > 5 ? [`  and ${pods.length - 5} more workloads`] : []),
  ];
  return `${lines.join("\n")}\n`;
}

function firstOf(names: readonly string[]): string {
  return names.length <= 5 ? names.join(", ") : `${names.slice(0, 5).join(", ")} and ${names.length - 5} more`;
}
