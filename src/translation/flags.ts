import type { AutoscalerInstallation } from "../autoscaler/types.ts";
import { makeFinding, type Finding } from "../findings/finding.ts";
import { translationFindings } from "../findings/translation.ts";
import type { FlagRule } from "./flag-rule.ts";
import { flagRule } from "./flag-rules.ts";
import type { FieldFate } from "./types.ts";

/** What becomes of every flag that Cluster Autoscaler runs with. */
export function translateFlags(autoscaler: AutoscalerInstallation | undefined): {
  readonly fates: readonly FieldFate[];
  readonly findings: readonly Finding[];
} {
  const fates: FieldFate[] = [];
  const findings: Finding[] = [];
  const subject = `Deployment/${autoscaler?.namespace ?? ""}/${autoscaler?.deployment ?? ""}`;
  for (const [flag, values] of autoscaler?.flags ?? []) {
    const value = values.join(" ");
    const rule = isPriorityUnknown(autoscaler, flag, value) ? unreadPriorities : (flagRule(flag, value) ?? unknown);
    fates.push(fateOf(flag, value, rule));
    const finding = findingOf(subject, [flag, value], rule);
    if (finding !== undefined) findings.push(finding);
  }
  return { fates, findings };
}

const unknown: FlagRule = {
  fate: "lost",
  why: "this flag is not known to Dovetail",
  risk: "whatever it does is gone",
  fix: "look the flag up and decide whether anything depends on it",
};

const unreadPriorities: FlagRule = {
  fate: "lost",
  why: "the ConfigMap cluster-autoscaler-priority-expander with its tiers is not among what was read",
  risk: "all NodePools have the same weight",
  fix: "set spec.weight of the NodePools by hand, higher for the tiers that come first",
  severity: "warning",
};

function isPriorityUnknown(autoscaler: AutoscalerInstallation | undefined, flag: string, value: string): boolean {
  return flag === "expander" && value.includes("priority") && autoscaler?.priorities === undefined;
}

function fateOf(flag: string, value: string, rule: FlagRule): FieldFate {
  const field = `--${flag}`;
  if (rule.fate === "kept") return { fate: "kept", field, value, to: rule.to };
  if (rule.fate === "changed") {
    return { fate: "changed", field, value, to: rule.to, becomes: rule.becomes ?? value, why: rule.why };
  }
  return { fate: "lost", field, value, why: rule.why, risk: rule.risk };
}

function findingOf(subject: string, [flag, value]: [string, string], rule: FlagRule): Finding | undefined {
  if (rule.fate === "kept" || rule.fix === undefined) return undefined;
  const { why, fix } = rule;
  const extra = rule.severity === undefined ? {} : { severity: rule.severity };
  if (rule.fate === "lost")
    return makeFinding(translationFindings, "DV2017", subject, { flag, value, why, fix }, extra);
  return makeFinding(translationFindings, "DV2018", subject, { flag, value, to: rule.to, why, fix }, extra);
}
