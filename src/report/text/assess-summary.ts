import type { AssessResult } from "../../app/assess/assess.ts";
import type { Finding } from "../../findings/finding.ts";
import { findKind } from "../../findings/registry.ts";
import { groupBy } from "../../kube/group-by.ts";
import type { AssessView } from "./assess-view.ts";
import { commonFix, severityColours, severityWords, totalsText } from "./findings.ts";
import { painted, wrapped } from "./prose.ts";
import { count, table } from "./table.ts";

/** From this width on the table has room for what to do. */
const roomForFixes = 120;

/** The plain answer: may this cluster be migrated. What was not read is said in the same breath. */
export function verdictText(shown: AssessResult, view: AssessView): string {
  const result = view.whole ?? shown;
  const { assessment } = result;
  const name = result.clusterName ?? result.source.name;
  const errors = assessment.findings.filter((one) => one.severity === "error");
  const skipped = skippedOf(result);
  const far = skipped === 0 ? "" : ", as far as it was read";
  const answer =
    errors.length > 0
      ? painted(
          `no: ${count(errors.length, "error")} ${errors.length === 1 ? "stands" : "stand"} in the way of migrating ${name}`,
          "red",
          view.isColour === true,
        )
      : painted(`yes: nothing stands in the way of migrating ${name}${far}`, "green", view.isColour === true);
  const others = totalsText(
    assessment.findings.filter((one) => one.severity !== "error"),
    "no warnings, no notes",
  );
  const unread = skipped === 0 ? "" : `, not for ${skipped}: what they need was not read`;
  const looked = `looked for ${assessment.checked.length} kinds of findings${unread}`;
  const out = assessment.findings.length - shown.assessment.findings.length;
  const hidden = out === 0 ? [] : [`  ${count(out, "finding")} left out as asked`];
  return [wrapped("", answer, view.columns), wrapped("  ", `${others}; ${looked}`, view.columns), ...hidden].join("\n");
}

/** Findings by kind: code, severity, how many, the sentence and, where there is room, what to do about the first. */
export function summaryText(findings: readonly Finding[], view: AssessView): string {
  if (findings.length === 0) return "";
  const isWide = view.columns >= roomForFixes;
  const groups = [...groupBy(findings, ({ severity, code }) => `${severity} ${code}`).values()];
  const rows = groups.flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const word = painted(severityWords[first.severity], severityColours[first.severity], view.isColour === true);
    const row = [first.code, word, String(group.length), findKind(first.code)?.kind.title ?? ""];
    return [isWide ? [...row, commonFix(group) ?? first.fix] : row];
  });
  const columns = [
    { title: "code" },
    { title: "severity" },
    { title: "count", align: "right" as const },
    { title: "what was found" },
    ...(isWide ? [{ title: "what to do first" }] : []),
  ];
  const lines = [table(columns, rows, { columns: view.columns, isWhole: view.isAll === true })];
  const [first] = findings;
  if (!isWide && first !== undefined) lines.push("", wrapped("do first: ", first.fix, view.columns));
  return lines.join("\n");
}

/** Kinds of findings that were not looked for at all. */
export function skippedOf({ assessment }: AssessResult): number {
  return new Set(assessment.notChecked.filter((one) => !one.isPartial).flatMap((one) => one.codes)).size;
}
