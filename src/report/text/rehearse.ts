import type { Played, RehearsedMigration, RehearsedWave, Rehearsal, LoadPlayed } from "../../app/rehearse/types.ts";
import type { Measures } from "../../twin/record/measures.ts";
import { lengthText } from "./length.ts";
import { change, count, grouped, table, usd } from "./table.ts";

/** How a rehearsal is shown. */
export interface RehearseView {
  /** Every row instead of the first ones. */
  readonly isAll: boolean;
  /** The line that gives this rehearsal again. */
  readonly again: string;
  readonly next: string;
}

const fewRows = 8;
const right = { align: "right" } as const;

/** `dovetail rehearse`: the two worlds side by side, then the way between them. */
export function rehearseText(rehearsal: Rehearsal, view: RehearseView): string {
  const { autoscaler, karpenter, migration } = rehearsal;
  const lines = [
    headText(rehearsal),
    `load     ${loadText(rehearsal.load)}`,
    `faults   ${faultTexts[rehearsal.faults]}`,
    "",
    sidesText(autoscaler.measures, karpenter?.measures),
    "",
    ...evictionLines(autoscaler, karpenter, view.isAll),
    ...migrationLines(migration, view.isAll),
    "",
    checkedText(rehearsal),
    `again: ${view.again}`,
    `next: ${view.next}`,
  ];
  return `${lines.join("\n")}\n`;
}

function headText({ cluster, kubernetesVersion, forMs, seed }: Rehearsal): string {
  return `${cluster}   Kubernetes ${kubernetesVersion}   ${lengthText(forMs)} in each world   seed ${seed}`;
}

const faultTexts = {
  none: "none: nothing fails, and no spot instance is taken back",
  default: "default: spot instances are taken back as often as EC2 publishes (5 % a month)",
  harsh:
    "harsh: 10 % of spot instances a day are taken back, zones sell nothing for half an hour, APIs throttle and conflict",
} as const;

/** What load was played, and why. */
function loadText(load: LoadPlayed): string {
  const deploys = "each workload is deployed once a day";
  switch (load.kind) {
    case "trace":
      return `${count(load.arrivals, "pod")} of ${load.name} arrive on top of what runs; ${deploys}`;
    case "swing": {
      const share = `±${Math.round(load.share * 100)} % in a day`;
      const scales = load.scales === "autoscaled" ? "HorizontalPodAutoscaler" : "workload";
      const whom =
        load.scales === "autoscaled"
          ? `within the bounds of ${count(load.scaled, scales)}`
          : `on ${count(load.scaled, scales)} as if each had a HorizontalPodAutoscaler`;
      return `swings by ${share} ${whom}; ${deploys}`;
    }
    case "steady":
      return `steady, and ${deploys} (${count(load.deploys, "workload")}); the cluster has no HorizontalPodAutoscaler that would tell more`;
  }
}

function sidesText(ca: Measures, karpenter: Measures | undefined): string {
  const row = (title: string, of: (measures: Measures) => string): readonly string[] => [
    title,
    of(ca),
    karpenter === undefined ? "not known" : of(karpenter),
  ];
  const { cost } = ca;
  const saved =
    cost.usd === undefined || karpenter?.cost.usd === undefined || cost.usd === 0
      ? ""
      : `${change(((karpenter.cost.usd - cost.usd) / cost.usd) * 100, (n) => n.toFixed(1))} %`;
  return table(
    [
      { title: "" },
      { title: "Cluster Autoscaler", ...right },
      { title: "Karpenter", ...right },
      { title: "", ...right },
    ],
    [
      row("nodes, mean", ({ nodes }) => nodes.mean.toFixed(1)),
      row("  fewest to most", ({ nodes }) => `${nodes.least} to ${nodes.most}`),
      row("  came and went", ({ nodes }) => `${nodes.came} and ${nodes.went}`),
      [...row("cost of EC2, USD", ({ cost: own }) => usd(own.usd)), saved],
      row("  USD an hour at the end", ({ cost: own }) => usd(own.usdPerHourAtEnd, 3)),
      row("pods that got a node", ({ pending }) => grouped(pending.placed)),
      row("  waited for it, half of them", ({ pending }) => lengthText(pending.p50Ms)),
      row("  95 in 100", ({ pending }) => lengthText(pending.p95Ms)),
      row("  99 in 100", ({ pending }) => lengthText(pending.p99Ms)),
      row("  the longest", ({ pending }) => lengthText(pending.longestMs)),
      row("pods without a node at the end", ({ pending }) => grouped(pending.waiting)),
      row("evictions", (one) => grouped(evictionsOf(one))),
      row("budgets with no pod to spare", ({ budgets }) =>
        grouped(budgets.filter(({ leastSlack }) => leastSlack <= 0).length),
      ),
      row(
        "workloads all in one zone",
        ({ zones }) => `${zones.inOneZoneAtStart.length}, then ${zones.inOneZoneAtEnd.length}`,
      ),
      ...zonesOf(ca, karpenter).map((zone) => row(`nodes in ${zone}, mean`, ({ zones }) => meanOf(zones, zone))),
    ],
  );
}

