import { shellWord } from "../kube/text.ts";
import type { SourceOptions } from "./command.ts";

const fromEnvironment = new WeakMap<object, readonly string[]>();

/** Remembers which options the environment gave: they hold for the next command too, and need no words. */
export function rememberEnvironment(options: object, names: readonly string[]): void {
  fromEnvironment.set(options, names);
}

/** The options that name the cluster and the journal, to be repeated in a suggested command: `--from 'my dumps'`. */
export function sourceWords(options: SourceOptions): string {
  const {
    as,
    asGroup = [],
    asUid,
    cluster,
    context,
    from,
    kubeconfig,
    profile,
    region,
    sandbox,
    seed,
    state,
  } = options;
  const given = { context, kubeconfig, as, "as-uid": asUid, region, profile, cluster, from, sandbox, seed, state };
  return [...Object.entries(given), ...asGroup.map((group) => ["as-group", group] as const)]
    .filter(([name]) => !isByEnvironment(options, name))
    .flatMap(([name, value]) => (value === undefined ? [] : [`--${name} ${shellWord(value)}`]))
    .join(" ");
}

/** Commands that ask about the cluster of the command that named them. */
const reading = new Set(["assess", "explain", "report", "simulate", "snapshot", "translate", "upgrade"]);
const changing = new Set([
  "install",
  "migrate",
  "pause",
  "resume",
  "rollback",
  "setup",
  "status",
  "uninstall",
  "verify",
]);

/** Commands between backticks, completed so that they work when pasted: for the same cluster and journal. */
export function completed(text: string, options: SourceOptions): string {
  const words = sourceWords(options);
  if (words === "") return text;
  return text.replaceAll(/`dovetail ([a-z]+)((?![a-z])[^`]*)`/g, (whole, name: string, rest: string) => {
    // A file has nothing to change.
    const isMeant = reading.has(name) || (changing.has(name) && options.from === undefined);
    const isComplete = /^ DV\d/.test(rest) || /--(from|sandbox|context|help)\b/.test(rest);
    return isMeant && !isComplete ? `${whole.slice(0, -1)} ${words}\`` : whole;
  });
}

function isByEnvironment(options: object, flag: string): boolean {
  const name = flag.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return fromEnvironment.get(options)?.includes(name) === true;
}
