import type { RequirementSpec } from "../src/karpenter/instance-type.ts";
import type { ResourceTexts } from "../src/kube/objects.ts";
import { parseQuantity } from "../src/kube/quantity.ts";
import type { Verdict } from "./area.ts";
import { linesOfFile } from "./lines.ts";

type Plain = Readonly<Record<string, unknown>>;

/** Text with sorted keys: equal for equal values. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  return `{${entries
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, one]) => `${JSON.stringify(key)}:${canonical(one)}`)
    .join(",")}}`;
}

/** The first place where two values differ, as a path with both sides; undefined when they agree. */
export function firstDifference(got: unknown, want: unknown, path = ""): string | undefined {
  if (canonical(got) === canonical(want)) return undefined;
  if (isPlain(got) && isPlain(want)) {
    for (const key of new Set([...Object.keys(want), ...Object.keys(got)])) {
      const found = firstDifference(got[key], want[key], `${path}.${key}`);
      if (found !== undefined) return found;
    }
  }
  if (Array.isArray(got) && Array.isArray(want)) {
    for (let i = 0; i < Math.max(got.length, want.length); i += 1) {
      const found = firstDifference(got[i], want[i], `${path}[${i}]`);
      if (found !== undefined) return found;
    }
  }
  const show = (value: unknown): string => (canonical(value) ?? "nothing").slice(0, 400);
  return `${path === "" ? "answer" : path}: ours ${show(got)}, recorded ${show(want)}`;
}

export function verdict(got: unknown, want: unknown): Verdict {
  const difference = firstDifference(got, want);
  return difference === undefined ? { outcome: "match" } : { outcome: "mismatch", difference, got };
}

/** As the recordings print requirements: sorted values for In, null for DoesNotExist, an object for the rest. */
export function recordedRequirements(specs: readonly RequirementSpec[]): Plain {
  return Object.fromEntries(
    specs.map((spec) => {
      const values = [...(spec.values ?? [])].sort();
      if (spec.operator === "In" && spec.minValues === undefined) return [spec.key, values];
      if (spec.operator === "DoesNotExist") return [spec.key, null];
      return [
        spec.key,
        { operator: spec.operator, ...(values.length > 0 ? { values } : {}), minValues: spec.minValues },
      ];
    }),
  );
}

/** Quantities by value: nano units as text. */
export function amounts(texts: ResourceTexts | undefined): Plain {
  const rows = Object.entries(texts ?? {}).map(([name, text]) => {
    const parsed = parseQuantity(text);
    return [name, parsed.ok ? String(parsed.value) : `unreadable ${text}`] as const;
  });
  return Object.fromEntries(rows);
}

/** Go's shortest decimal for a double, as JavaScript parses it back. */
export function priceNumber(text: string): number {
  return Number(text);
}

const files = new Map<string, readonly Plain[]>();

/** All lines of a vector file, parsed once. */
export function linesOf(file: string): readonly Plain[] {
  let lines = files.get(file);
  if (lines === undefined) {
    // Broken lines were noted when the file was read for its cases.
    lines = Array.from(
      linesOfFile(file, () => undefined),
      ({ line }) => line,
    );
    files.set(file, lines);
  }
  return lines;
}

function isPlain(value: unknown): value is Plain {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
