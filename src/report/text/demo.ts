import type { Chapter, Heading } from "../../app/demo/demo.ts";
import { usdPerMonth } from "../../money/cost.ts";
import type { SimulationOutcome } from "../../forecast/types.ts";
import type { Finding } from "../../findings/finding.ts";
import { findKind } from "../../findings/registry.ts";
import { groupBy } from "../../kube/group-by.ts";
import type { Translation } from "../../translation/types.ts";
import { painted } from "./prose.ts";
import { totalsText } from "./findings.ts";
import { renderTotals } from "./plan.ts";
import { change, count, grouped, table, usd } from "./table.ts";
import { becomesTable } from "./translate.ts";
import { verifyText } from "./verify.ts";
import type { Verification } from "../../app/verify/verify.ts";
import type { Plan } from "../../migration/plan.ts";

/** How wide and how colourful the terminal is. */
export interface DemoView {
  readonly columns: number;
  readonly isColour: boolean;
}

/** The line that opens a chapter, with the command that does the same on a real cluster at its right end. */
export function headingText(heading: Heading, of: number, view: DemoView): string {
  const left = `${heading.number} of ${of}  ${heading.title}`;
  const right = `dovetail ${heading.command}`;
  const room = Math.min(view.columns, 100);
  const gap = room - left.length - right.length;
  // Where both do not fit into a line, the command stands under the title.
  const text =
    gap < 2 ? `${left}\n${" ".repeat(Math.max(0, room - right.length))}${right}` : `${left}${" ".repeat(gap)}${right}`;
  return `\n${painted(text, "bold", view.isColour)}\n`;
}

/** What came out of a chapter, in a few lines. */
export function chapterText(chapter: Chapter, view: DemoView): string {
  switch (chapter.kind) {
    case "read":
      return readText(chapter);
    case "assess":
      return assessedText(chapter.result.assessment.findings);
    case "setup":
      return `  ${renderTotals(chapter.plan)}`;
    case "translate":
      return translatedText(chapter.translation, view);
    case "simulate":
      return simulatedText(chapter.outcome);
    case "install":
      return installedText(chapter);
    case "canary":
      return canaryText(chapter.report);
    case "plan":
      return `${planText(chapter.plan)}\n`;
    case "migrate":
      return chapter.end.kind === "completed" ? "  done: every group has moved" : `  stopped: ${chapter.end.kind}`;
    case "stopped":
      return stoppedText(chapter.fault);
    case "verify":
      return indented(verifyText(chapter.verification, { words: "", columns: view.columns - 2 }));
    case "rollback":
      return rolledBackText(chapter.end);
    case "undo":
      return undoneText(chapter);
  }
}

/** How the demo ended: the four figures that it was about, and what to do next. */
export function demoEndText(
  end: {
    readonly verdict: string;
    readonly verification: Verification | undefined;
    readonly report: string;
    readonly next: string;
  },
  view: DemoView,
): string {
  const seen = end.verification;
  const known = (n: number | undefined, format: (n: number) => string): string =>
    n === undefined ? "unknown" : format(n);
  const month = (n: number | undefined): string => known(n, (value) => usd(usdPerMonth(value)));
  const right = { align: "right" } as const;
  const figures =
    seen === undefined
      ? []
      : [
          table(
            [
              { title: "" },
              { title: "before", ...right },
              { title: "forecast", ...right },
              { title: "after", ...right },
            ],
            [
              [
                "nodes",
                known(seen.nodes.before, String),
                known(seen.nodes.forecast, String),
                known(seen.nodes.now, String),
              ],
              [
                "machines, USD/month",
                month(seen.usdPerHour.before),
                month(seen.usdPerHour.forecast),
                month(seen.usdPerHour.now),
              ],
              ["pods evicted", "", "", String(seen.evictions)],
              ["minutes", "", "", known(seen.minutes, String)],
            ],
            { indent: "  ", columns: view.columns },
          ),
          "",
        ];
  return `${[
    painted(end.verdict, "bold", view.isColour),
    ...figures,
    `report: ${end.report}   open it in a browser`,
    `next: ${end.next}   reads only, changes nothing`,
  ].join("\n")}\n`;
}

function rolledBackText(end: Extract<Chapter, { readonly kind: "rollback" }>["end"]): string {
  const left = end.left.map((one) => one.reason).join("; ");
  return `  ${count(end.undone, "step")} undone, newest first; ${left === "" ? "nothing was left" : `left: ${left}`}`;
}

function undoneText(chapter: Extract<Chapter, { readonly kind: "undo" }>): string {
  const same = "account and cluster are as they were found: every role, tag, queue, size and replica";
  return `  ${count(chapter.steps, "step")} undone\n  ${chapter.isAsBefore ? same : "something is not as it was found"}`;
}

