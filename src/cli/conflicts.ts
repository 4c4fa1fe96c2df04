import { usage } from "../fault/fault.ts";

type Given = object;

/** Switches by the names that the parser gives them: `writePatches`, and `no-pools` for the one that takes away. */
type Pair = readonly [string, string];

/**
 * Refuses switches that cannot both be followed: dropping one of them would do what nobody asked for. Throws `usage.contradiction` then.
 */
export function refuseTogether(given: Given, pairs: readonly Pair[]): void {
  const found = pairs.find(([a, b]) => isGiven(given, a) && isGiven(given, b));
  if (found === undefined) return;
  const [a, b] = found.map(flagOf);
  throw usage("contradiction", `${a} and ${b} exclude each other`, "pass one of them");
}

/** Refuses a switch without the one that it says more about, with `usage.contradiction`. */
export function refuseAlone(given: Given, pairs: readonly Pair[]): void {
  const found = pairs.find(([one, needed]) => isGiven(given, one) && !isGiven(given, needed));
  if (found === undefined) return;
  const [one, needed] = found.map(flagOf);
  throw usage("contradiction", `${one} does nothing without ${needed}`, `add ${needed}, or leave ${one} out`);
}

/** An option's name as the user writes it. */
export function flagOf(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function isGiven(given: Given, name: string): boolean {
  const values = new Map<string, unknown>(Object.entries(given));
  if (name.startsWith("no-")) return values.get(name.slice(3)) === false;
  const value = values.get(name);
  return value !== undefined && value !== false;
}
