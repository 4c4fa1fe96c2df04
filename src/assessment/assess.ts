import type { Finding, Severity } from "../findings/finding.ts";
import type { AssessmentCode } from "../findings/registry.ts";
import type { Facts } from "./facts.ts";
import { objectsBySubject, withKeeper } from "./keepers.ts";
import { type MissingData, missing, partlyMissing } from "./missing.ts";
import type { Need, AssessmentRule } from "./rule.ts";
import { rules as allRules } from "./rules/all.ts";

/** A snapshot judged: what was found, and what could not be looked at. */
export interface Assessment {
  /** Most severe first, then by code and subject. */
  readonly findings: readonly Finding<AssessmentCode>[];
  readonly notChecked: readonly NotChecked[];
  /** Codes that were looked for, whether found or not. */
  readonly checked: readonly AssessmentCode[];
}

/** Findings that were not looked for, or only in part, because data is missing. */
export interface NotChecked {
  readonly codes: readonly AssessmentCode[];
  readonly missing: readonly MissingData[];
  /** True when the rules ran on what there is. */
  readonly isPartial: boolean;
}

/** Runs every rule whose data was read. */
export function assess(facts: Facts, rules: readonly AssessmentRule[] = allRules): Assessment {
  const findings: Finding<AssessmentCode>[] = [];
  const notChecked: NotChecked[] = [];
  const checked = new Set<AssessmentCode>();
  const objects = objectsBySubject(facts.objects);
  for (const rule of rules) {
    const lacking = rule.needs.flatMap((need) => unmet(facts, need));
    if (lacking.length > 0) {
      notChecked.push({ codes: rule.codes, missing: lacking, isPartial: false });
      continue;
    }
    for (const code of rule.codes) checked.add(code);
    const parts = partsMissing(facts, rule);
    if (parts.length > 0) notChecked.push({ codes: rule.codes, missing: parts, isPartial: true });
    for (const finding of rule.check(facts)) findings.push(withKeeper(finding as Finding<AssessmentCode>, objects));
  }
  return { findings: findings.sort(bySeverity), notChecked, checked: [...checked].sort() };
}

/** Total order of findings: severity, code, subject, sentence. */
function bySeverity(a: Finding, b: Finding): number {
  return (
    severityRank[a.severity] - severityRank[b.severity] ||
    compare(a.code, b.code) ||
    compare(a.subject, b.subject) ||
    compare(a.message, b.message)
  );
}

/** Errors before warnings before notes. */
const severityRank: Readonly<Record<Severity, number>> = { error: 0, warning: 1, info: 2 };

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function unmet(facts: Facts, need: Need | readonly Need[]): readonly MissingData[] {
  const alternatives = typeof need === "string" ? [need] : need;
  const lacking = alternatives.map((one) => missing(facts, one));
  if (lacking.includes(undefined)) return [];
  const first = lacking[0];
  if (first === undefined || lacking.length === 1) return first === undefined ? [] : [first];
  return [{ ...first, name: lacking.map((one) => one?.name ?? "").join(" or ") }];
}

function partsMissing(facts: Facts, rule: AssessmentRule): MissingData[] {
  const read = rule.needs.flatMap((need) => (typeof need === "string" ? [need] : need));
  const optional = (rule.betterWith ?? []).flatMap((need) => missing(facts, need) ?? partlyMissing(facts, need));
  return [...optional, ...read.flatMap((need) => partlyMissing(facts, need))];
}
