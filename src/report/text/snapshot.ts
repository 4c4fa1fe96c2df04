import type { SnapshotSummary } from "../../app/snapshot/snapshot.ts";
import type { Gap } from "../../snapshot/snapshot.ts";
import { count, grouped, table } from "./table.ts";

/** Gap lines shown; `--json` has all. */
const maxGaps = 12;

/** The screen of `dovetail snapshot`. */
export function renderSnapshot(summary: SnapshotSummary, view: { readonly columns: number }): string {
  const name = summary.clusterName ?? summary.source.name;
  const version = summary.kubernetesVersion === undefined ? "" : `   kubernetes ${summary.kubernetesVersion}`;
  const rows = [...Object.entries(summary.objects), ...Object.entries(summary.account)]
    .filter(([, n]) => n > 0)
    .map(([what, n]) => [spaced(what), grouped(n)]);
  const parts = [
    `${name}${version}   read ${summary.readAt.slice(0, 16).replace("T", " ")} UTC`,
    "",
    table([{ title: "" }, { title: "", align: "right" }], rows, view),
    "",
    ...gapLines(summary.gaps),
    `wrote ${summary.file}  ${sizeOf(summary.bytes)}`,
    `next: dovetail assess --from ${summary.file}`,
  ];
  return parts.join("\n");
}

/** Gaps for people: one line each, those that a source simply did not contain in one line together. */
function gapLines(gaps: readonly Gap[]): readonly string[] {
  if (gaps.length === 0) return [];
  const absent = gaps.filter((gap) => gap.reason === "not-in-source" && gap.detail.startsWith(`no ${gap.what} in`));
  const assumed = gaps.filter(({ effect }) => effect === "assumed").map(({ detail }) => `  ${detail}`);
  const others = gaps.filter((gap) => !absent.includes(gap) && gap.effect !== "assumed");
  const lines = others.slice(0, maxGaps).map((gap) => `  ${gap.what}: ${gap.detail}  (${gap.reason})`);
  if (others.length > maxGaps) lines.push(`  and ${others.length - maxGaps} more   see --json`);
  if (absent.length > 0) lines.push(`  not in the source: ${absent.map((gap) => gap.what).join(", ")}`);
  const unread = absent.length + others.length;
  const title = `${count(unread, "gap")}: what follows from these is unknown`;
  const whole = [...(unread === 0 ? [] : [title, ...lines]), ...(assumed.length === 0 ? [] : ["assumed", ...assumed])];
  return whole.length === 0 ? [] : [...whole, ""];
}

/** Bytes in the largest fitting unit. */
function sizeOf(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

// autoScalingGroups: auto scaling groups.
function spaced(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
