import { Environment } from "@marcbachmann/cel-js";

/** A CEL rule ready to be asked. True means the object keeps it; an evaluation error counts as broken, as the API server does. */
export type CelRule = (self: unknown, oldSelf?: unknown) => { readonly isKept: boolean; readonly error?: string };

// Kubernetes adds string functions to CEL; the rules of Karpenter use `find` besides those that the library has.
const environment = new Environment({ unlistedVariablesAreDyn: true }).registerFunction(
  "string.find(string): string",
  (text: string, pattern: string) => new RegExp(pattern).exec(text)?.[0] ?? "",
);

const compiled = new Map<string, CelRule>();

/** Compiles a rule once. */
export function celRule(source: string): CelRule {
  const known = compiled.get(source);
  if (known !== undefined) return known;
  const evaluate = environment.parse(source);
  const rule: CelRule = (self, oldSelf) => {
    try {
      return { isKept: evaluate({ self: celValue(self), oldSelf: celValue(oldSelf) }) === true };
    } catch (error) {
      return { isKept: false, error: error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error) };
    }
  };
  compiled.set(source, rule);
  return rule;
}

/** Whether the rule compares with the stored object, so that it is asked on updates only. */
export function isTransition(source: string): boolean {
  return /\boldSelf\b/.test(source);
}

// JSON numbers that are whole are integers in CEL.
function celValue(value: unknown): unknown {
  if (typeof value === "number" && Number.isInteger(value)) return BigInt(value);
  if (Array.isArray(value)) return value.map(celValue);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, celValue(inner)]));
}
