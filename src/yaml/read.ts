import { load, loadAll, YAMLException } from "js-yaml";
import type { Json } from "../kube/objects.ts";
import { kubectlSchema } from "./scalars.ts";

/** What a text holds, or where and why it cannot be read. */
export type YamlRead<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false;
      /** From 1, within the text. */
      readonly line: number;
      readonly column: number;
      readonly reason: string;
    };

/** Deeper than any object of an API server, whose own bound is 10,000 for JSON; a reader's stack ends sooner. */
const maxDepth = 500;
const maxAliases = 10_000;
/** Values that one text may come to once its aliases are followed. */
const maxValues = 5_000_000;

const options = { schema: kubectlSchema, json: true, maxDepth, maxAliases, maxTotalMergeKeys: 100_000 } as const;

/** One document, with the words and numbers of YAML 1.1, as kubectl reads it: of a key twice the last, `<<` merged, nulls left out. */
export function readYaml(text: string): YamlRead<Json> {
  return guarded(text, () => load(text.trim() === "" ? "~" : text, options), isPlain);
}

/** Every document of a text, the empty ones left out. */
export function readYamlDocuments(text: string): YamlRead<readonly Json[]> {
  const isWhole = (value: readonly unknown[]): value is readonly Json[] => value.every(isPlain);
  return guarded(text, () => loadAll(text, options).filter((one) => one !== null), isWhole);
}

/** The value of one document. Throws an `Error` that names the line of what is no YAML. */
export function parseYaml(text: string): Json {
  const read = readYaml(text);
  if (read.ok) return read.value;
  throw new Error(`${read.reason} in line ${read.line}`);
}

/** The value of one document; undefined for what is no YAML. */
export function yamlIn(text: string): Json | undefined {
  const read = readYaml(text);
  return read.ok ? read.value : undefined;
}

// The schema knows scalars, lists and maps of JSON only.
function isPlain(value: unknown): value is Json {
  return value !== undefined;
}

function guarded<R, T extends R>(text: string, parse: () => R, isWhole: (value: R) => value is T): YamlRead<T> {
  try {
    const value = parse();
    const budget = { left: text.includes("*") ? maxValues : Number.POSITIVE_INFINITY };
    dropNulls(value, budget);
    if (!isWhole(value)) throw new TooMany("it holds no value");
    return { ok: true, value };
  } catch (error) {
    if (error instanceof TooMany) return { ok: false, line: 1, column: 1, reason: error.message };
    if (error instanceof RangeError) return { ok: false, line: 1, column: 1, reason: "nested too deeply" };
    if (!(error instanceof YAMLException)) throw error;
    const { mark } = error;
    return { ok: false, line: (mark?.line ?? 0) + 1, column: (mark?.column ?? 0) + 1, reason: error.reason };
  }
}

class TooMany extends Error {}

// `labels:` with nothing behind it is null in YAML; an API server reads a null field as an absent one, and so do we.
function dropNulls(value: unknown, budget: { left: number }): void {
  budget.left -= 1;
  if (budget.left < 0) throw new TooMany(`its aliases come to more than ${maxValues} values`);
  if (Array.isArray(value)) for (const item of value) dropNulls(item, budget);
  else if (isRecord(value)) {
    for (const key of Object.keys(value)) {
      if (value[key] === null) delete value[key];
      else if (typeof value[key] === "object") dropNulls(value[key], budget);
    }
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
