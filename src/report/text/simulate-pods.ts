import type { SimulationOutcome } from "../../app/simulate/types.ts";
import { count } from "./table.ts";

const firstFew = 5;
const maxReason = 300;

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
  const lines = [`${count(unschedulable.length, "pod")} would never schedule; in Karpenter's words`];
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
  const verb = blocked.length === 1 ? "needs" : "need";
  const lines = [`${count(blocked.length, "pod")} ${verb} consent or a change before eviction`];
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

function shortReason(reason: string): string {
  const plain = plainReason(reason);
  return plain.length > maxReason ? `${plain.slice(0, plain.lastIndexOf(" ", maxReason))} …` : plain;
}

/** Karpenter's message without the lists that differ from pod to pod, and what several NodePools say alike said once. */
export function plainReason(reason: string): string {
  const parts = reason
    .replaceAll(/\s+/g, " ")
    .split("; ")
    .map((part) => part.replace(/, requirements=.*$/, "").replace(/ \(counts = .*$/, ""));
  return Array.from(new Set(parts)).join("; ");
}
