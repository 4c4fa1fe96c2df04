import type { SimulationOutcome } from "../../app/simulate/types.ts";
import { count } from "./table.ts";

const firstFew = 5;

/** Pods that Karpenter would find no place for, grouped by reason. */
export function unschedulableLines(outcome: SimulationOutcome, view: { readonly isAll: boolean }): readonly string[] {
  const { unschedulable } = outcome;
  if (unschedulable.length === 0) return [];
  const groups = new Map<string, string[]>();
  for (const one of unschedulable) {
    const key = shortReason(one.reason);
    const pods = groups.get(key) ?? [];
    pods.push(`${one.pod}${one.isPendingToday ? " (waits today too)" : ""}`);
    groups.set(key, pods);
  }
  const lines = [`${count(unschedulable.length, "pod")} would never schedule`];
  for (const [reason, pods] of groups) {
    lines.push(`  ${reason}`);
    lines.push(...listed(pods, view.isAll).map((pod) => `    ${pod}`));
  }
  return [lines.join("\n")];
}

/** Pods that will not move without consent or a change, grouped by reason. */
export function blockedLines(outcome: SimulationOutcome, view: { readonly isAll: boolean }): readonly string[] {
  const { blocked } = outcome.evictions;
  if (blocked.length === 0) return [];
  const groups = new Map<string, string[]>();
  for (const one of blocked) groups.set(one.reason, [...(groups.get(one.reason) ?? []), one.pod]);
  const lines = [`${count(blocked.length, "pod")} cannot simply be evicted`];
  for (const [reason, pods] of groups) {
    lines.push(`  ${reason}`);
    lines.push(...listed(pods, view.isAll).map((pod) => `    ${pod}`));
  }
  return [lines.join("\n")];
}

function listed(pods: readonly string[], isAll: boolean): readonly string[] {
  if (isAll || pods.length <= firstFew) return pods;
  return [...pods.slice(0, firstFew), `and ${pods.length - firstFew} more: --all shows them`];
}

/** Karpenter's message without the lists that differ from pod to pod; long ones end with an ellipsis and `explain` shows the rest. */
function shortReason(reason: string): string {
  const plain = reason.replaceAll(/\s+/g, " ");
  return plain.length > 160 ? `${plain.slice(0, 157)}...` : plain;
}
