import type { Figure } from "../../app/verify/figure.ts";
import { usdPerMonth } from "../../money/cost.ts";
import type { Sheet } from "../sheet.ts";
import type { Verification } from "../../app/verify/verify.ts";
import { groupsLeft } from "./migrate.ts";
import { change, count, grouped, table, usd } from "./table.ts";

/** `dovetail verify`: before, forecast and fact side by side, then the answer. */
export function verifyText(
  seen: Verification,
  { words, columns }: { readonly words: string; readonly columns: number },
): string {
  const { plan } = seen;
  const right = { align: "right" } as const;
  const rows = [
    figureRow("nodes", seen, { figure: seen.nodes, format: (n) => grouped(n) }),
    figureRow("machines, USD/month", seen, { figure: perMonth(seen.usdPerHour), format: (n) => usd(n) }),
  ];
  const lines = [
    ...verdict(seen, words),
    "",
    `${plan.cluster.name}   ${plan.cluster.region}   ${endText(seen)}`,
    "",
    table(
      [
        { title: "", isFixed: true },
        { title: "before", ...right },
        { title: "forecast", ...right },
        { title: "now", ...right },
        { title: "now - before", ...right },
        { title: "" },
      ],
      rows,
      { columns },
    ),
    "",
    `nodes of Karpenter      ${count(seen.karpenterNodes, "node")} of ${seen.nodes.now ?? "?"}`,
    `evictions               ${count(seen.evictions, "pod")}${seen.minutes === undefined ? "" : ` in ${seen.minutes} min`}`,
    `pending time            ${pendingText(seen)}`,
  ];
  if (Object.keys(seen.zones).length > 0) lines.push(`zones                   ${zonesText(seen)}`);
  const sources = seen.priceSources.map(
    (source) => `${source.name} ${source.date}${source.isEstimate ? " (estimate)" : ""}`,
  );
  if (sources.length > 0) lines.push(`prices                  ${sources.join(", ")}`);
  for (const note of seen.notes) lines.push(`left as it is            ${note}`);
  if (seen.unknownPrices.length > 0) lines.push(`no price for            ${seen.unknownPrices.join(", ")}`);
  if (seen.fargateNodes > 0)
    lines.push(`Fargate                 ${count(seen.fargateNodes, "node")}, in no figure: AWS bills their pods`);
  return `${lines.join("\n")}\n`;
}

function verdict(seen: Verification, words: string): readonly string[] {
  if (seen.end === undefined) return ["the migration is unfinished", `next: dovetail status ${words}`.trimEnd()];
  if (seen.end === "rolled-back") return ["the migration was rolled back", `next: dovetail migrate ${words}`.trimEnd()];
  if (seen.wrong.length === 0) return [yes(seen), ...judged(seen)];
  const shown = seen.wrong.slice(0, 5).map((one) => `  ${one}`);
  const more = seen.wrong.length > 5 ? [`  and ${seen.wrong.length - 5} more (--json shows all)`] : [];
  return [`no: ${count(seen.wrong.length, "thing")} not as before`, ...shown, ...more, ...judged(seen)];
}

function yes({ plan }: Verification): string {
  const left = groupsLeft(plan);
  if (left.length === 0) return "yes: everything that ran before runs now, on Karpenter";
  const moved = plan.context.groups.map((group) => group.name).join(", ");
  return `yes: everything that ran before runs now, ${moved} on Karpenter; left are ${left.join(", ")}`;
}

/** Whether the forecast was right, where there was one. */
function judged({ missed }: Verification): readonly string[] {
  if (missed === undefined) return [];
  if (missed.length === 0) return ["yes: the forecast held"];
  return ["no: the forecast missed", ...missed.map((one) => `  ${one}`)];
}

/** `us-east-1a 4 of 4`, zone by zone. */
function zonesText({ zones }: Verification): string {
  return Object.entries(zones)
    .map(([zone, { now, forecast, range }]) => {
      const promised = range === undefined ? forecast : `${range.low} to ${range.high}`;
      return promised === undefined ? `${zone} ${now ?? "?"}` : `${zone} ${now ?? "?"} of ${promised}`;
    })
    .join(", ");
}

function endText({ end, minutes }: Verification): string {
  if (end === undefined) return "unfinished";
  return `${end === "completed" ? "migrated" : "rolled back"}${minutes === undefined ? "" : ` in ${minutes} min`}`;
}

function pendingText({ pending }: Verification): string {
  if (pending.pods === 0) return "no pod was born since";
  return `${count(pending.pods, "new pod")}, longest ${Math.round(pending.longestSeconds)} s, ${pending.overOneMinute} over 60 s`;
}

function figureRow(
  title: string,
  { plan }: Verification,
  { figure, format }: { readonly figure: Figure; readonly format: (n: number) => string },
): readonly string[] {
  const text = (n: number | undefined): string => (n === undefined ? "unknown" : format(n));
  const { before, forecast, now, range } = figure;
  const difference = before === undefined || now === undefined ? "unknown" : change(shown(now) - shown(before), format);
  const promised = plan.context.forecast === undefined ? "not asked" : text(forecast);
  const spread = range === undefined ? "" : `promised ${format(range.low)} to ${format(range.high)}`;
  return [title, text(before), promised, text(now), difference, spread];
}

/** As it is shown: a row must add up by eye. */
function shown(value: number): number {
  return Math.round(value * 100) / 100;
}

function perMonth(figure: Figure): Figure {
  const month = (n: number | undefined): number | undefined => (n === undefined ? undefined : usdPerMonth(n));
  const { before, forecast, now, range } = figure;
  const spread = range === undefined ? {} : { range: { low: usdPerMonth(range.low), high: usdPerMonth(range.high) } };
  return { before: month(before), forecast: month(forecast), now: month(now), ...spread };
}

/** Before, forecast and fact as rows; what is unknown is empty. */
export function verificationSheet(seen: Verification): Sheet {
  const row = (title: string, { before, forecast, now, range }: Figure): Sheet["rows"][number] =>
    [title, before, forecast, now, range?.low, range?.high].map((cell) =>
      typeof cell === "number" ? Number(cell.toFixed(2)) : cell,
    );
  const zones = Object.entries(seen.zones).map(([zone, figure]) => row(`nodes_in_${zone}`, figure));
  return {
    columns: ["figure", "before", "forecast", "now", "promised_low", "promised_high"],
    rows: [row("nodes", seen.nodes), row("machines_usd_per_month", perMonth(seen.usdPerHour)), ...zones],
  };
}
