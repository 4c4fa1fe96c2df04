import { textOf } from "../../translation/json.ts";
import type { FieldFate, TranslatedGroup, Translation } from "../../translation/types.ts";
import { count } from "./table.ts";
import { wrapped, type Cell } from "./wrapped.ts";

/** What a screen of a translation needs beside it. */
export interface TranslateView {
  readonly title: string;
  readonly columns: number;
  /** Also fields of identity and state, which have nothing to carry over. */
  readonly isAll: boolean;
}

/** Per node group what was kept, changed and lost, with reasons; then Cluster Autoscaler's flags. Findings and manifests follow elsewhere. */
export function translateText(translation: Translation, view: TranslateView): string {
  const groups = translation.groups.filter((group) => group.fates.length > 0 || group.nodeGroups.length === 0);
  const sections = groups.map((group) => groupText(group, translation, view));
  if (translation.flagFates.length > 0)
    sections.push(`Cluster Autoscaler\n\n${fatesText(translation.flagFates, view)}`);
  for (const { nodeGroup, reason, fix } of translation.refused) {
    sections.push(`${nodeGroup} → not translated\n  why: ${reason}\n  fix: ${fix}`);
  }
  return [`${view.title}   ${summary(translation)}`, ...sections].join("\n\n");
}

function summary(translation: Translation): string {
  const groups = new Set(translation.groups.flatMap((group) => group.nodeGroups.map((item) => item.name)));
  const pools = translation.manifests.filter(({ kind }) => kind === "NodePool" || kind === "Provisioner");
  const classes = translation.manifests.length - pools.length;
  const [poolKind, classKind] =
    translation.target === "v1alpha5" ? ["Provisioner", "AWSNodeTemplate"] : ["NodePool", "EC2NodeClass"];
  return (
    `${count(groups.size, "node group")} → ${count(pools.length, poolKind)}, ` +
    `${count(classes, classKind, classKind.endsWith("s") ? `${classKind}es` : `${classKind}s`)}   ${translation.target}`
  );
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

function fatesText(fates: readonly FieldFate[], view: TranslateView): string {
  const isIdle = (fate: FieldFate): boolean => fate.fate === "lost" && fate.risk === "none";
  const shown = view.isAll ? fates : fates.filter((fate) => !isIdle(fate));
  const rows: Cell[][] = [];
  for (const fate of ["kept", "changed", "lost"] as const) {
    const some = shown.filter((item) => item.fate === fate);
    some.forEach((item, index) => rows.push([index === 0 ? fate : "", short(item.field), value(item), outcome(item)]));
  }
  const table =
    rows.length === 0
      ? ""
      : wrapped(["", "field", "value", "in, or why"], rows, { columns: view.columns, indent: "  " });
  const hidden = fates.length - shown.length;
  const note =
    hidden === 0 ? "" : `  ${count(hidden, "field")} of identity, state or no consequence not shown   --all shows them`;
  return [table, note].filter((text) => text !== "").join("\n");
}

function outcome(fate: FieldFate): string {
  if (fate.fate === "kept") return place(fate.to);
  if (fate.fate === "changed") {
    const becomes = textOf(fate.becomes).replace(/\s+/g, " ");
    const shown = becomes === "" || becomes.length > 60 ? "" : ` = ${becomes}`;
    return `${place(fate.to)}${shown}: ${fate.why}`;
  }
  return fate.risk === "none" ? fate.why : `${fate.why}; ${fate.risk}`;
}

function place(to: string): string {
  return to
    .replace("spec.template.spec.", "")
    .replace("spec.template.metadata.", "")
    .replace(/ spec\./, " ");
}

function short(field: string): string {
  return field
    .replace("launchTemplate.LaunchTemplateData.", "launchTemplate.")
    .replace("MixedInstancesPolicy.LaunchTemplate.Overrides", "Overrides")
    .replace("MixedInstancesPolicy.InstancesDistribution", "InstancesDistribution");
}

const maxValue = 22;

function value(fate: FieldFate): string {
  const text = textOf(fate.value).replace(/\s+/g, " ");
  return text.length > maxValue ? `${text.slice(0, maxValue - 1)}…` : text;
}
