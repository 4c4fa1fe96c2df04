import type { Json, JsonObject } from "../../kube/objects.ts";

/** Text in a value that stands for a Terraform expression instead of itself. */
export type Expressions = ReadonlyMap<string, string>;

/** A JSON value in Terraform's language, formatted as `terraform fmt` does. */
export function hcl(value: Json | undefined, expressions: Expressions = new Map(), indent = ""): string {
  if (value === undefined || value === null) return "null";
  if (typeof value === "string") return expressions.get(value) ?? text(value, indent);
  if (typeof value !== "object") return String(value);
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    const items = value as readonly Json[];
    if (items.length === 0) return "[]";
    return `[\n${items.map((item) => `${inner}${hcl(item, expressions, inner)},\n`).join("")}${indent}]`;
  }
  const entries = Object.entries(value as JsonObject).filter(([, member]) => member !== undefined);
  if (entries.length === 0) return "{}";
  const lines = entries.map(([key, member]) => ({ key: name(key), value: hcl(member, expressions, inner) }));
  return `{\n${aligned(lines, inner)}${indent}}`;
}

interface Line {
  readonly key: string;
  readonly value: string;
}

// `terraform fmt` aligns the equals signs of neighbouring one-line values.
function aligned(lines: readonly Line[], indent: string): string {
  let result = "";
  let run: Line[] = [];
  const flush = (): void => {
    const width = Math.max(0, ...run.map(({ key }) => key.length));
    for (const { key, value } of run) result += `${indent}${key.padEnd(width)} = ${value}\n`;
    run = [];
  };
  for (const line of lines) {
    if (!line.value.includes("\n")) {
      run.push(line);
      continue;
    }
    flush();
    result += `${indent}${line.key} = ${line.value}\n`;
  }
  flush();
  return result;
}

function name(key: string): string {
  return /^[A-Za-z_][A-Za-z0-9_-]*$/.test(key) ? key : quoted(key);
}

function text(value: string, indent: string): string {
  if (!value.endsWith("\n") || !value.slice(0, -1).includes("\n")) return quoted(value);
  const lines = value.slice(0, -1).split("\n");
  const word = lines.includes("EOT") ? "END_OF_TEXT" : "EOT";
  const inner = `${indent}  `;
  return `<<-${word}\n${lines.map((line) => (line === "" ? "" : inner + literal(line))).join("\n")}\n${indent}${word}`;
}

function quoted(value: string): string {
  return literal(JSON.stringify(value));
}

function literal(value: string): string {
  return value.replaceAll("${", () => "$${").replaceAll("%{", "%%{");
}
