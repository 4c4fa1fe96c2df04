import type { QuantityText } from "./objects.ts";
import { trimmedEnd } from "./text.ts";

/**
 * An exact amount in nano units (10^-9), the smallest that Kubernetes can hold: `500m` is 500_000_000n. Add, subtract and compare with
 * the language's own operators.
 */
export type Quantity = bigint;

/** One whole unit: a core, a byte, a pod. */
export const unit: Quantity = 1_000_000_000n;

/** What reading a quantity gives. `reason` quotes the text. */
export type ParsedQuantity =
  | { readonly ok: true; readonly value: Quantity }
  | { readonly ok: false; readonly reason: string };

const shape = /^([+-]?)(\d*)(?:\.(\d*))?(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|[eE][+-]?\d+)?$/;
const suffixes = "n, u, m, k, M, G, T, P, E, Ki, Mi, Gi, Ti, Pi, Ei or an exponent such as e3";
const decimalExponents: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  "": 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};
const binaryShifts: Readonly<Record<string, bigint>> = { Ki: 10n, Mi: 20n, Gi: 30n, Ti: 40n, Pi: 50n, Ei: 60n };
/** Kubernetes takes any exponent; a number with more digits than this is a mistake, and would cost memory. */
const maxExponent = 1000;
const maxBinary = ((1n << 63n) - 1n) * unit;

/** Reads a quantity by Kubernetes' own grammar, the whole text or nothing. Fractions of a nano round away from zero, as there. */
export function parseQuantity(text: QuantityText): ParsedQuantity {
  const written = String(text);
  const match = shape.exec(written);
  const whole = match?.[2] ?? "";
  const fraction = match?.[3] ?? "";
  if (match === null || whole + fraction === "") return { ok: false, reason: refusalOf(written) };
  const suffix = match[4] ?? "";
  const digits = BigInt(whole + fraction);
  const shift = binaryShifts[suffix];
  let nanos: Quantity;
  if (shift === undefined) {
    const exponent = decimalExponents[suffix] ?? Number(suffix.slice(1));
    if (Math.abs(exponent) > maxExponent) return { ok: false, reason: `"${written}": the exponent is out of range` };
    nanos = scaled(digits, exponent - fraction.length + 9);
  } else {
    nanos = scaled(digits << shift, 9 - fraction.length);
    // Only binary quantities are capped (resource.ParseQuantity).
    if (nanos > maxBinary) nanos = maxBinary;
  }
  return { ok: true, value: match[1] === "-" ? -nanos : nanos };
}

/** Order of two quantities, for `toSorted`. */
export function cmp(a: Quantity, b: Quantity): -1 | 0 | 1 {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Sum of any number of quantities. */
export function add(...amounts: readonly Quantity[]): Quantity {
  return amounts.reduce((sum, amount) => sum + amount, 0n);
}

/** Thousandths, rounded away from zero: what kube-scheduler and Cluster Autoscaler count of CPU. */
export function ceilToMilli(amount: Quantity): bigint {
  return awayFromZero(amount, 1_000_000n);
}

/** Whole units, rounded away from zero: what they count of memory. */
export function ceilToUnit(amount: Quantity): bigint {
  return awayFromZero(amount, unit);
}

/** Nearest double in whole units, for shares and charts; never for comparing. */
export function toNumber(amount: Quantity): number {
  return Number(amount) / 1e9;
}

/** Plain decimal in whole units, exact: `0.1`, `1610612736`. */
export function formatDecimal(amount: Quantity): string {
  const size = amount < 0n ? -amount : amount;
  const fraction = trimmedEnd((size % unit).toString().padStart(9, "0"), "0");
  return `${amount < 0n ? "-" : ""}${size / unit}${fraction === "" ? "" : `.${fraction}`}`;
}

/**
 * Canonical text with the largest suffix that leaves a whole number, as the API server writes it: `1500m`, `1536Mi`. `binary` uses Ki and
 * up, falling back to decimal suffixes for what is no whole number of units.
 */
export function formatQuantity(amount: Quantity, base: "decimal" | "binary" = "decimal"): string {
  if (amount === 0n) return "0";
  if (base === "binary" && amount % unit === 0n) {
    const units = amount / unit;
    const found = Object.entries(binaryShifts).findLast(([, shift]) => units % (1n << shift) === 0n);
    return found === undefined ? units.toString() : `${units >> found[1]}${found[0]}`;
  }
  const found = Object.entries(decimalExponents)
    .toSorted(([, a], [, b]) => a - b)
    .findLast(([, exponent]) => amount % 10n ** BigInt(exponent + 9) === 0n);
  return found === undefined ? `${amount}n` : `${amount / 10n ** BigInt(found[1] + 9)}${found[0]}`;
}

function scaled(digits: bigint, exponent: number): bigint {
  if (exponent >= 0) return digits * 10n ** BigInt(exponent);
  return awayFromZero(digits, 10n ** BigInt(-exponent));
}

function awayFromZero(amount: bigint, step: bigint): bigint {
  const rest = amount % step;
  if (rest === 0n) return amount / step;
  return amount / step + (amount < 0n ? -1n : 1n);
}

function refusalOf(written: string): string {
  if (written === "") return "empty where a quantity is expected";
  const suffix = /^[+-]?[\d.]+(?![\d.])(.*)$/.exec(written)?.[1];
  if (suffix === undefined || suffix === "") return `"${written}" is not a quantity`;
  return `"${written}": unknown suffix "${suffix}" (known are ${suffixes})`;
}
