/** Go durations in nanoseconds (`time.ParseDuration`). */

import { trimmedEnd } from "../kube/text.ts";

const units: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};
const limit = 1n << 63n;

/** Undefined when Go would not read it: no unit, blanks, an unknown unit, beyond 64 bits. */
export function parseGoDuration(text: string): bigint | undefined {
  const [, sign = "", rest = ""] = /^([+-]?)(.*)$/s.exec(text) ?? [];
  if (rest === "0") return 0n;
  if (rest === "") return undefined;
  const part = /(\d*)(?:\.(\d*))?(ns|us|µs|μs|ms|s|m|h)/y;
  let total = 0n;
  let at = 0;
  while (at < rest.length) {
    part.lastIndex = at;
    const match = part.exec(rest);
    if (match === null) return undefined;
    const [whole, integer = "", fraction = "", unit = ""] = match;
    if (integer === "" && fraction === "") return undefined;
    const size = units[unit] ?? 0n;
    total += BigInt(integer === "" ? "0" : integer) * size;
    if (fraction !== "") total += (BigInt(fraction) * size) / 10n ** BigInt(fraction.length);
    if (total > limit) return undefined;
    at += whole.length;
  }
  if (sign === "-") return -total;
  return total === limit ? undefined : total;
}

/** A nillable duration of an API: `Never` is null, what cannot be read is undefined. */
export function parseNillableDuration(text: string): bigint | null | undefined {
  return text === "Never" ? null : parseGoDuration(text);
}

/** As Go prints it: `1h30m0s`, `100ms`. */
export function goDurationText(nanoseconds: bigint): string {
  if (nanoseconds === 0n) return "0s";
  const sign = nanoseconds < 0n ? "-" : "";
  const value = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  if (value < 1_000n) return `${sign}${value}ns`;
  if (value < 1_000_000n) return `${sign}${decimal(value, 1_000n)}µs`;
  if (value < 1_000_000_000n) return `${sign}${decimal(value, 1_000_000n)}ms`;
  const minute = 60_000_000_000n;
  const seconds = `${decimal(value % minute, 1_000_000_000n)}s`;
  const minutes = value / minute;
  if (minutes === 0n) return sign + seconds;
  return minutes < 60n ? `${sign}${minutes}m${seconds}` : `${sign}${minutes / 60n}h${minutes % 60n}m${seconds}`;
}

function decimal(value: bigint, unit: bigint): string {
  const fraction = trimmedEnd((value % unit).toString().padStart(unit.toString().length - 1, "0"), "0");
  return fraction === "" ? String(value / unit) : `${value / unit}.${fraction}`;
}
