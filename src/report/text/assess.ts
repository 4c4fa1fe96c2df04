import type { AssessResult } from "../../app/assess/assess.ts";
import { instanceTypesOf } from "../../assessment/groups.ts";
import { flagFacts } from "../../autoscaler/flags/table.ts";
import type { AutoscalerInstallation, NodeGroup } from "../../autoscaler/types.ts";
import { textAt, textsAt } from "../../kube/json.ts";
import type { AssessView } from "./assess-view.ts";
import { skippedOf, summaryText, verdictText } from "./assess-summary.ts";
import { findingsText } from "./findings.ts";
import { notCheckedText } from "./not-checked.ts";
import { painted, wrapped } from "./prose.ts";
import { count, table } from "./table.ts";

/**
 * What `assess` prints: the answer, a table of findings, the cluster and its Cluster Autoscaler, details, what was not checked, the next
 * command.
 */
export function assessText(result: AssessResult, view: AssessView): string {
  const { assessment } = result;
  const seeAll = ["dovetail assess --all", view.sourceOptions].filter((part) => part !== "").join(" ");
  const sections = [
    verdictText(result, view),
    summaryText(assessment.findings, view),
    headText(result, view),
    autoscalersText(result, view),
    groupsText(result, view),
    findingsText(assessment.findings, { ...view, seeAll }),
    notCheckedText(assessment.notChecked, view),
    unreadText(result, view),
    footText(result, view),
  ];
  return `${sections.filter((section) => section !== "").join("\n\n")}\n`;
}

/** Everything that was not read or left out, one by one: what `--all` promises. Without it, what is left out of the figures. */
function unreadText({ gaps }: AssessResult, view: AssessView): string {
  const shown = gaps.filter(({ effect, reason }) => {
    if (effect === "assumed" || effect === "none") return false;
    return view.isAll === true || (effect === "missing-pods" && reason !== "limit");
  });
  if (shown.length === 0) return "";
  const title = view.isAll === true ? "not read, or left out" : "left out";
  return [title, ...shown.map((gap) => wrapped("  - ", gap.detail, view.columns))].join("\n");
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
  const origin = { live: "context ", sandbox: "sandbox ", dumps: "", snapshot: "" }[source.kind];
  const from = result.clusterName === undefined ? [] : [`from ${origin}${source.name}`];
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
    .filter(([name]) => !isPlumbing(name))
    .map(([name, values]) => values.map((value) => (value === "" ? `--${name}` : `--${name}=${value}`)).join(" "));
  const expanders = `expander ${one.expanders.join(", ")}`;
  const lines = [head, wrapped("  ", [expanders, ...flags].join("   "), view.columns)];
  return lines.join("\n");
}

/** Flags that say nothing about what CA decides. `--expander` is told by name. */
function isPlumbing(flag: string): boolean {
  const about = flagFacts(flag)?.about;
  return flag === "expander" || about === "program" || about === "installation";
}

function groupsText(result: AssessResult, view: AssessView): string {
  const { nodeGroups, running } = result;
  if (nodeGroups.length === 0) return "";
  const rows = nodeGroups.map((group) => {
    const seen = running.get(group.name);
    const zones = textsAt(group.autoScalingGroup, "AvailabilityZones").length || (seen?.zones.length ?? 0);
    return [
      group.name,
      group.kind,
      sizeText(group.min),
      sizeText(group.desired),
      sizeText(group.max),
      String(group.nodeNames.length),
      typesText(group, seen?.types ?? []),
      zones === 0 ? "?" : String(zones),
      group.isManagedByAutoscaler === undefined ? "unknown" : group.isManagedByAutoscaler ? "yes" : "no",
    ];
  });
  const right = "right" as const;
  return table(
    [
      { title: "node group" },
      { title: "kind" },
      { title: "min", align: right },
      { title: "want", align: right },
      { title: "max", align: right },
      { title: "nodes", align: right },
      { title: "types" },
      { title: "zones", align: right },
      { title: "CA scales it", isExtra: true },
    ],
    rows,
    { columns: view.columns, isWhole: view.isAll === true },
  );
}

function sizeText(size: number | undefined): string {
  return size === undefined ? "?" : String(size);
}

function typesText(group: NodeGroup, running: readonly string[]): string {
  const named = instanceTypesOf(group);
  const types = named.length > 0 ? named : running;
  const spot = textAt(group.nodegroup, "capacityType") === "SPOT" ? " spot" : "";
  if (types.length === 0) return `unknown${spot}`;
  return `${types[0] ?? ""}${types.length > 1 ? ` +${types.length - 1}` : ""}${spot}`;
}

function footText(result: AssessResult, view: AssessView): string {
  const { assessment } = result;
  const skipped = skippedOf(result);
  const first = assessment.findings[0];
  const patches = assessment.findings.filter((one) => one.patch !== undefined).length;
  const lines: string[] = [];
  if (patches > 0) {
    const write = ["dovetail assess --write-patches DIR", view.sourceOptions].filter((part) => part !== "").join(" ");
    lines.push(`patches for ${patches} of them: ${write}`);
  }
  if (first !== undefined) lines.push(`more about one: dovetail explain ${first.code}`);
  if (skipped > 0 && result.source.kind === "dumps")
    lines.push("check the rest: `dovetail snapshot --context NAME --out FILE`, then `dovetail assess --from FILE`");
  lines.push(nextText(result, view));
  return lines.join("\n");
}

/** Where a migration is under way or done, the next command is another than at its beginning. */
function nextText(result: AssessResult, view: AssessView): string {
  const codes = new Set(result.assessment.findings.map((one) => one.code));
  const command = codes.has("DV5008") ? "status" : codes.has("DV5016") ? "verify" : "translate";
  const next = [`dovetail ${command}`, view.sourceOptions].filter((part) => part !== "").join(" ");
  const hasErrors = result.assessment.findings.some((one) => one.severity === "error");
  return hasErrors ? `remove the errors, then: ${next}` : `next: ${next}`;
}
