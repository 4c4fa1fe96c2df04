import { parseGoDuration } from "../../kube/go-duration.ts";
import type { FlagType } from "./facts.ts";

const truths: ReadonlySet<string> = new Set(["1", "t", "T", "TRUE", "true", "True"]);
const lies: ReadonlySet<string> = new Set(["0", "f", "F", "FALSE", "false", "False"]);

/** `strconv.ParseBool`; undefined for any other word. */
function parseGoBool(text: string): boolean | undefined {
  if (truths.has(text)) return true;
  return lies.has(text) ? false : undefined;
}

/** `strconv.ParseInt(text, 0, 64)`: decimal, `0x`, `0o`, `0b`, a leading zero for octal, `_` between digits. */
function parseGoInt(text: string): number | undefined {
  const match = /^([+-]?)(0[xX][\da-fA-F_]+|0[bB][01_]+|0[oO]?[0-7_]*|[1-9][\d_]*)$/.exec(text);
  const digits = match?.[2];
  if (digits === undefined || /__|_$/.test(digits)) return undefined;
  const plain = digits.replaceAll("_", "");
  if (/^0[xXbBoO]$/.test(plain)) return undefined;
  const value = /^0[0-7]+$/.test(plain) ? Number(`0o${plain.slice(1)}`) : Number(plain);
  if (!Number.isFinite(value) || value > 2 ** 63) return undefined;
  return match?.[1] === "-" ? 0 - value : value;
}

/** `strconv.ParseFloat(text, 64)` as far as people write numbers: digits, a point, an exponent. */
function parseGoFloat(text: string): number | undefined {
  return /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/.test(text) ? Number(text) : undefined;
}

/** `time.ParseDuration` in milliseconds. */
function parseGoDurationMs(text: string): number | undefined {
  const nanoseconds = parseGoDuration(text);
  return nanoseconds === undefined ? undefined : Number(nanoseconds) / 1e6;
}

/** What a flag of the type holds after it was given this text; undefined when CA would refuse to start over it. */
export function parseFlagValue(type: FlagType, text: string): boolean | number | string | undefined {
  switch (type) {
    case "bool":
      return parseGoBool(text);
    case "int":
      return parseGoInt(text);
    case "float":
      return parseGoFloat(text);
    case "duration":
      return parseGoDurationMs(text);
    default:
      return text;
  }
}
