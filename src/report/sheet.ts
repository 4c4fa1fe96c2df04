/** A table as data: what `--output csv` and `--output markdown` print. Numbers stay numbers; what is unknown is empty. */
export interface Sheet {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number | undefined)[])[];
}

/** Comma-separated values as RFC 4180 has them, with `\n` as the end of a line. */
export function csvText({ columns, rows }: Sheet): string {
  return [columns, ...rows].map((row) => `${row.map(csvCell).join(",")}\n`).join("");
}

// A cell that begins like a formula would be run by a spreadsheet: an apostrophe makes it text again.
function csvCell(cell: string | number | undefined): string {
  if (typeof cell === "number") return String(cell);
  const text = /^[=+\-@\t\r]/.test(cell ?? "") ? `'${cell}` : (cell ?? "");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A table for a ticket or a pull request. */
export function markdownText({ columns, rows }: Sheet): string {
  const isNumber = columns.map((_, i) => rows.length > 0 && rows.every((row) => typeof row[i] !== "string"));
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |\n`;
  return [
    line(columns.map(markdownCell)),
    line(columns.map((_, i) => (isNumber[i] === true ? "---:" : "---"))),
    ...rows.map((row) => line(row.map(markdownCell))),
  ].join("");
}

// What Markdown or HTML would take for markup is only text here.
function markdownCell(cell: string | number | undefined): string {
  return String(cell ?? "")
    .replaceAll(/[\\|<>&]/g, (sign) => `\\${sign}`)
    .replaceAll(/[\r\n]/g, " ");
}
