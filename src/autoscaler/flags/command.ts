// Our own: the real program has no such file.
import type { Container } from "../../kube/objects.ts";

/** The words of a container's command line: variables filled in as the kubelet does, a shell around it taken off. */
export function commandWords(container: Container): readonly string[] {
  const variables = new Map(
    (container.env ?? []).flatMap((one) => (one.value === undefined ? [] : [[one.name, one.value]])),
  );
  return unwrapped([...(container.command ?? []), ...(container.args ?? [])]).map((word) =>
    word.replaceAll(/\$\(([\w.-]+)\)|\$\{(\w+)\}/g, (whole, a: string | undefined, b: string | undefined) => {
      const value = variables.get(a ?? b ?? "");
      return value === undefined || value.startsWith("<") ? whole : value;
    }),
  );
}

/** Words of `sh -c "exec ./cluster-autoscaler --v=4 …"`, up to the first pipe, redirection or further command. */
function unwrapped(words: readonly string[]): readonly string[] {
  const at = words.findIndex((word) => /^-[a-z]*c$/.test(word));
  const isShell = /(^|\/)(ba|da|a|z)?sh$/.test(words[0] ?? "");
  const script = words[at + 1];
  if (!isShell || at < 0 || script === undefined) return words;
  const pieces = shellWords(script);
  const start = pieces.findIndex(({ word }) => word.includes("cluster-autoscaler"));
  const own = pieces.slice(Math.max(0, start));
  const end = own.findIndex(
    ({ word, isPlain }, i) => i > 0 && (own[i - 1]?.isLast === true || (isPlain && /^(?:\||&&|;|\d?>|<)/.test(word))),
  );
  return own.slice(0, end < 0 ? own.length : end).map(({ word, isLast }) => (isLast ? word.slice(0, -1) : word));
}

interface ShellWord {
  word: string;
  /** Begins without a quote, so that an operator is one. */
  isPlain: boolean;
  /** Ends with a semicolon of the shell's. */
  isLast: boolean;
}

/** Words of a shell line without their quotes. */
function shellWords(script: string): readonly ShellWord[] {
  const words: ShellWord[] = [];
  let current: ShellWord | undefined;
  let quote = "";
  for (let at = 0; at < script.length; at += 1) {
    const char = script.charAt(at);
    if (quote === "" && /\s/.test(char)) {
      if (current !== undefined && (current.word !== "" || !current.isPlain)) words.push(current);
      current = undefined;
      continue;
    }
    const isMark = quote === "" ? char === '"' || char === "'" : char === quote;
    current ??= { word: "", isPlain: !isMark, isLast: false };
    current.isLast = quote === "" && char === ";";
    if (isMark) quote = quote === "" ? char : "";
    else if (char === "\\" && quote !== "'") {
      at += 1;
      // Between double quotes only these lose their backslash; a line that goes on has neither.
      const next = script.charAt(at);
      const isKept = quote === '"' && !'"\\$`\n'.includes(next);
      if (next !== "\n") current.word += isKept ? `\\${next}` : next;
    } else current.word += char;
  }
  if (current !== undefined) words.push(current);
  return words;
}
