import { printed } from "../../kube/json.ts";
import type { FieldFate, TranslatedGroup, Translation } from "../../translation/types.ts";
import { groupBy } from "../../kube/group-by.ts";
import { shortField } from "../field-name.ts";
import { wrapped } from "./prose.ts";
import { count, table } from "./table.ts";
import { width } from "./width.ts";

/** What a screen of a translation needs beside it. */
export interface TranslateView {
  readonly title: string;
  readonly columns: number;
  /** Also fields of identity and state, which have nothing to carry over. */
  readonly isAll: boolean;
}

/** The answer: which node group becomes what, how its fields fared, and what is lost of them. */
export function translateSummary(translation: Translation, view: TranslateView): string {
  const parts = [`${view.title}   ${summary(translation)}`, becomesTable(translation, view)];
  for (const { nodeGroup, reason, fix } of translation.refused) {
    parts.push(`${nodeGroup} is not translated\n  why: ${reason}\n  fix: ${fix}`);
  }
  parts.push(lossesText(translation, view));
  return parts.filter((part) => part !== "").join("\n\n");
}

/** Node groups with what they become. Fields of identity, state or no consequence are not counted. */
export function becomesTable(translation: Translation, view: Pick<TranslateView, "columns" | "isAll">): string {
  if (translation.groups.length === 0) return "";
  const rows = translation.groups.map((group) => {
    const fates = (fate: string): string =>
      String(group.fates.filter((one) => one.fate === fate && !isIdle(one)).length);
    return [
      group.nodeGroups.map((one) => one.name).join(", "),
      group.nodePool.metadata.name,
      group.nodeClass.metadata.name,
      fates("kept"),
      fates("changed"),
      fates("lost"),
    ];
  });
  const right = { align: "right" } as const;
  const [poolKind, classKind] = kindsOf(translation);
  const columns = [
    { title: "node group" },
    { title: poolKind },
    { title: classKind },
    { title: "kept", ...right },
    { title: "changed", ...right },
    { title: "lost", ...right },
  ];
  return table(columns, rows, { columns: view.columns, isWhole: view.isAll });
}

/** What is lost and has a consequence, with the consequence, said once for all groups that lose it. */
function lossesText(translation: Translation, view: TranslateView): string {
  const all = [...translation.groups.flatMap((group) => group.fates), ...translation.flagFates];
  const lost = all.filter((fate) => fate.fate === "lost" && fate.risk !== "none");
  if (lost.length === 0) return all.length === 0 ? "" : "nothing is lost that has a consequence";
  const byField = groupBy(lost, (fate) => `${shortField(fate.field)} = ${value(fate)}`);
  const lines = Array.from(byField).flatMap(([what, fates]) => {
    const names = Array.from(new Set(fates.flatMap((fate) => fate.nodeGroup || []))).join(", ");
    const risk = fates[0]?.fate === "lost" ? fates[0].risk : "";
    return [
      wrapped("  - ", `${what}${names === "" ? "" : ` (${names})`}`, view.columns),
      wrapped("    risk: ", risk, view.columns),
    ];
  });
  return ["lost", ...lines].join("\n");
}

/**
 * Per node group what was kept, changed and lost, with reasons; then Cluster Autoscaler's flags. Findings and
 * manifests follow elsewhere.
 */
export function translateText(translation: Translation, view: TranslateView): string {
  const groups = translation.groups.filter((group) => group.fates.length > 0 || group.nodeGroups.length === 0);
  const sections = groups.map((group) => groupText(group, translation, view));
  if (translation.flagFates.length > 0)
    sections.push(`Cluster Autoscaler\n\n${fatesText(translation.flagFates, view)}`);
  return sections.join("\n\n");
}

function summary(translation: Translation): string {
  const groups = new Set(translation.groups.flatMap((group) => group.nodeGroups.map((item) => item.name)));
  const pools = translation.manifests.filter(({ kind }) => kind === "NodePool" || kind === "Provisioner");
  const classes = translation.manifests.length - pools.length;
  const [poolKind, classKind] = kindsOf(translation);
  return (
    `${count(groups.size, "node group")} → ${count(pools.length, poolKind)}, ` +
    `${count(classes, classKind, classKind.endsWith("s") ? `${classKind}es` : `${classKind}s`)}   ${translation.target}`
  );
}

