import { formatDecimal, formatQuantity, parseQuantity, type Quantity, unit } from "../src/kube/quantity.ts";

/** How Go prints and rounds what the tables hold; our own program has no need to. */

/** A double as Go's fmt prints it (`%v`): the shortest digits, an exponent from six digits on and below -4. */
export function goFloatText(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  if (value === 0) return "0";
  const [mantissa = "", exponentText = "0"] = value.toExponential().split("e");
  const exponent = Number(exponentText);
  const digits = mantissa.replace(/[-.]/g, "").length;
  if (exponent >= -4 && exponent < goThreshold)
    return exponent < 0 ? value.toFixed(digits - 1 - exponent) : String(value);
  return `${mantissa}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

const goThreshold = 6;
const int64 = 1n << 63n;

/** What resource.ParseQuantity keeps of a text: a number and a power of ten, and the text itself where that is canonical already. */
interface GoQuantity {
  readonly exact: Quantity;
  readonly base: bigint;
  readonly exponent: number;
  readonly isBig: boolean;
  readonly format: "decimal" | "binary" | "exponent";
  readonly spelling: string | undefined;
}

const decimalPowers: Readonly<Record<string, number>> = {
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
const binaryPowers: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };

function goQuantity(text: string): GoQuantity | undefined {
  const parsed = parseQuantity(text);
  const [, sign = "", whole = "", fraction = "", suffix = ""] = /^([+-]?)0*(\d*)(?:\.(\d*))?(.*)$/.exec(text) ?? [];
  if (!parsed.ok) return undefined;
  const exact = parsed.value;
  if (text === "0") return { exact, base: 0n, exponent: 0, isBig: false, format: "decimal", spelling: text };
  const binary = binaryPowers[suffix];
  const isExponent = /^[eE][+-]?\d+$/.test(suffix);
  const format = binary !== undefined ? "binary" : isExponent ? "exponent" : "decimal";
  const fast = fastPath({ sign, whole: whole === "" ? "0" : whole, fraction, suffix, text }, binary, isExponent);
  if (fast !== undefined) return { exact, isBig: false, format, ...fast };
  const [base, exponent] = roundedDecimal(exact, { sign, whole, fraction, suffix }, binary, isExponent);
  const isTiny = format === "binary" && (exact < 0n ? -exact : exact) < unit;
  return { exact, base, exponent, isBig: true, format: isTiny ? "decimal" : format, spelling: undefined };
}

interface Parts {
  readonly sign: string;
  readonly whole: string;
  readonly fraction: string;
  readonly suffix: string;
  readonly text?: string;
}

// Numbers of few digits never leave 64 bits; canonical ones keep their spelling.
function fastPath(
  parts: Parts,
  binary: number | undefined,
  isExponent: boolean,
): Pick<GoQuantity, "base" | "exponent" | "spelling"> | undefined {
  const { sign, whole, fraction, suffix, text } = parts;
  const power = isExponent ? Number(suffix.slice(1)) : (decimalPowers[suffix] ?? 0);
  const digits = whole.length + fraction.length;
  const precision =
    binary === undefined ? 18 - digits : fraction === "" ? 15 - whole.length - Math.trunc((binary * 3) / 10) - 1 : -1;
  const scale = (binary === undefined ? power : 0) - fraction.length;
  if (precision < 0 || scale < -9) return undefined;
  const shifted = whole + fraction;
  const value = BigInt(shifted);
  const magnitude = binary === undefined ? value : value << BigInt(binary);
  if (magnitude >= int64) return undefined;
  const isCanonical =
    binary === undefined
      ? scale % 3 === 0 && !shifted.endsWith("000") && !shifted.startsWith("0")
      : (value & 7n) !== 0n;
  return { base: sign === "-" ? -magnitude : magnitude, exponent: scale, spelling: isCanonical ? text : undefined };
}

// The slow path keeps the digits as written, rounded up to billionths.
function roundedDecimal(
  exact: Quantity,
  { fraction, suffix }: Parts,
  binary: number | undefined,
  isExponent: boolean,
): [bigint, number] {
  const power = binary !== undefined ? 0 : isExponent ? Number(suffix.slice(1)) : (decimalPowers[suffix] ?? 0);
  const wanted = power - fraction.length;
  const isCapped = binary !== undefined && exact === (int64 - 1n) * unit;
  // Rounding always sets the scale to nine decimals.
  return exact === 0n ? [0n, wanted] : isCapped ? [int64 - 1n, 0] : [exact, -9];
}

/** The row of the table `quantity.parse`. */
export function quantityFacts(text: string): unknown {
  const parsed = goQuantity(text);
  if (parsed === undefined) return { error: true };
  const { exact, base, exponent } = parsed;
  return {
    decimal: formatDecimal(exact),
    text: parsed.spelling ?? canonicalText(parsed),
    value: String(scaledInteger(parsed, 0)),
    milli: String(scaledInteger(parsed, -3)),
    float: goFloatText(exponent === 0 ? Number(base) : Number(base) * Number(`1e${exponent}`)),
    sign: exact === 0n ? 0 : exact < 0n ? -1 : 1,
  };
}

function canonicalText({ exact, format }: GoQuantity): string {
  const size = exact < 0n ? -exact : exact;
  if (format === "binary" && size >= 1024n * unit && exact % unit === 0n) return formatQuantity(exact, "binary");
  if (format !== "exponent" || exact === 0n) return formatQuantity(exact, "decimal");
  let power = -9;
  let rest = exact;
  while (rest % 1000n === 0n) [rest, power] = [rest / 1000n, power + 3];
  return power === 0 ? String(rest) : `${rest}e${power}`;
}

/** Go's own rounding to 64-bit integers, faults included: what is too large gives 0 or wraps, and negative fractions may round up. */
function scaledInteger({ base, exponent, isBig }: GoQuantity, to: number): bigint {
  const shift = exponent - to;
  if (!isBig) {
    if (shift < 0) return awayFromZero(base, 10n ** BigInt(-shift));
    const value = base * 10n ** BigInt(shift);
    return BigInt.asIntN(64, value) === value ? value : 0n;
  }
  if (shift >= 0) return BigInt.asIntN(64, BigInt.asIntN(64, base) * 10n ** BigInt(shift));
  const divisor = 10n ** BigInt(-shift);
  const quotient = base / divisor;
  return BigInt.asIntN(64, base % divisor === 0n ? quotient : quotient + 1n);
}

function awayFromZero(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  return value % by === 0n ? quotient : quotient + (value < 0n ? -1n : 1n);
}
