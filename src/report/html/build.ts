import type { Recording } from "../../app/observe/frame.ts";
import { usdPerMonth } from "../../money/cost.ts";
import type { Finding } from "../../findings/finding.ts";
import { findKind } from "../../findings/registry.ts";
import type { JournalEntry } from "../../migration/journal.ts";
import { stepStateOf } from "../../migration/journal.ts";
import type { SimulationOutcome } from "../../forecast/types.ts";
import type { Verification } from "../../app/verify/verify.ts";
import type { RedactedSnapshot } from "../../snapshot/snapshot.ts";
import type { FieldFate, Translation } from "../../translation/types.ts";
import { commentsOn } from "../emit/manifests/comments.ts";
import { yamlOf } from "../emit/yaml.ts";
import { answerText } from "../text/simulate.ts";
import { change, grouped, usd } from "../text/table.ts";
import type { ReportDocument, ReportFindings, ReportManifest, ReportRow, ReportStage } from "./document.ts";
import { packingOf } from "./packing.ts";
import type { Plan } from "../../migration/plan.ts";

/** What a report may be made of: the outcomes of the commands that ran. */
export interface ReportParts {
  readonly snapshot: RedactedSnapshot;
  readonly madeAt: string;
  readonly region?: string;
  readonly findings?: readonly Finding[];
  readonly simulation?: SimulationOutcome;
  readonly translation?: Translation;
  readonly journal?: readonly JournalEntry[];
  readonly timeline?: Recording;
  readonly verification?: Verification;
  readonly next?: string;
}

/** Joins outcomes into the document that the page shows. Leaves out what was not made, never fills it in. */
export function buildReport(parts: ReportParts): ReportDocument {
  const { snapshot, simulation, verification } = parts;
  const name = snapshot.clusterName ?? snapshot.source.name;
  const region = parts.region ?? snapshot.account?.region;
  return {
    schema: "dovetail.report/1",
    title: `${name}: Cluster Autoscaler to Karpenter`,
    madeAt: parts.madeAt,
    cluster: {
      name,
      readAt: snapshot.readAt,
      source: `${snapshot.source.kind} ${snapshot.source.name}`,
      ...(snapshot.kubernetesVersion === undefined ? {} : { kubernetesVersion: snapshot.kubernetesVersion }),
      ...(region === undefined ? {} : { region }),
    },
    ...(simulation === undefined ? {} : { summary: summaryOf(simulation) }),
    ...(simulation === undefined ? {} : { packing: packingOf(snapshot, simulation) }),
    ...(parts.timeline === undefined ? {} : { timeline: parts.timeline }),
    ...(verification === undefined ? {} : { verification: verificationOf(verification) }),
    findings: groupFindings(parts.findings ?? []),
    stages: stagesOf(parts.journal ?? []),
    manifests: parts.translation === undefined ? [] : manifestsOf(parts.translation),
    caveats: [
      ...snapshot.gaps
        .filter(({ effect }) => effect === undefined)
        .map((gap) => `not read: ${gap.what} (${gap.detail})`),
      ...(simulation?.approximations ?? []),
    ],
    ...(parts.next === undefined ? {} : { next: parts.next }),
  };
}

function summaryOf(outcome: SimulationOutcome): NonNullable<ReportDocument["summary"]> {
  const { today, karpenter } = outcome;
  const range = karpenter.totals.usdPerHour;
  const cost = row("cost, USD/month", monthly(today.totals.usdPerHour.expected), monthly(range.expected), (n) =>
    usd(n),
  );
  return {
    verdict: [answerText(outcome), ...outcome.verdict.causes.map((cause) => cause.sentence)].join(". "),
    isRecommended: outcome.verdict.answer === "saves" || outcome.verdict.answer === "about-equal",
    rows: [
      row("nodes", today.totals.nodes, karpenter.totals.nodes),
      row("vCPU", today.totals.vcpus, karpenter.totals.vcpus),
      { ...cost, note: `range ${usd(monthly(range.low))} to ${usd(monthly(range.high))}` },
      row(
        "pods that fit nowhere",
        outcome.unschedulable.filter((pod) => pod.isPendingToday).length,
        outcome.unschedulable.length,
      ),
      { label: "evictions to get there", before: "", after: grouped(outcome.evictions.pods), change: "" },
    ],
    sources: outcome.prices.map((source) => `${source.name}, ${source.date}${source.isEstimate ? " (estimate)" : ""}`),
  };
}