function kindsOf({ target }: Translation): readonly [string, string] {
  return target === "v1alpha5" ? ["Provisioner", "AWSNodeTemplate"] : ["NodePool", "EC2NodeClass"];
}

function groupText(group: TranslatedGroup, translation: Translation, view: TranslateView): string {
  const names = group.nodeGroups.map((item) => item.name);
  // The on-demand base of a mix is a second pool of the same groups.
  const pools = translation.groups
    .filter((other) => other.nodeGroups[0]?.name === names[0])
    .map((other) => other.nodePool.metadata.name);
  const target = `NodePool ${pools.join(" and ")}, EC2NodeClass ${group.nodeClass.metadata.name}`;
  const sections = names.map((name) => {
    const own = group.fates.filter((fate) => fate.nodeGroup === name);
    return (names.length > 1 ? `${name}\n` : "") + fatesText(own, view);
  });
  return `${names.join(", ")} → ${target}\n\n${sections.join("\n\n")}`;
}

/** A field of identity or state, a repetition of another, or one whose loss has no consequence. */
function isIdle(fate: FieldFate): boolean {
  return (fate.fate === "lost" && fate.risk === "none") || (fate.fate === "kept" && fate.to.startsWith("as "));
}

/** Kept, changed and lost fields, each with its reasons. */
export function fatesText(fates: readonly FieldFate[], view: TranslateView): string {
  const shown = view.isAll ? fates : fates.filter((fate) => !isIdle(fate));
  const kept = shown.filter((fate) => fate.fate === "kept");
  const sections = [
    ...(kept.length === 0 ? [] : [`  kept\n${keptTable(kept, view)}`]),
    ...["changed", "lost"].flatMap((word) => {
      const some = shown.filter((fate) => fate.fate === word);
      return some.length === 0 ? [] : [`  ${word}\n${some.map((fate) => account(fate, view)).join("\n")}`];
    }),
  ];
  const hidden = fates.length - shown.length;
  if (hidden > 0) {
    sections.push(
      wrapped(
        "  ",
        `${count(hidden, "field")} of identity, state, repetition or no consequence not shown: --all`,
        view.columns,
      ),
    );
  }
  return sections.join("\n\n");
}

// Side by side where the screen is wide enough, else the place below the field.
function keptTable(fates: readonly FieldFate[], view: TranslateView): string {
  const rows = fates.map((fate) => [
    shortField(fate.field),
    value(fate, 24),
    fate.fate === "kept" ? place(fate.to) : "",
  ]);
  const text = table([{ title: "field" }, { title: "value" }, { title: "in" }], rows, { indent: "    " });
  if (text.split("\n").every((line) => width(line) <= view.columns)) return text;
  return rows
    .map(([field = "", shown = "", to = ""]) => `    ${field} = ${shown}\n${wrapped("      → ", to, view.columns)}`)
    .join("\n");
}

function account(fate: FieldFate, view: TranslateView): string {
  const lines = [`    ${shortField(fate.field)} = ${value(fate)}`];
  if (fate.fate === "changed") {
    const becomes = printed(fate.becomes).replace(/\s+/g, " ");
    const shown = becomes === "" || becomes.length > 60 ? "" : ` = ${becomes}`;
    lines.push(wrapped("      → ", `${place(fate.to)}${shown}`, view.columns));
  }
  if (fate.fate !== "kept") lines.push(wrapped("      why: ", fate.why, view.columns));
  if (fate.fate === "lost" && fate.risk !== "none") lines.push(wrapped("      risk: ", fate.risk, view.columns));
  return lines.join("\n");
}

function place(to: string): string {
  return to
    .replace("spec.template.spec.", "")
    .replace("spec.template.metadata.", "")
    .replace(/ spec\./, " ")
    .replace(/requirements\[(?:[^\]/[]{0,253}\/)?([^\][]{1,317})\]/, "requirement $1");
}

// What is cut ends in an ellipsis; `--json` has the whole value.
function value(fate: FieldFate, max = 40): string {
  const text = printed(fate.value).replace(/\s+/g, " ");
  return text.length > max ? `${text.slice(0, max - 1)}…` : text;
}
