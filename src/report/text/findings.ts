import type { Finding, Severity } from "../../findings/finding.ts";
import { type Code, registry } from "../../findings/registry.ts";
import { groupBy } from "../../kube/group-by.ts";
import { painted, wrapped } from "./prose.ts";
import { count } from "./table.ts";

/** How findings are drawn. */
export interface FindingsView {
  readonly columns: number;
  readonly isColour?: boolean;
  /** Every finding of a group, not the first five. */
  readonly isAll?: boolean;
  /** So many of a kind are shown before the rest is counted; 5 where nothing is said. */
  readonly most?: number;
  /** What the reader types to see all of them. */
  readonly seeAll: string;
}

const shown = 5;

/** Findings grouped by code, in the order given (most severe first); empty text for none. */
export function findingsText(findings: readonly Finding[], view: FindingsView): string {
  const groups = groupBy(findings, ({ severity, code }) => `${severity} ${code}`);
  return [...groups.values()].map((group) => groupText(group, view)).join("\n\n");
}

function groupText(group: readonly Finding[], view: FindingsView): string {
  const [first] = group;
  if (first === undefined) return "";
  const kind = registry[first.code as Code];
  const word = painted(severityWords[first.severity], severityColours[first.severity], view.isColour === true);
  const lead = `${severityWords[first.severity]}: `;
  const text = wrapped(lead, kind.title, view.columns - first.code.length - 2);
  const title = `${text}  ${first.code}`.replace(lead, `${word}: `);
  const lines = [title, wrapped("  why: ", kind.why, view.columns)];
  const seen = view.isAll === true ? group : group.slice(0, view.most ?? shown);
  const fix = commonFix(group);
  for (const finding of seen) {
    lines.push(wrapped("  - ", finding.message, view.columns));
    if (fix === undefined) lines.push(wrapped("    fix: ", finding.fix, view.columns));
  }
  if (group.length > seen.length) {
    lines.push(
      wrapped("  ", `and ${count(group.length - seen.length, "more", "more")}: \`${view.seeAll}\``, view.columns),
    );
  }
  if (fix !== undefined) lines.push(wrapped("  fix: ", fix, view.columns));
  return lines.join("\n");
}

/**
 * What to do about all of them in one sentence, where only the name differs, else undefined; a name inside a command cannot be left out.
 */
export function commonFix(group: readonly Finding[]): string | undefined {
  if (group.length < 2) return undefined;
  const fixes = new Set(group.map(anonymous));
  const [only] = fixes;
  return fixes.size === 1 ? only : undefined;
}

function anonymous(finding: Finding): string {
  let text = finding.fix;
  for (const key of ["workload", "budget", "nodeGroup", "node"]) {
    const name = finding.evidence[key];
    if (typeof name !== "string" || name === "" || !text.includes(name)) continue;
    const isInCommand = (text.match(/`[^`]*`/g) ?? []).some((command) => command.includes(name));
    if (!isInCommand) text = text.replaceAll(name, "each");
  }
  return text;
}

/** Severities as they are called on screens. */
export const severityWords: Readonly<Record<Severity, string>> = { error: "error", warning: "warning", info: "note" };
/** Severities as they are painted. */
export const severityColours = { error: "red", warning: "yellow", info: "blue" } as const;

/** `3 errors, 1 warning, 12 notes`; `none` when there is nothing. */
export function totalsText(findings: readonly Finding[], none = "nothing found"): string {
  const of = (severity: Severity): number => findings.filter((one) => one.severity === severity).length;
  const parts = [
    of("error") > 0 ? count(of("error"), "error") : "",
    of("warning") > 0 ? count(of("warning"), "warning") : "",
    of("info") > 0 ? count(of("info"), "note") : "",
  ].filter((part) => part !== "");
  return parts.length === 0 ? none : parts.join(", ");
}