function verificationOf(seen: Verification): NonNullable<ReportDocument["verification"]> {
  return {
    verdict: [
      seen.wrong.length === 0 ? "everything that ran before runs now" : seen.wrong.join("; "),
      ...(seen.missed === undefined
        ? []
        : [seen.missed.length === 0 ? "the forecast held" : `the forecast missed: ${seen.missed.join("; ")}`]),
    ].join(". "),
    rows: [
      row("nodes", seen.nodes.forecast, seen.nodes.now),
      row("cost, USD/month", monthly(seen.usdPerHour.forecast), monthly(seen.usdPerHour.now), (n) => usd(n)),
      { label: "evictions", before: "", after: grouped(seen.evictions), change: "" },
      { label: "longest wait of a pod", before: "", after: `${grouped(seen.pending.longestSeconds)} s`, change: "" },
    ],
  };
}

function row(
  label: string,
  before: number | undefined,
  after: number | undefined,
  format: (value: number) => string = grouped,
): ReportRow {
  const text = (value: number | undefined): string => (value === undefined ? "unknown" : format(value));
  const delta = before === undefined || after === undefined ? "unknown" : change(shown(after) - shown(before), format);
  return { label, before: text(before), after: text(after), change: delta };
}

/** As it is shown: a row must add up by eye. */
function shown(value: number): number {
  return Math.round(value * 100) / 100;
}

/** Findings by code, in the order they were given: most severe first. */
function groupFindings(findings: readonly Finding[]): readonly ReportFindings[] {
  const groups = new Map<
    string,
    ReportFindings & { readonly items: { subject: string; message: string; fix: string }[] }
  >();
  for (const finding of findings) {
    const kind = findKind(finding.code)?.kind;
    const key = `${finding.code} ${finding.severity}`;
    const group = groups.get(key) ?? {
      code: finding.code,
      severity: finding.severity,
      title: kind?.title ?? finding.code,
      why: kind?.why ?? "",
      items: [],
    };
    groups.set(key, group);
    group.items.push({ subject: finding.subject, message: finding.message, fix: finding.fix });
  }
  return [...groups.values()];
}

/** Every plan of the journal, stage by stage, with where each step stands and how long it took. */
function stagesOf(journal: readonly JournalEntry[]): readonly ReportStage[] {
  const plans = journal.flatMap((entry) => (entry.type === "planned" ? [entry.plan] : []));
  return plans.flatMap((plan) =>
    plan.stages.map((stage) => {
      const steps = stage.steps.map((step) => stepOf(step, plan, journal));
      return { title: `${plan.command}: ${stage.title}`, state: countsOf(steps.map((step) => step.state)), steps };
    }),
  );
}

/** `4 done`, `3 undone, 1 kept`: how many steps stand where. */
function countsOf(states: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const state of states) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts].map(([state, n]) => `${n} ${state}`).join(", ");
}

function stepOf(
  step: Plan["stages"][number]["steps"][number],
  plan: Plan,
  journal: readonly JournalEntry[],
): ReportStage["steps"][number] {
  const own = journal.filter((entry) => entry.planId === plan.id && "step" in entry && entry.step === step.id);
  const started = own.find((entry) => entry.type === "intent")?.at;
  const ended = own.findLast((entry) => entry.type === "done")?.at;
  const seconds =
    started === undefined || ended === undefined ? undefined : (Date.parse(ended) - Date.parse(started)) / 1000;
  return {
    title: step.title,
    state: stepStateOf(step.id, plan.id, journal),
    why: step.why,
    ...(started === undefined ? {} : { startedAt: started }),
    ...(seconds === undefined ? {} : { seconds }),
    calls: step.calls.map((call) => `${call.operation} ${JSON.stringify(call.input)}`),
  };
}

function manifestsOf(translation: Translation): readonly ReportManifest[] {
  return translation.manifests.map((manifest) => {
    const group = translation.groups.find(
      (one) => one.nodePool.metadata.name === manifest.metadata.name && manifest.kind === one.nodePool.kind,
    );
    return {
      name: `${manifest.kind}/${manifest.metadata.name}`,
      yaml: yamlOf(manifest, commentsOn(manifest, translation)),
      fates: (group?.fates ?? []).map((fate) => ({ fate: fate.fate, field: fate.field, text: fateText(fate) })),
    };
  });
}

function fateText(fate: FieldFate): string {
  if (fate.fate === "kept") return `kept as ${fate.to}`;
  return fate.fate === "changed" ? `becomes ${fate.to}: ${fate.why}` : `${fate.why}; ${fate.risk}`;
}

function monthly(usdPerHour: number | undefined): number | undefined {
  return usdPerHour === undefined ? undefined : usdPerMonth(usdPerHour);
}
