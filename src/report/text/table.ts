/** How a column is drawn. Numbers go right. */
export interface Column {
  readonly title: string;
  readonly align?: "left" | "right";
}

/** Aligned columns with two spaces between them, no rules, no trailing blanks. The header is left out when every title is empty. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[], indent = ""): string {
  const widths = columns.map((column, i) => Math.max(width(column.title), ...rows.map((row) => width(row[i] ?? ""))));
  const line = (cells: readonly string[]): string =>
    (
      indent + columns.map((column, i) => pad(cells[i] ?? "", widths[i] ?? 0, column.align ?? "left")).join("  ")
    ).trimEnd();
  const lines = rows.map(line);
  if (columns.some((column) => column.title !== "")) lines.unshift(line(columns.map((column) => column.title)));
  return lines.join("\n");
}

/** Count with its noun: `1 node group`, `3 node groups`. */
export function count(n: number, noun: string, plural = `${noun}s`): string {
  return `${grouped(n)} ${n === 1 ? noun : plural}`;
}

/** Thousands apart by a space: `1 412`. */
export function grouped(n: number): string {
  return String(Math.trunc(n)).replace(/\B(?=(?:\d{3}){1,8}(?!\d))/g, " ");
}

/** Dollars with cents; an unknown amount says so instead of showing zero. */
export function usd(amount: number | undefined, digits = 2): string {
  if (amount === undefined) return "unknown";
  const [whole = "0", cents] = Math.abs(amount).toFixed(digits).split(".");
  const text = grouped(Number(whole)) + (cents === undefined ? "" : `.${cents}`);
  return amount < 0 ? `−${text}` : text;
}

/** Signed change with a real minus sign; `·` for none. */
export function change(n: number, format: (value: number) => string = grouped): string {
  if (n === 0) return "·";
  return (n > 0 ? "+" : "−") + format(Math.abs(n));
}

function pad(text: string, to: number, align: "left" | "right"): string {
  const blank = " ".repeat(Math.max(0, to - width(text)));
  return align === "right" ? blank + text : text + blank;
}

// Colour codes take no room; every symbol used in Dovetail's own text is one cell wide.
function width(text: string): number {
  // oxlint-disable-next-line no-control-regex
  return Array.from(text.replace(/\u001b\[[0-9;]*m/g, "")).length;
}
