// Mirrors config/flags/flags.go of Cluster Autoscaler 1.36.1.
import type { Container } from "../../kube/objects.ts";
import { commandWords } from "./command.ts";
import { flagFacts } from "./table.ts";

/** Every flag as given, without dashes, in order; flags that hold one value keep all texts, of which the last counts. */
export type GivenFlags = ReadonlyMap<string, readonly string[]>;

const noFlags: GivenFlags = new Map();

/**
 * The flags of a Cluster Autoscaler container as its own parser (pflag over Go's `flag`) reads them: `--flag=value`, `--flag value`, bare
 * booleans, which never take the next word, `_` for `-`, repeated flags in order, `-v4`, `-v=4` and `-v 4` for the one flag with a single
 * letter, nothing after `--`, and `$(VARIABLE)` from the container's environment. Commands wrapped in a shell are unwrapped.
 */
export function flagsOf(container: Container): GivenFlags {
  const words = commandWords(container);
  if (words.length === 0) return noFlags;
  const flags = new Map<string, string[]>();
  const give = (name: string, value: string): void => {
    const before = flags.get(name);
    if (before === undefined) flags.set(name, [value]);
    else before.push(value);
  };
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i] ?? "";
    if (word === "--") break;
    const found = longFlag(word) ?? shortFlag(word);
    if (found === undefined) continue;
    const { name, value } = found;
    if (value !== undefined) give(name, value);
    else if (takesNextWord(name, words[i + 1])) {
      i += 1;
      give(name, words[i] ?? "");
    } else give(name, "true");
  }
  return flags;
}

interface Word {
  readonly name: string;
  readonly value: string | undefined;
}

function longFlag(word: string): Word | undefined {
  const match = /^--([A-Za-z][\w.-]*)(?:=([\s\S]*))?$/.exec(word);
  if (match === null) return undefined;
  return { name: (match[1] ?? "").replaceAll("_", "-"), value: match[2] };
}

// pflag gives Go flags of one letter that letter as their shorthand: -v is the only one.
function shortFlag(word: string): Word | undefined {
  const match = /^-v(?:=?([\s\S]+))?$/.exec(word);
  return match === null ? undefined : { name: "v", value: match[1] };
}

// An unknown flag ends the real program; a word that looks like a flag is then not taken for its value.
function takesNextWord(name: string, next: string | undefined): boolean {
  if (next === undefined) return false;
  const facts = flagFacts(name);
  return facts === undefined ? !next.startsWith("-") : facts.type !== "bool";
}

/** The text that counts for a flag that holds one value: the last given. Undefined when it was not given. */
export function lastValue(flags: GivenFlags, name: string): string | undefined {
  return flags.get(name)?.at(-1);
}
