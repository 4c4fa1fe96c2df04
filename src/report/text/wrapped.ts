/** Text of one cell. */
export type Cell = string;

const gap = "  ";

/** Aligned columns of which the last wraps at the screen's edge, and a cell that is too wide for its column stands on a line of its own. */
export function wrapped(
  titles: readonly string[],
  rows: readonly (readonly Cell[])[],
  screen: { readonly columns: number; readonly indent: string },
): string {
  const last = titles.length - 1;
  const widths = titles.slice(0, last).map((title, i) => {
    const longest = Math.max(title.length, ...rows.map((row) => (row[i] ?? "").length));
    return i === 1 ? Math.min(longest, Math.floor(screen.columns * 0.42)) : longest;
  });
  const lines = [titles, ...rows].flatMap((row) => rowLines(row, widths, screen));
  return lines.join("\n");
}

function rowLines(
  row: readonly Cell[],
  widths: readonly number[],
  screen: { columns: number; indent: string },
): string[] {
  const lines: string[] = [];
  let line = screen.indent;
  let edge = screen.indent.length;
  for (const [i, width] of widths.entries()) {
    const cell = row[i] ?? "";
    line = line.padEnd(edge) + cell;
    edge += width + gap.length;
    if (line.length <= edge - gap.length) continue;
    lines.push(line);
    line = "";
  }
  const room = Math.max(20, screen.columns - edge);
  const [first = "", ...more] = wrap(row[widths.length] ?? "", room);
  lines.push(`${line.padEnd(edge)}${first}`.trimEnd());
  for (const next of more) lines.push(" ".repeat(edge) + next);
  return lines;
}

/** Breaks text at blanks so that no line is wider than the room, unless a word is. */
export function wrap(text: string, room: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  lines.push(line);
  return lines;
}
