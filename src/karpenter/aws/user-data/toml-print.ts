/** A TOML value. A `Map` keeps its order, as Go structs do; a plain object is printed in key order. */
export type Toml = string | number | boolean | readonly Toml[] | TomlTable;
/** A table: in the order of a `Map`, else by key. */
export type TomlTable = { readonly [key: string]: Toml | undefined } | ReadonlyMap<string, Toml | undefined>;

/** TOML as pelletier/go-toml v2 prints it: a table's values first, then its tables, a blank line between bodies. */
export function printToml(root: TomlTable): string {
  const lines: string[] = [];
  writeTable(root, [], lines);
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}

function writeTable(table: TomlTable, path: readonly string[], lines: string[]): void {
  const entries = entriesOf(table);
  for (const [key, value] of entries) {
    if (!isTable(value) && !isTableList(value)) lines.push(`${keyText(key)} = ${inline(value)}`);
  }
  for (const [key, value] of entries) {
    const at = [...path, key];
    if (isTable(value)) {
      header(`[${at.map(keyText).join(".")}]`, lines);
      writeTable(value, at, lines);
    } else if (isTableList(value)) {
      for (const item of value) {
        header(`[[${at.map(keyText).join(".")}]]`, lines);
        writeTable(item, at, lines);
      }
    }
  }
}

// Headers in a row stand together; a body is closed by a blank line.
function header(text: string, lines: string[]): void {
  const last = lines.at(-1);
  if (last !== undefined && !last.startsWith("[")) lines.push("");
  lines.push(text);
}

function entriesOf(table: TomlTable): readonly (readonly [string, Toml])[] {
  const entries = isMap(table)
    ? Array.from(table)
    : Object.entries(table).toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return entries.flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]));
}

function isMap(table: TomlTable): table is ReadonlyMap<string, Toml | undefined> {
  return table instanceof Map;
}

function isTable(value: Toml): value is TomlTable {
  return typeof value === "object" && !Array.isArray(value);
}

function isTableList(value: Toml): value is readonly TomlTable[] {
  return isTomlList(value) && value.length > 0 && value.every(isTable);
}

function inline(value: Toml): string {
  if (typeof value === "string") return textOf(value);
  if (isTomlList(value)) return `[${value.map(inline).join(", ")}]`;
  if (typeof value !== "object") return String(value);
  const pairs = entriesOf(value as TomlTable).map(([key, one]) => `${keyText(key)} = ${inline(one)}`);
  return `{${pairs.join(", ")}}`;
}

function keyText(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : textOf(key);
}

function textOf(value: string): string {
  // oxlint-disable-next-line no-control-regex
  return /['\u0000-\u001f\u007f]/.test(value) ? JSON.stringify(value) : `'${value}'`;
}

function isTomlList(value: Toml): value is readonly Toml[] {
  return Array.isArray(value);
}
