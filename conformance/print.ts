import { texts } from "./scheduling-areas.ts";
import { areaLabel, type Tally } from "./tally.ts";

const shownMisses = 10;
const classes = ["exact", "canonical", "set"];

/** Areas as rows, stability classes as columns, then what went wrong. */
export function printTally(tally: Tally, tookMs: number): void {
  const rows = [["area", ...classes, "all"]];
  for (const [area, counts] of [...tally.counts].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const cells = classes.map((name) => {
      const count = counts.get(name);
      return count === undefined ? "" : `${count.matched}/${count.total}`;
    });
    const all = [...counts.values()];
    const [matched, total] = [
      all.reduce((sum, one) => sum + one.matched, 0),
      all.reduce((sum, one) => sum + one.total, 0),
    ];
    rows.push([area, ...cells, `${matched}/${total}`]);
  }
  const widths = rows[0]?.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0))) ?? [];
  for (const row of rows)
    console.log(
      row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join("  "),
    );
  console.log("");
  if (tally.witnessedMatches > 0)
    console.log(
      `${tally.witnessedMatches} answers to \`set\` cases were witnessed: the real program gave them when asked again`,
    );
  if (texts.same + texts.other > 0) {
    console.log(
      `error texts word for word the same: ${texts.same} of ${texts.same + texts.other} (texts are not part of a verdict)`,
    );
    if (process.env["DOVETAIL_TEXTS"] !== undefined) console.log(texts.firstOther);
  }
  for (const { item, difference } of tally.known) console.log(`known difference: ${item.id}: ${difference}`);
  for (const { area, reason, ids } of tally.notJudged.values())
    console.log(`not judged: ${ids.length} of area ${area}: ${reason}  (${some(ids)})`);
  for (const { file, line, reason } of tally.unreadable.slice(0, shownMisses))
    console.log(`not read: ${file}${line === undefined ? "" : `:${line}`} ${reason}`);
  if (tally.unreadable.length > shownMisses)
    console.log(`… and ${tally.unreadable.length - shownMisses} more lines that could not be read; --json lists all`);
  for (const { item, difference } of tally.misses.slice(0, shownMisses))
    console.log(`\n${areaLabel(item)} ${item.id} (${item.stable}): ${difference}`);
  const rest = tally.misses.length - shownMisses;
  if (rest > 0) console.log(`\n… and ${rest} more; --json lists all`);
  console.log(`\n${Math.round(tookMs / 100) / 10} s`);
}

/** The first few names. */
function some(ids: readonly string[]): string {
  return `${ids.slice(0, 3).join(", ")}${ids.length > 3 ? ", …" : ""}`;
}

/** The same for programs; see conformance/README.md. */
export function tallyJson(tally: Tally): unknown {
  return {
    schema: "dovetail.conformance/2",
    isPassed: tally.failed + tally.unjudged === 0,
    areas: Object.fromEntries([...tally.counts].map(([area, counts]) => [area, Object.fromEntries(counts)])),
    notJudged: [...tally.notJudged.values()],
    unreadable: tally.unreadable,
    known: tally.known.map(({ item, difference }) => ({ id: item.id, reason: difference })),
    witnessed: tally.witnessedMatches,
    texts: { same: texts.same, other: texts.other },
    misses: tally.misses.map(({ item, difference }) => ({
      id: item.id,
      area: item.area,
      release: item.release,
      stable: item.stable,
      file: item.file,
      difference,
    })),
    passed: tally.passed,
    failed: tally.failed,
    unjudged: tally.unjudged,
  };
}