function zonesOf(ca: Measures, karpenter: Measures | undefined): readonly string[] {
  const zones = [...ca.zones.nodes, ...(karpenter?.zones.nodes ?? [])].map(({ zone }) => zone);
  return [...new Set(zones)].toSorted();
}

function meanOf({ nodes }: Measures["zones"], zone: string): string {
  return (nodes.find((one) => one.zone === zone)?.mean ?? 0).toFixed(1);
}

function evictionsOf({ evictions }: Measures): number {
  return evictions.reduce((sum, one) => sum + one.count, 0);
}

function evictionLines(ca: Played, karpenter: Played | undefined, isAll: boolean): readonly string[] {
  const counts = new Map<string, { kind: string; ca: number; karpenter: number }>();
  const add = (side: "ca" | "karpenter", measures: Measures | undefined): void => {
    for (const { workload, kind, count: times } of measures?.evictions ?? []) {
      const known = counts.get(workload) ?? { kind, ca: 0, karpenter: 0 };
      known[side] += times;
      counts.set(workload, known);
    }
  };
  add("ca", ca.measures);
  add("karpenter", karpenter?.measures);
  if (counts.size === 0) return [];
  const sum = (one: { readonly ca: number; readonly karpenter: number }): number => one.ca + one.karpenter;
  const sorted = [...counts].toSorted(([a, x], [b, y]) => sum(y) - sum(x) || (a < b ? -1 : 1));
  const shown = isAll ? sorted : sorted.slice(0, fewRows);
  const rows = shown.map(([name, one]) => [one.kind, name, grouped(one.ca), grouped(one.karpenter)]);
  return [
    table(
      [
        { title: "evictions of" },
        { title: "" },
        { title: "Cluster Autoscaler", ...right },
        { title: "Karpenter", ...right },
      ],
      rows,
    ),
    ...more(sorted.length - shown.length, "workload"),
    "",
  ];
}

function more(left: number, noun: string): readonly string[] {
  return left === 0 ? [] : [`and ${count(left, noun)} more (--all shows them)`];
}

function migrationLines(migration: RehearsedMigration, isAll: boolean): readonly string[] {
  const { end, waves, waits, measures } = migration;
  const before = `after ${lengthText(migration.setupMs)} of setup and ${lengthText(migration.installMs)} of install`;
  const did = `${lengthText(migration.lengthMs)}, ${count(migration.steps, "step")}, ${before}`;
  const waited = waits.filter(({ waitedMs }) => waitedMs > 0);
  const shown = isAll ? waited : waited.slice(0, 5);
  return [
    ...endLines(migration, did),
    ...(end.kind === "not-begun"
      ? []
      : [`  cost of EC2 meanwhile ${usd(measures.cost.usd)} USD, ${count(evictionsOf(measures), "eviction")}`]),
    ...(waves.length === 0 ? [] : ["", wavesText(waves)]),
    ...(shown.length === 0 ? [] : ["", "it would wait longest"]),
    ...shown.map(
      ({ what, missing, waitedMs }) => `  ${lengthText(waitedMs)}  to ${what}${missing === "" ? "" : `: ${missing}`}`,
    ),
    ...more(waited.length - shown.length, "wait"),
  ];
}

function endLines({ end }: RehearsedMigration, did: string): readonly string[] {
  switch (end.kind) {
    case "completed":
      return [`migration   gets through in ${did}`];
    case "gate-closed":
      return [
        `migration   stops at a closed gate after ${did}`,
        `  ${end.gate}`,
        ...end.reasons.map((one) => `  ${one}`),
      ];
    case "stopped":
      return [`migration   stops after ${did}`, ...faultLines(end)];
    case "not-begun":
      return ["migration   does not begin", ...faultLines(end)];
  }
}

function faultLines(end: {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}): readonly string[] {
  return [`  ${end.message} (${end.code})`, ...(end.hint === undefined ? [] : [`  fix: ${end.hint}`])];
}

function wavesText(waves: readonly RehearsedWave[]): string {
  const rows = waves.map((wave, at) => [
    `${at + 1}`,
    wave.group,
    grouped(wave.nodes),
    lengthText(wave.lengthMs),
    usd(wave.usd),
    grouped(wave.evictions),
  ]);
  return table(
    [
      { title: "wave", ...right },
      { title: "group" },
      { title: "nodes", ...right },
      { title: "length", ...right },
      { title: "USD", ...right },
      { title: "evictions", ...right },
    ],
    rows,
  );
}

function checkedText({ autoscaler, migration, karpenter }: Rehearsal): string {
  const all = [autoscaler.checked, migration.checked, ...(karpenter === undefined ? [] : [karpenter.checked])];
  const changes = all.reduce((sum, one) => sum + one.changes, 0);
  const broken = all.reduce((sum, one) => sum + one.broken, 0);
  const breaches = all.flatMap((one) => one.breaches).slice(0, 5);
  const what = "budgets held, pods left by eviction only, nodes never overfull, pods came back";
  if (broken === 0) return `checked  ${count(changes, "change")}: ${what}`;
  return [
    `checked  ${count(changes, "change")}: ${broken} times not as it must be`,
    ...breaches.map((one) => `  ${one.what}`),
  ].join("\n");
}
