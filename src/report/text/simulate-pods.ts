import type { SimulationOutcome } from "../../forecast/types.ts";
import { groupBy } from "../../kube/group-by.ts";
import { count } from "./table.ts";
import { before } from "../../kube/text.ts";

const firstFew = 5;
const maxReason = 300;

/** Pods that Karpenter would find no place for, grouped by reason. */
export function unschedulableLines(outcome: SimulationOutcome, view: { readonly isAll: boolean }): readonly string[] {
  const { unschedulable } = outcome;
  if (unschedulable.length === 0) return [];
  const groups = groupBy(unschedulable, ({ reason }) => shortReason(reason));
  const title = `${count(unschedulable.length, "pod")} would never schedule; in Karpenter's words`;
  const lineOf = (one: (typeof unschedulable)[number]): string =>
    `${one.pod}${one.isPendingToday && outcome.isTodayRead ? " (waits today too)" : ""}`;
  return [blockText(title, groups, { isAll: view.isAll, lineOf })];
}

/** Pods that will not move without consent or a change, grouped by reason. */
export function blockedLines(outcome: SimulationOutcome, view: { readonly isAll: boolean }): readonly string[] {
  const { blocked } = outcome.evictions;
  if (blocked.length === 0) return [];
  const groups = groupBy(blocked, ({ reason }) => reason);
  const verb = blocked.length === 1 ? "needs" : "need";
  const title = `${count(blocked.length, "pod")} ${verb} consent or a change before eviction`;
  return [blockText(title, groups, { isAll: view.isAll, lineOf: ({ pod }) => pod })];
}

function blockText<One>(
  title: string,
  groups: ReadonlyMap<string, readonly One[]>,
  { isAll, lineOf }: { readonly isAll: boolean; readonly lineOf: (one: One) => string },
): string {
  const lines = [title];
  for (const [reason, group] of groups)
    lines.push(`  ${reason}`, ...listed(group.map(lineOf), isAll).map((line) => `    ${line}`));
  return lines.join("\n");
}

function listed(pods: readonly string[], isAll: boolean): readonly string[] {
  if (isAll || pods.length <= firstFew) return pods;
  return [...pods.slice(0, firstFew), `and ${pods.length - firstFew} more: --all shows them`];
}

function shortReason(reason: string): string {
  const plain = plainReason(reason);
  return plain.length > maxReason ? `${plain.slice(0, plain.lastIndexOf(" ", maxReason))} …` : plain;
}

/** Karpenter's message without the lists that differ from pod to pod, and what several NodePools say alike said once. */
export function plainReason(reason: string): string {
  const parts = reason
    .replaceAll(/\s+/g, " ")
    .split("; ")
    .map((part) => before(before(part, ", requirements="), " (counts = "));
  return Array.from(new Set(parts)).join("; ");
}
