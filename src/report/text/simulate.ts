import type { DecidedBy, SimulationOutcome, Verdict } from "../../forecast/types.ts";
import { consolidationLines } from "./simulate-consolidation.ts";
import { type DrawView, subnetsTable, typesTable, zonesTable } from "./simulate-nodes.ts";
import { blockedLines, unschedulableLines } from "./simulate-pods.ts";
import { sidesTable } from "./simulate-sides.ts";
import { painted } from "./prose.ts";
import { count } from "./table.ts";

/** How much is shown. */
export interface SimulateView extends DrawView {
  readonly isColour?: boolean;
  /** Source options to repeat in suggested commands. */
  readonly sourceOptions: string;
  /** Options that changed the question, to repeat where the same question is asked again. */
  readonly questionOptions: string;
}

/** `dovetail simulate`: the plain answer, today beside Karpenter, what does not fit, and where the figures come from. */
export function simulateText(outcome: SimulationOutcome, view: SimulateView): string {
  const parts = [
    verdictText(outcome.verdict, outcome, view),
    sidesTable(outcome, view),
    headLines(outcome),
    typesTable(outcome, view),
    zonesTable(outcome, view),
    subnetsTable(outcome, view),
    ...unschedulableLines(outcome, view),
    ...blockedLines(outcome, view),
    ...consolidationLines(outcome, view),
    footer(outcome),
    `next: dovetail ${nextCommand(outcome, view)}`,
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

/** Which cluster, read when, and asked about what. */
export function clusterLine(outcome: SimulationOutcome): string {
  const what = outcome.scope === "pending" ? "pending pods only" : "all pods";
  const read = `read ${outcome.readAt.slice(0, 16).replace("T", " ")} UTC`;
  return [outcome.cluster ?? "a cluster of unknown name", outcome.region, read, what].join("   ");
}

/** The pools and where they come from: `general, batch  (what the node groups translate to)`. */
export function poolsText(outcome: SimulationOutcome): string {
  const sources: Readonly<Record<string, string>> = {
    translate: "what the node groups translate to",
    cluster: "those in the cluster",
  };
  const from = sources[outcome.nodePoolSource] ?? outcome.nodePoolSource;
  return `${outcome.nodePools.join(", ")}  (${from})`;
}

/** Which Karpenter decides, and how far its decisions are known where its program was never run: `1.12.2  (decided as 1.12; …)`. */
export function releaseText(by: DecidedBy): string {
  const { version, decidedAs, isCompared, behaviours, readOnly } = by;
  const isOwn = version.startsWith(`${decidedAs}.`);
  if (isCompared) return version;
  const as = isOwn ? decidedAs : `${decidedAs}, the oldest that is known`;
  return `${version}  (decided as ${as}; ${readOnly.length} of ${behaviours} behaviours known from source only)`;
}

function headLines(outcome: SimulationOutcome): string {
  const lines = [
    clusterLine(outcome),
    `NodePools  ${poolsText(outcome)}`,
    `Karpenter  ${releaseText(outcome.karpenterRelease)}`,
  ];
  for (const [i, one] of outcome.assumptions.entries()) lines.push(`${i === 0 ? "assuming" : "        "}   ${one}`);
  return lines.join("\n");
}

/** The plain answer in one sentence: the same words on every screen. */
const answers: Readonly<Record<Verdict["answer"], string>> = {
  saves: "yes: Karpenter would run these pods for less",
  "costs-more": "no: Karpenter would cost more; do not migrate for cost with these NodePools",
  "about-equal": "no saving: Karpenter would cost about the same",
  unknown: "unknown: cost cannot be compared",
  "does-not-fit": "no: not every pod would schedule; do not migrate before that is solved",
  fits: "yes: every waiting pod would get a place",
  "some-wait": "no: not every waiting pod would get a place",
  "nothing-to-place": "nothing to place",
};

/** The same of a cluster that has moved already: nothing is advised, one placement is held against another. */
const afresh: Readonly<Partial<Record<Verdict["answer"], string>>> = {
  saves: "Karpenter runs this cluster; placed afresh, its pods would cost less",
  "costs-more": "Karpenter runs this cluster; placed afresh, its pods would cost more than now",
  "about-equal": "Karpenter runs this cluster; placed afresh, its pods would cost about the same",
  "does-not-fit": "no: placed afresh, not every pod would schedule",
};

/** The plain answer of an outcome, in one sentence. */
export function answerText({ verdict, inCharge }: Pick<SimulationOutcome, "verdict" | "inCharge">): string {
  return (inCharge === "karpenter" ? afresh[verdict.answer] : undefined) ?? answers[verdict.answer];
}

function verdictText(verdict: Verdict, outcome: SimulationOutcome, view: SimulateView): string {
  const far = outcome.isComplete || verdict.answer === "unknown" ? "" : ", as far as the cluster was read";
  const plain = answerText(outcome);
  const colour = plain.startsWith("yes") ? "green" : plain.startsWith("no:") ? "red" : "yellow";
  const answer = painted(`${plain}${far}`, colour, view.isColour === true);
  const lines = [answer, ...verdict.causes.map((cause) => `  ${cause.sentence}`)];
  if (!outcome.isComplete) lines.push("  this result is not complete: what is missing stands in the notes");
  return lines.join("\n");
}

function footer(outcome: SimulationOutcome): string {
  const lines = sourceLines(outcome);
  const unread = outcome.gaps.filter(({ effect }) => effect === undefined).length;
  if (unread > 0)
    lines.push(`gaps       ${count(unread, "part")} of the cluster not read: dovetail assess --all names them`);
  return lines.join("\n");
}

/** Prices with their dates, then what the figures depend on. */
export function sourceLines({
  prices,
  approximations,
}: Pick<SimulationOutcome, "prices" | "approximations">): string[] {
  const sources = prices.map(({ name, date, isEstimate }) => `${name}, ${date}${isEstimate ? " (estimate)" : ""}`);
  const lines = sources.map((source, i) => `${i === 0 ? "prices" : "      "}     ${source}`);
  if (sources.length === 0) lines.push("prices     none at hand: --prices FILE gives some");
  return [...lines, ...approximations.map((one) => `note       ${one}`)];
}

function nextCommand(outcome: SimulationOutcome, view: SimulateView): string {
  const options = [view.sourceOptions, view.questionOptions].filter((one) => one !== "");
  const same = options.length === 0 ? "" : ` ${options.join(" ")}`;
  const [pod] = outcome.unschedulable;
  if (pod !== undefined) return `explain pod ${pod.pod}${same}`;
  // What consolidation made or filled is not what the first placing explains.
  const moves = outcome.consolidation?.moves ?? [];
  const touched = new Set(moves.flatMap(({ added, takenBy }) => [...added.map(({ name }) => name), ...takenBy]));
  const node = outcome.karpenter.nodes.find((one) => !one.isExisting && !touched.has(one.name));
  if (node !== undefined) return `explain node ${node.name}${same}`;
  return `assess${view.sourceOptions === "" ? "" : ` ${view.sourceOptions}`}`;
}
