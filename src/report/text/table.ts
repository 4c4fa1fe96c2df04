import { cut, width } from "./width.ts";

/** How a column is drawn. Numbers go right. */
export interface Column {
  readonly title: string;
  readonly align?: "left" | "right";
  /** Left out where the terminal is too narrow for it; `--output wide` shows it. */
  readonly isExtra?: boolean;
  /** Never broken while another column can be: names of rows. */
  readonly isFixed?: boolean;
}

/** Where a table stands. */
export interface TableView {
  readonly indent?: string;
  /** Cells in a line of the terminal. Not set: as wide as it needs. */
  readonly columns?: number;
  /** Words that are longer than their column stay whole. */
  readonly isWhole?: boolean;
}

/**
 * Aligned columns with two spaces between them, no rules, no trailing blanks. The header is left out when every title is empty. Where the
 * terminal is too narrow, cells and titles break at words, extra columns go, and at last long words lose their middle.
 */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[], view: TableView = {}): string {
  const indent = view.indent ?? "";
  const room = (view.columns ?? Number.POSITIVE_INFINITY) - width(indent);
  const kept = columnsThatFit(columns, rows, room);
  const widths = widthsOf(kept, room, view.isWhole === true);
  const draw = (cells: readonly string[]): readonly string[] => {
    const parts = kept.map((one, i) => brokenCell(cells[i] ?? "", widths[i] ?? 0, view.isWhole === true));
    const height = Math.max(1, ...parts.map((lines) => lines.length));
    return Array.from({ length: height }, (_, at) =>
      (indent + kept.map((one, i) => pad(parts[i]?.[at] ?? "", widths[i] ?? 0, one.align)).join("  ")).trimEnd(),
    );
  };
  const lines = rows.flatMap((row) => draw(kept.map((one) => row[one.at] ?? "")));
  if (kept.some((one) => one.title !== "")) lines.unshift(...draw(kept.map((one) => one.title)));
  return lines.join("\n");
}

interface Drawn {
  readonly at: number;
  readonly title: string;
  readonly align: "left" | "right";
  /** As wide as its widest cell or title. */
  readonly natural: number;
  /** As narrow as it may become by breaking at words. */
  readonly least: number;
}

/** Text below this is no longer read: cells break no narrower. */
const leastText = 12;

function columnsThatFit(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  room: number,
): readonly Drawn[] {
  let kept = columns.map((column, at) => drawn(column, at, rows));
  while (sum(kept.map((one) => one.least)) + 2 * (kept.length - 1) > room) {
    const extra = kept.findLastIndex((one) => columns[one.at]?.isExtra === true);
    if (extra < 0) break;
    kept = kept.filter((_, i) => i !== extra);
  }
  return kept;
}

function drawn(column: Column, at: number, rows: readonly (readonly string[])[]): Drawn {
  const cells = rows.map((row) => row[at] ?? "");
  const align = column.align ?? "left";
  const title = Math.max(0, ...column.title.split(" ").map(width));
  const widest = Math.max(0, ...cells.map(width));
  const longest = Math.max(0, ...cells.flatMap((cell) => cell.split(" ").map(width)));
  const least = align === "right" || column.isFixed === true ? widest : Math.min(widest, Math.max(leastText, longest));
  return {
    at,
    title: column.title,
    align,
    natural: Math.max(width(column.title), widest),
    least: Math.max(title, least),
  };
}

/** Takes from the widest column until the line fits: first by breaking at words, then, unless words stay whole, through them. */
function widthsOf(columns: readonly Drawn[], room: number, isWhole: boolean): readonly number[] {
  const widths = columns.map((one) => one.natural);
  const over = (): number => sum(widths) + 2 * (widths.length - 1) - room;
  const shrink = (leastOf: (one: Drawn) => number): void => {
    for (let left = Math.min(over(), sum(widths)); left > 0 && over() > 0; left--) {
      let widest = -1;
      for (const [i, one] of columns.entries())
        if ((widths[i] ?? 0) > leastOf(one) && (widths[i] ?? 0) > (widths[widest] ?? -1)) widest = i;
      if (widest < 0) return;
      widths[widest] = (widths[widest] ?? 0) - 1;
    }
  };
  shrink((one) => one.least);
  if (!isWhole) shrink((one) => (one.align === "right" ? one.least : Math.min(one.least, leastText)));
  if (!isWhole) shrink((one) => (one.align === "right" ? one.least : Math.min(one.least, leastText / 2)));
  return widths;
}

function brokenCell(text: string, room: number, isWhole: boolean): readonly string[] {
  if (width(text) <= room) return [text];
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const part = isWhole ? word : cut(word, room);
    if (line !== "" && width(line) + 1 + width(part) > room) {
      lines.push(line);
      line = part;
    } else line = line === "" ? part : `${line} ${part}`;
  }
  return [...lines, line];
}

/** Count with its noun: `1 node group`, `3 node groups`. */
export function count(n: number, noun: string, plural = `${noun}s`): string {
  return `${grouped(n)} ${n === 1 ? noun : plural}`;
}

/** A whole number in digits alone, so that scripts read it as one: `1412`. */
export function grouped(n: number): string {
  return String(Math.trunc(n));
}

/** Dollars with cents; an unknown amount says so instead of showing zero. */
export function usd(amount: number | undefined, digits = 2): string {
  if (amount === undefined) return "unknown";
  const text = Math.abs(amount).toFixed(digits);
  return amount < 0 && Number(text) !== 0 ? `-${text}` : text;
}

/** Signed change, `0` for none. */
export function change(n: number, format: (value: number) => string = grouped): string {
  if (n === 0) return "0";
  return (n > 0 ? "+" : "-") + format(Math.abs(n));
}

function pad(text: string, to: number, align: "left" | "right"): string {
  const blank = " ".repeat(Math.max(0, to - width(text)));
  return align === "right" ? blank + text : text + blank;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
