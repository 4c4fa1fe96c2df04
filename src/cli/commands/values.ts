/** Typed reads of the options that commander parsed. */
import type { MigrationOptions } from "../../migration/shift/options.ts";
import type { Identity } from "../../migration/setup/options.ts";
import type { Option } from "commander";
import { choice } from "../options.ts";
import { flagOf } from "../conflicts.ts";
import { sourceWords } from "../source-words.ts";
import { usage } from "../../fault/fault.ts";

type Given = Readonly<Record<string, unknown>>;

/** A text option; undefined when it was not given. */
export function text(given: Given, name: string): string | undefined {
  const value = given[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** A switch. */
export function flag(given: Given, name: string): boolean {
  return given[name] === true;
}

/** Comma-separated names; undefined when the option was not given. */
export function names(given: Given, name: string): readonly string[] | undefined {
  return text(given, name)
    ?.split(",")
    .map((one) => one.trim())
    .filter((one) => one !== "");
}

/** A command line to suggest, for the same cluster and journal: `dovetail install --sandbox clean`. */
export function again(given: Given, words: string): string {
  return `dovetail ${words} ${wordsOf(given)}`.trimEnd();
}

/** The options that name the cluster and the journal, to be repeated in a suggested command. */
export function wordsOf(given: Given): string {
  return sourceWords(given);
}

/**
 * `90s`, `5m` or `1h` in milliseconds; undefined when it was not given. Throws `usage.duration` for another form: a bare number says no
 * unit, and may be meant in seconds or in minutes.
 */
export function duration(given: Given, name: string): number | undefined {
  const value = text(given, name);
  if (value === undefined) return undefined;
  const [, digits = "", unit] = /^(\d{1,6})(s|m|h)?$/.exec(value.trim()) ?? [];
  if (digits !== "" && Number(digits) > 0 && unit === undefined) {
    const fix = `write it as ${digits}s, ${digits}m or ${digits}h`;
    throw usage("duration", `${flagOf(name)} ${value} has no unit`, fix);
  }
  if (digits === "" || unit === undefined || Number(digits) === 0) {
    throw usage("duration", `${flagOf(name)} ${value} is no duration`, "write it as 90s, 5m or 1h");
  }
  return Number(digits) * (unit === "h" ? 3_600_000 : unit === "m" ? 60_000 : 1_000);
}

/** A whole number of at least 1; undefined when it was not given. Throws `usage.number` for anything else. */
export function whole(given: Given, name: string): number | undefined {
  const value = text(given, name);
  if (value === undefined) return undefined;
  if (/^[1-9]\d*$/.test(value)) return Number(value);
  throw usage("number", `${flagOf(name)} ${value} is no whole number of at least 1`, `pass ${flagOf(name)} 2`);
}

/** `--seed`. Throws `usage.seed` for anything but a whole number. */
export function seedOf(value: string): number {
  if (/^\d{1,9}$/.test(value)) return Number(value);
  throw usage("seed", `--seed ${value} is no whole number`, "pass --seed 1");
}

/** `--identity`; undefined leaves the choice to what the cluster has. */
export function identityOf(given: Given): Identity | undefined {
  const value = text(given, "identity");
  return value === "irsa" || value === "pod-identity" ? value : undefined;
}

/** The option that `identityOf` reads. */
export function identityOption(byDefault: string): Option {
  return choice("--identity <kind>", `how the controller gets its credentials (default: ${byDefault})`, [
    "irsa",
    "pod-identity",
  ]);
}

/** Texts of an option that may be repeated. */
export function repeated(given: Given, name: string): readonly string[] {
  const value = given[name];
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}

/** `--keep GROUP=NUMBER`, by group. Throws `usage.keep` for another form. */
export function keepOf(texts: readonly string[]): ReadonlyMap<string, number> {
  return new Map(
    texts.map((one) => {
      const [, group, count] = /^(.+)=(\d+)$/.exec(one) ?? [];
      if (group === undefined) throw usage("keep", `--keep ${one} is not GROUP=NUMBER`, "write it as --keep system=2");
      return [group, Number(count)];
    }),
  );
}

/** What is accepted by name, with why. Throws `usage.accept` for what has another form, or no reason. */
export function acceptedOf(texts: readonly string[], reason: string | undefined): MigrationOptions["accepted"] {
  if (texts.length === 0) return [];
  if (reason === undefined || reason.trim() === "") {
    throw usage("accept", "--accept without --reason", "add --reason TEXT: the journal keeps why it was accepted");
  }
  return texts.map((one) => {
    const [, code, name] = /^(DV\d{4}|ZONES|OWNER)=(.+)$/.exec(one) ?? [];
    if (code === undefined || name === undefined) {
      const how = "write it as --accept DV1002=NAMESPACE/NAME";
      throw usage("accept", `--accept ${one} is not CODE=NAMESPACE/NAME`, how);
    }
    return { code, name, reason };
  });
}
