import { sortedEntries } from "./options.ts";

/** A value of a NodeConfig. */
export type Yaml = string | number | boolean | readonly Yaml[] | { readonly [key: string]: Yaml | undefined };

/** YAML as Go's sigs.k8s.io/yaml prints it: keys in order, lists at their key's indent, quotes only where a plain word would be misread. */
export function printYaml(value: Yaml): string {
  return blockOf(value, "").join("\n").concat("\n");
}

function blockOf(value: Yaml, indent: string): string[] {
  if (isList(value)) return value.flatMap((item) => listItem(item, indent));
  if (typeof value !== "object") return [`${indent}${scalar(value)}`];
  return sortedEntries(value).flatMap(([key, entry]) => (entry === undefined ? [] : entryOf(key, entry, indent)));
}

function entryOf(key: string, entry: Yaml, indent: string): string[] {
  const head = `${indent}${scalar(key)}:`;
  if (isList(entry)) return entry.length === 0 ? [`${head} []`] : [head, ...blockOf(entry, indent)];
  if (typeof entry === "object") {
    return Object.values(entry).every((one) => one === undefined)
      ? [`${head} {}`]
      : [head, ...blockOf(entry, `${indent}  `)];
  }
  return [`${head} ${scalar(entry)}`];
}

function listItem(item: Yaml, indent: string): string[] {
  const [first = "", ...rest] = blockOf(item, `${indent}  `);
  return [`${indent}- ${first.slice(indent.length + 2)}`, ...rest];
}

function isList(value: Yaml): value is readonly Yaml[] {
  return Array.isArray(value);
}

function scalar(value: string | number | boolean): string {
  if (typeof value !== "string") return String(value);
  if (value === "" || isMisread(value)) return JSON.stringify(value);
  return isPlain(value) ? value : `'${value.replaceAll("'", "''")}'`;
}

const words =
  /^(?:~|null|Null|NULL|y|Y|yes|Yes|YES|on|On|ON|n|N|no|No|NO|off|Off|OFF|true|True|TRUE|false|False|FALSE|<<)$/;
const numbers = [
  /^[-+]?0b[01_]+$/,
  /^[-+]?0x[0-9a-fA-F_]+$/,
  /^[-+]?0o?[0-7_]+$/,
  /^[-+]?[0-9][0-9_]*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?$/,
  /^[-+]?\.[0-9_]+(?:[eE][-+]?[0-9]+)?$/,
  /^[-+]?\.(?:inf|Inf|INF)$/,
  /^\.(?:nan|NaN|NAN)$/,
  // Base 60, of YAML 1.1.
  /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/,
];
const dates = /^\d{4}-\d{1,2}-\d{1,2}(?:[Tt ].*)?$/;

// What YAML 1.1 would read as something other than text.
function isMisread(value: string): boolean {
  return words.test(value) || numbers.some((shape) => shape.test(value)) || dates.test(value);
}

function isPlain(value: string): boolean {
  if (/^[\s]|[\s]$|[\n\r\t]|: |:$| #/.test(value)) return false;
  if (/^[,[\]{}#&*!|>'"%@`]/.test(value)) return false;
  return !/^[-?:](?:\s|$)/.test(value) && !value.startsWith("---") && !value.startsWith("...");
}