function readText(chapter: Extract<Chapter, { readonly kind: "read" }>): string {
  const { objects, clusterName, kubernetesVersion, account, gaps } = chapter.snapshot;
  const { autoscalers, nodeGroups } = chapter.discovery;
  const lines = [
    `${clusterName ?? "a cluster"}   eks ${kubernetesVersion ?? "?"}   ${account?.region ?? "?"}`,
    `${count(objects.nodes?.length ?? 0, "node")}, ${count(objects.pods?.length ?? 0, "pod")}, ${count(nodeGroups.length, "node group")}`,
    ...autoscalers.map(
      (one) =>
        `Cluster Autoscaler ${one.version ?? "?"} in ${one.namespace}/${one.deployment}, expander ${one.expanders.join(", ")}`,
    ),
    ...(gaps.length === 0 ? [] : [`not read: ${gaps.map((gap) => gap.what).join(", ")}`]),
  ];
  return indented(lines.join("\n"));
}

function assessedText(findings: readonly Finding[]): string {
  const groups = groupBy(findings, ({ code }) => code);
  const rows = [...groups].map(([code, all]) => [
    code,
    all[0]?.severity ?? "",
    String(all.length),
    findKind(code)?.kind.title ?? "",
  ]);
  const shown = rows.slice(0, 8);
  const more = rows.length > shown.length ? [`and ${rows.length - shown.length} more kinds: in the report`] : [];
  const columns = [{ title: "" }, { title: "" }, { title: "", align: "right" } as const, { title: "" }];
  return indented([table(columns, shown), ...more, totalsText(findings)].join("\n"));
}

function translatedText(translation: Translation, view: DemoView): string {
  const note = "fields of identity, state or no consequence are not counted: dovetail translate --all shows them";
  const refused = translation.refused.map((one) => `${one.nodeGroup} was not translated: ${one.reason}`);
  return indented(
    [becomesTable(translation, { columns: view.columns - 2, isAll: false }), note, ...refused].join("\n"),
  );
}

function simulatedText(outcome: SimulationOutcome): string {
  const { today, karpenter } = outcome;
  const month = (value: number | undefined): number | undefined =>
    value === undefined ? undefined : usdPerMonth(value);
  const row = (
    title: string,
    before: number | undefined,
    after: number | undefined,
    format: (n: number) => string,
  ): string[] => {
    const text = (value: number | undefined): string => (value === undefined ? "unknown" : format(value));
    return [
      title,
      text(before),
      text(after),
      before === undefined || after === undefined ? "unknown" : change(after - before, format),
    ];
  };
  const right = { align: "right" } as const;
  const columns = [
    { title: "" },
    { title: "today", ...right },
    { title: "Karpenter", ...right },
    { title: "change", ...right },
  ];
  const rows = [
    row("nodes", today.totals.nodes, karpenter.totals.nodes, grouped),
    row("vCPU", today.totals.vcpus, karpenter.totals.vcpus, grouped),
    row(
      "machines, USD/month",
      month(today.totals.computeUsdPerHour.expected),
      month(karpenter.totals.computeUsdPerHour.expected),
      (n) => usd(n),
    ),
    row(
      "pods that fit nowhere",
      outcome.unschedulable.filter((pod) => pod.isPendingToday).length,
      outcome.unschedulable.length,
      grouped,
    ),
  ];
  const sources = outcome.prices.map(
    (source) => `${source.name} ${source.date}${source.isEstimate ? " (estimate)" : ""}`,
  );
  return indented([table(columns, rows), `prices: ${sources.join(", ")}`].join("\n"));
}

function installedText(chapter: Extract<Chapter, { readonly kind: "install" }>): string {
  const { inspection } = chapter;
  const pools = inspection.nodePools.map((pool) => `${pool.name}${pool.isHeld ? " (held)" : ""}`);
  const problem = inspection.problem === undefined ? [] : [`not ready: ${inspection.problem}`];
  return indented([`${renderTotals(chapter.plan)}`, `NodePools: ${pools.join(", ")}`, ...problem].join("\n"));
}

function canaryText(report: Extract<Chapter, { readonly kind: "canary" }>["report"]): string {
  const times = report.timings.map((one) => `${one.what} ${Math.round(one.atSeconds)} s`);
  return indented(
    `${report.hasPassed ? "passed" : "failed"}: ${report.instanceType} in ${report.zone}\n${times.join("\n")}`,
  );
}

function stoppedText({ code, message, why, hint }: Extract<Chapter, { readonly kind: "stopped" }>["fault"]): string {
  const isRefused = code === "migrate.refused";
  const from = isRefused
    ? "nothing was moved: the demo takes installation and setup back"
    : "here the demo goes back from the middle";
  const lines = [`${isRefused ? "refused" : "stopped"}: ${message}`];
  if (why !== undefined) lines.push(`  why: ${why}`);
  if (hint !== undefined) lines.push(`  fix: ${hint}`);
  return `${indented(lines.join("\n"))}\n\n  ${from}`;
}

function planText(plan: Plan): string {
  const rows = plan.stages.map((stage, i) => [String(i + 1), stage.title, count(stage.steps.length, "step")]);
  const right = { align: "right" } as const;
  return indented(table([{ title: "", ...right }, { title: "" }, { title: "", ...right }], rows));
}

function indented(text: string): string {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => (line === "" ? "" : `  ${line}`))
    .join("\n");
}
