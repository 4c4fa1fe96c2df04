import type { AssessResult } from "../../app/assess/assess.ts";
import type { NotChecked } from "../../assessment/assess.ts";
import type { AutoscalerInstallation, NodeGroup } from "../../autoscaler/types.ts";
import { textAt, textsAt } from "../../translation/json.ts";
import { findingsText, totalsText } from "./findings.ts";
import { painted, wrapped } from "./prose.ts";
import { count, table } from "./table.ts";

/** How an assessment is drawn. */
export interface AssessView {
  readonly columns: number;
  readonly isColour?: boolean;
  readonly isAll?: boolean;
  /** Options that name the source again, for the commands that are suggested: `--from dumps/`. */
  readonly sourceOptions: string;
}

/** What `assess` prints: the cluster, its Cluster Autoscaler, findings, what was not checked, the sum, the next command. */
export function assessText(result: AssessResult, view: AssessView): string {
  const { assessment } = result;
  const seeAll = ["dovetail assess --all", view.sourceOptions].filter((part) => part !== "").join(" ");
  const sections = [
    headText(result, view),
    autoscalersText(result, view),
    groupsText(result.nodeGroups),
    findingsText(assessment.findings, { ...view, seeAll }),
    notCheckedText(assessment.notChecked, view),
    sumText(result, view),
  ];
  return `${sections.filter((section) => section !== "").join("\n\n")}\n`;
}

function headText(result: AssessResult, view: AssessView): string {
  const { counts, source } = result;
  const name = result.clusterName ?? source.name;
  const read = `read ${result.readAt.slice(0, 16).replace("T", " ")} UTC`;
  const first = [
    name,
    result.kubernetesVersion === undefined ? "" : `eks ${result.kubernetesVersion}`,
    result.region ?? "",
    read,
  ];
  const number = (n: number | undefined, noun: string, plural?: string): string =>
    n === undefined ? `${plural ?? `${noun}s`} not read` : count(n, noun, plural);
  const second = [
    number(counts.nodes, "node"),
    number(counts.pods, "pod"),
    count(counts.workloads, "workload"),
    number(counts.budgets, "PodDisruptionBudget"),
  ].join(", ");
  const from = result.clusterName === undefined ? [] : [`from ${source.name}`];
  const lines = [first.filter((part) => part !== "").join("   "), wrapped("", second, view.columns), ...from];
  return lines.join("\n");
}

function autoscalersText(result: AssessResult, view: AssessView): string {
  return result.autoscalers.map((one) => autoscalerText(one, view)).join("\n\n");
}

function autoscalerText(one: AutoscalerInstallation, view: AssessView): string {
  const title = painted("Cluster Autoscaler", "bold", view.isColour === true);
  const version = one.version ?? "version unknown";
  const head = `${title} ${version}   ${one.namespace}/${one.deployment}, ${count(one.replicas, "replica")}`;
  const flags = [...one.flags]
    .filter(([name]) => !plumbing.has(name))
    .map(([name, values]) => values.map((value) => (value === "" ? `--${name}` : `--${name}=${value}`)).join(" "));
  const expanders = `expander ${one.expanders.join(", ")}`;
  const lines = [
    head,
    wrapped("  ", [expanders, ...flags.filter((flag) => !flag.startsWith("--expander"))].join("   "), view.columns),
  ];
  return lines.join("\n");
}

/** Flags that say nothing about what CA decides. */
const plumbing = new Set([
  "v",
  "logtostderr",
  "stderrthreshold",
  "alsologtostderr",
  "cloud-provider",
  "namespace",
  "leader-elect",
  "address",
  "kubeconfig",
  "write-status-configmap",
  "expander",
]);

function groupsText(groups: readonly NodeGroup[]): string {
  if (groups.length === 0) return "";
  const rows = groups.map((group) => [
    group.name,
    group.kind,
    String(group.min),
    String(group.desired),
    String(group.max),
    typesText(group),
    String(textsAt(group.autoScalingGroup, "AvailabilityZones").length || ""),
    group.isManagedByAutoscaler === undefined ? "unknown" : group.isManagedByAutoscaler ? "yes" : "no",
  ]);
  const right = "right" as const;
  return table(
    [
      { title: "node group" },
      { title: "kind" },
      { title: "min", align: right },
      { title: "now", align: right },
      { title: "max", align: right },
      { title: "types" },
      { title: "zones", align: right },
      { title: "CA scales it" },
    ],
    rows,
  );
}

function typesText(group: NodeGroup): string {
  const named = textsAt(group.nodegroup, "instanceTypes");
  const own = textAt(group.launchTemplateVersion, "LaunchTemplateData", "InstanceType");
  const types = named.length > 0 ? named : own === undefined ? [] : [own];
  const spot = textAt(group.nodegroup, "capacityType") === "SPOT" ? " spot" : "";
  if (types.length === 0) return `unknown${spot}`;
  return `${types[0] ?? ""}${types.length > 1 ? ` +${types.length - 1}` : ""}${spot}`;
}

/** Which findings were not looked for, by what is missing. */
function notCheckedText(notChecked: readonly NotChecked[], view: AssessView): string {
  const byMissing = new Map<
    string,
    { readonly codes: Set<string>; readonly isPartial: boolean; readonly text: string }
  >();
  for (const one of notChecked) {
    for (const it of one.missing) {
      const scope = it.scope === undefined ? "" : ` in ${it.scope}`;
      const text = `${it.name}${scope}: ${it.detail}`;
      const key = `${one.isPartial ? "part" : "all"} ${text}`;
      const known = byMissing.get(key) ?? { codes: new Set<string>(), isPartial: one.isPartial, text };
      for (const code of one.codes) known.codes.add(code);
      byMissing.set(key, known);
    }
  }
  if (byMissing.size === 0) return "";
  const whole = [...byMissing.values()].filter((one) => !one.isPartial);
  const part = [...byMissing.values()].filter((one) => one.isPartial);
  const lines: string[] = [];
  const entry = (one: { readonly codes: ReadonlySet<string>; readonly text: string }): string[] => [
    wrapped("  - ", one.text, view.columns),
    wrapped("    ", [...one.codes].sort().join(" "), view.columns),
  ];
  if (whole.length > 0) lines.push("not checked, because something was not read", ...whole.flatMap(entry));
  if (part.length > 0) lines.push("checked in part", ...part.flatMap(entry));
  return lines.join("\n");
}

function sumText(result: AssessResult, view: AssessView): string {
  const { assessment } = result;
  const skipped = new Set(assessment.notChecked.filter((one) => !one.isPartial).flatMap((one) => one.codes)).size;
  const looked = `looked for ${assessment.checked.length} kinds of findings${skipped === 0 ? "" : `, not for ${skipped}`}`;
  const hasErrors = assessment.findings.some((one) => one.severity === "error");
  const next = ["dovetail translate", view.sourceOptions].filter((part) => part !== "").join(" ");
  const first = assessment.findings[0];
  const lines = [wrapped("", `${totalsText(assessment.findings)}; ${looked}`, view.columns)];
  if (first !== undefined) lines.push(`more about one of them: dovetail explain ${first.code}`);
  lines.push(hasErrors ? `remove the errors, then: ${next}` : `next: ${next}`);
  return lines.join("\n");
}
