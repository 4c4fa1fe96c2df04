/** Terraform's language: the one place that says how a value, a key and a comment are written in it. */
import { isList, isObject } from "../../kube/json.ts";
import type { Json } from "../../kube/objects.ts";
import { isUnseen, oneLine } from "../../kube/visible.ts";

/** A Terraform expression that stands where a value would; undefined leaves the value itself. */
export type Expression = (value: string, path: readonly string[]) => string | undefined;

/** One argument of a block. `value` is Terraform's language already. */
export interface Argument {
  readonly key: string;
  readonly value: string;
}

/** A JSON value in Terraform's language, formatted as `terraform fmt` does. */
export function hcl(value: Json | undefined, expression: Expression = () => undefined, indent = ""): string {
  return written(value, { expression, indent, path: [] });
}

interface Place {
  readonly expression: Expression;
  readonly indent: string;
  readonly path: readonly string[];
}

function written(value: Json | undefined, place: Place): string {
  if (value === undefined || value === null) return "null";
  if (typeof value === "string") return place.expression(value, place.path) ?? textOf(value, place.indent);
  const { indent } = place;
  const inner = `${indent}  `;
  const member = (key: string): Place => ({ ...place, indent: inner, path: [...place.path, key] });
  if (isList(value)) {
    if (value.length === 0) return "[]";
    return `[\n${value.map((item, i) => `${inner}${written(item, member(String(i)))},\n`).join("")}${indent}]`;
  }
  if (!isObject(value)) return String(value);
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  if (entries.length === 0) return "{}";
  const rows = entries.map(([key, one]) => ({ key: hclKey(key), value: written(one, member(key)) }));
  return `{\n${hclArguments(rows, inner)}${indent}}`;
}

/** Arguments one a line, their equals signs aligned as `terraform fmt` aligns those of neighbouring one-line values. */
export function hclArguments(all: readonly Argument[], indent: string): string {
  let result = "";
  let run: Argument[] = [];
  const flush = (): void => {
    const width = Math.max(0, ...run.map(({ key }) => key.length));
    for (const { key, value } of run) result += `${indent}${key.padEnd(width)} = ${value}\n`;
    run = [];
  };
  for (const one of all) {
    if (!one.value.includes("\n")) {
      run.push(one);
      continue;
    }
    flush();
    result += `${indent}${one.key} = ${one.value}\n`;
  }
  flush();
  return result;
}

/** Words that Terraform's parser takes for something else than a key of an object. */
const reserved = new Set(["for", "if", "else", "endif", "endfor", "in", "null", "true", "false"]);

/** The key of an object. */
function hclKey(key: string): string {
  return /^[A-Za-z_][A-Za-z0-9_-]*$/.test(key) && !reserved.has(key) ? key : hclString(key);
}

/**
 * A text between quotes. `${` and `%{` begin a template and are written twice over; a control letter is written by its number, because
 * HCL has no short names but for newline, return and tab.
 */
export function hclString(text: string): string {
  const inner = Array.from(text, (letter) => {
    if (letter === "\n") return "\\n";
    if (letter === "\r") return "\\r";
    if (letter === "\t") return "\\t";
    if (letter === '"' || letter === "\\") return `\\${letter}`;
    return isUnseen(letter) ? `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}` : letter;
  });
  return `"${untemplated(inner.join(""))}"`;
}

/** A comment, on one line whatever the text holds. */
export function hclComment(text: string): string {
  return `# ${oneLine(text)}`;
}

function textOf(text: string, indent: string): string {
  return hereDocument(text, indent) ?? hclString(text);
}

/**
 * Several lines as a here-document, which people can read. Undefined where one could not hold exactly this text: no newline at its end,
 * a return or another control letter, or only one line.
 *
 * `<<-` takes as much indent off every line as the least indented one has, so it is used only where some line has none of its own and no
 * line is blank but for spaces; else the plain form, whose lines begin at the margin.
 */
function hereDocument(text: string, indent: string): string | undefined {
  const lines = text.split("\n");
  if (lines.at(-1) !== "" || lines.length < 3) return undefined;
  if (Array.from(text).some(isUnseen)) return undefined;
  const body = lines.slice(0, -1);
  const mark = markFor(body);
  const isFlush = body.some((line) => /^\S/.test(line)) && body.every((line) => line === "" || line.trim() !== "");
  if (!isFlush) return `<<${mark}\n${body.map((line) => `${untemplated(line)}\n`).join("")}${mark}`;
  const inner = `${indent}  `;
  const inset = body.map((line) => (line === "" ? "" : inner + untemplated(line)));
  return `<<-${mark}\n${inset.join("\n")}\n${indent}${mark}`;
}

/** A word that no line begins with, however it is indented: a here-document ends at a line that is the word once it is trimmed. */
function markFor(lines: readonly string[]): string {
  const trimmed = lines.map((line) => line.trim());
  for (let number = 1; ; number += 1) {
    const mark = number === 1 ? "EOT" : `EOT_${number}`;
    // Fewer marks can be taken than there are lines.
    if (!trimmed.some((line) => line === mark || line.startsWith(`${mark} `)) || number > lines.length + 1) return mark;
  }
}

function untemplated(text: string): string {
  return text.replaceAll("${", () => "$${").replaceAll("%{", "%%{");
}
