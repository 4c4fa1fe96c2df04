import type { NotChecked } from "../../assessment/assess.ts";
import type { MissingData } from "../../assessment/missing.ts";
import { wrapped } from "./prose.ts";
import { count } from "./table.ts";

/** How the list is drawn. */
export interface NotCheckedView {
  readonly columns: number;
  /** Every missing thing on its own; otherwise grouped by why it is missing. */
  readonly isAll?: boolean;
}

/** Which findings were not looked for, by what was missing: silence would read as "in order". */
export function notCheckedText(notChecked: readonly NotChecked[], view: NotCheckedView): string {
  const whole = causesOf(
    notChecked.filter((one) => !one.isPartial),
    view,
  );
  const part = causesOf(
    notChecked.filter((one) => one.isPartial),
    view,
  );
  const blocks: string[] = [];
  if (whole.length > 0) {
    const codes = new Set(whole.flatMap((one) => [...one.codes])).size;
    blocks.push(
      [`not checked: ${count(codes, "finding")}, because something was not read`, ...entries(whole, view)].join("\n"),
    );
  }
  if (part.length > 0) {
    const codes = new Set(part.flatMap((one) => [...one.codes])).size;
    blocks.push([`checked in part: ${count(codes, "finding")}`, ...entries(part, view)].join("\n"));
  }
  return blocks.join("\n");
}

interface Cause {
  readonly text: string;
  readonly codes: ReadonlySet<string>;
}

function entries(causes: readonly Cause[], view: NotCheckedView): string[] {
  return causes.flatMap((one) => [
    wrapped("  - ", one.text, view.columns),
    ...(one.codes.size === 0 ? [] : [wrapped("    ", [...one.codes].sort().join(" "), view.columns)]),
  ]);
}

function causesOf(notChecked: readonly NotChecked[], view: NotCheckedView): readonly Cause[] {
  const groups = new Map<
    string,
    { readonly names: Set<string>; readonly codes: Set<string>; readonly detail: string }
  >();
  const seen = new Set<string>();
  // The account first: a finding that needs both is named once, under the larger cause.
  const pairs = notChecked
    .flatMap((one) => one.missing.map((it) => ({ codes: one.codes, it })))
    .sort((a, b) => Number(isAccount(b.it)) - Number(isAccount(a.it)));
  for (const { codes, it } of pairs) {
    const detail = view.isAll === true ? it.detail : summaryOf(it);
    const key = view.isAll === true ? `${it.name} ${it.scope ?? ""} ${detail}` : detail;
    const group = groups.get(key) ?? { names: new Set<string>(), codes: new Set<string>(), detail };
    group.names.add(nameOf(it, detail));
    for (const code of codes)
      if (view.isAll === true || !seen.has(code) || group.codes.has(code)) group.codes.add(code);
    groups.set(key, group);
    for (const code of codes) seen.add(code);
  }
  return [...groups.values()]
    .filter((group) => group.codes.size > 0 || isOwnText(group.detail))
    .map((group) => ({ codes: group.codes, text: textOf(group, view.isAll === true) }));
}

function textOf(group: { readonly names: ReadonlySet<string>; readonly detail: string }, isAll: boolean): string {
  // "nodes or managed node groups" says nothing new beside "nodes".
  const names = [...group.names].filter(
    (name) => !name.includes(" or ") || !name.split(" or ").some((part) => group.names.has(part)),
  );
  if (isOwnText(group.detail)) {
    const more = names.length > shown ? ` and ${names.length - shown} more` : "";
    return `${names.slice(0, shown).join(", ")}${more}`;
  }
  const isWholeAccount = !isAll && group.detail.endsWith(" AWS account");
  if (isWholeAccount) return group.detail;
  return group.detail === notRead ? `${notRead}: ${names.join(", ")}` : `${names.join(", ")}: ${group.detail}`;
}

function isAccount(it: MissingData): boolean {
  return it.need.startsWith("account.");
}

function nameOf(it: MissingData, detail: string): string {
  if (isOwnText(detail)) return it.detail;
  return it.scope === undefined || it.scope === "" ? it.name : `${it.name} in ${it.scope}`;
}

const malformed = "malformed";
/** Left out, each thing with a sentence of its own. */
const limit = "limit";
const isOwnText = (detail: string): boolean => detail === malformed || detail === limit;
/** So many malformed objects are named before the rest is counted. */
const shown = 5;
const notRead = "not in what was read";

/** Details that differ only in the name of the thing become one. */
function summaryOf(it: MissingData): string {
  if (it.reason === malformed || it.reason === limit) return it.reason;
  if (it.reason === "not-in-source" && !isAccount(it)) return notRead;
  return it.detail.replace(/\.$/, "");
}
