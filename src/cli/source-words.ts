import type { SourceOptions } from "./command.ts";

/** The options by which the source was given, to be repeated in a suggested command: `--from 'my dumps'`. */
export function sourceWords(options: SourceOptions): string {
  const { cluster, context, from, kubeconfig, profile, region, sandbox, seed } = options;
  const given = { context, kubeconfig, region, profile, cluster, from, sandbox, seed };
  return Object.entries(given)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `--${name} ${quoted(value ?? "")}`)
    .join(" ");
}

/** A word as a shell reads it back. */
export function quoted(word: string): string {
  return /^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
