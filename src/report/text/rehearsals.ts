import type { Rehearsals, Spread } from "../../app/rehearse/summary.ts";
import { lengthText } from "./length.ts";
import { count, grouped, table, usd } from "./table.ts";

/** `dovetail rehearse --runs N`: what the seeds have in common and how far they lie apart. */
export function rehearsalsText(all: Rehearsals, view: { readonly again: (seed: number) => string }): string {
  const [first] = all.runs;
  if (first === undefined) return "";
  const right = { align: "right" } as const;
  const row = (
    title: string,
    [ca, karpenter]: readonly [Spread, Spread],
    format: (n: number) => string,
  ): readonly string[] => [title, ...texts(ca, format), ...texts(karpenter, format)];
  const pair = (
    of: "nodesMean" | "usd" | "pendingP95Ms" | "pendingLongestMs" | "evictions",
  ): readonly [Spread, Spread] => [all.autoscaler[of], all.karpenter[of]];
  const titles = ["CA 5 %", "half", "95 %", "Karpenter 5 %", "half", "95 %"];
  const [shown] = all.ends;
  const lines = [
    `${first.cluster}   ${lengthText(first.forMs)} in each world   ${count(all.seeds.length, "seed")} from ${all.seeds[0] ?? 0}`,
    "",
    table(
      [{ title: "of 100 runs" }, ...titles.map((title) => ({ title, ...right }))],
      [
        row("nodes, mean", pair("nodesMean"), (n) => n.toFixed(1)),
        row("cost of EC2, USD", pair("usd"), (n) => usd(n)),
        row("waiting pods, 95 in 100", pair("pendingP95Ms"), lengthText),
        row("  the longest", pair("pendingLongestMs"), lengthText),
        row("evictions", pair("evictions"), grouped),
      ],
    ),
    "",
    `migration   ${texts(all.migrationMs, lengthText).join(", ")} (5, 50, 95 in 100)`,
    ...all.ends.map(({ end, seeds }) => `  ${count(seeds.length, "run")}: ${end}, such as seed ${seeds[0] ?? 0}`),
    "",
    all.broken.length === 0
      ? "checked  nothing was broken in any run"
      : `checked  something was broken with ${all.broken.length === 1 ? "seed" : "seeds"} ${all.broken.join(", ")}`,
    `again: ${view.again(all.broken[0] ?? shown?.seeds[0] ?? 1)}`,
  ];
  return `${lines.join("\n")}\n`;
}

function texts({ p5, p50, p95 }: Spread, format: (n: number) => string): readonly string[] {
  return [p5, p50, p95].map((one) => (one === undefined ? "unknown" : format(one)));
}
