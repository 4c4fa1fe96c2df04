/** A statement of a PowerShell script: its text, its words with quotes taken off, and the variables it speaks of. */
export interface Statement {
  readonly text: string;
  /** Known variables are filled in; a pipe, a redirection or a brace ends the words. */
  readonly words: readonly string[];
  /** Without the dollar sign, in small letters: PowerShell does not tell capitals apart. */
  readonly names: readonly string[];
  /** The variable that the statement sets. */
  readonly assigned: string | undefined;
}

/**
 * Reads the statements of a PowerShell script, line by line with continued lines joined. Variables that are set once to plain text are
 * filled in where they are used, as the EKS bootstrap lines of AWS's own templates do; nothing else is run.
 */
export function readPowershell(text: string): readonly Statement[] {
  const values = new Map<string, string | undefined>();
  return logicalLines(text).map((line) => {
    const [, name, written] = /^(?:\[[\w.]+(?:\[\])?\]\s*)?\$(\w+)\s*=([^]*)$/.exec(line.trim()) ?? [];
    const assigned = name?.toLowerCase();
    const names = Array.from(line.matchAll(/\$\{?(\w+)/g), ([, one = ""]) => one.toLowerCase()).filter(
      (one) => one !== assigned,
    );
    const words = line.trimStart().startsWith("#") ? [] : wordsOf(written ?? line, values);
    // Set twice it has no one value; a command or an expression is none either.
    if (assigned !== undefined) values.set(assigned, values.has(assigned) || words.length !== 1 ? undefined : words[0]);
    return { text: line, words, names, assigned };
  });
}

// A backtick at the end of a line goes on with the next; open quotes and here-strings do too.
function logicalLines(text: string): readonly string[] {
  const lines: string[] = [];
  let open: string | undefined;
  let isHere: string | undefined;
  for (const line of text.split("\n")) {
    open = open === undefined ? line : `${open}\n${line}`;
    if (isHere !== undefined) {
      if (!line.startsWith(`${isHere}@`)) continue;
      isHere = undefined;
    } else {
      isHere = /@(["'])\s*$/.exec(line)?.[1];
      if (isHere !== undefined || line.endsWith("`") || isQuoteOpen(open)) continue;
    }
    lines.push(open);
    open = undefined;
  }
  if (open !== undefined) lines.push(open);
  return lines;
}

function isQuoteOpen(text: string): boolean {
  let quote: string | undefined;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? "";
    if (character === "`" && quote !== "'") at += 1;
    else if (quote !== undefined) quote = character === quote ? undefined : quote;
    else if (character === "#" && /^\s?$/.test(text[at - 1] ?? "")) {
      const end = text.indexOf("\n", at);
      if (end < 0) return false;
      at = end;
    } else if (character === '"' || character === "'") quote = character;
  }
  return quote !== undefined;
}

function wordsOf(line: string, values: ReadonlyMap<string, string | undefined>): readonly string[] {
  const words: string[] = [];
  let word: string | undefined;
  const filled = (text: string): string =>
    text.replaceAll(
      /\$(?:\((\$\w+)\)|\{(\w+)\}|(\w+))(?![\w:])/g,
      (whole, inner: string | undefined, braced: string | undefined, bare: string | undefined) =>
        values.get((inner?.slice(1) ?? braced ?? bare ?? "").toLowerCase()) ?? whole,
    );
  for (let at = 0; at < line.length; ) {
    const character = line[at] ?? "";
    if (character === "`" && line[at + 1] === "\n") at += 2;
    else if (/[\s,]/.test(character) || character === "&") {
      if (word !== undefined) words.push(word);
      word = undefined;
      at += 1;
    } else if (
      /[|;{}]/.test(character) ||
      (character === "#" && word === undefined) ||
      /^\d?>/.test(line.slice(at, at + 2))
    )
      break;
    else {
      const quoted = character === '"' || character === "'" ? closing(line, at) : undefined;
      const end = quoted ?? plainEnd(line, at);
      const part = quoted === undefined ? line.slice(at, end) : line.slice(at + 1, end - 1);
      word = (word ?? "") + (character === "'" ? part : filled(part).replaceAll(/`(.)/g, "$1"));
      at = end;
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}

function plainEnd(line: string, from: number): number {
  let at = from;
  while (at < line.length && !/[\s,"'|;{}]/.test(line[at] ?? ""))
    at += line[at] === "$" && line[at + 1] === "{" ? 2 : 1;
  return Math.max(at, from + 1);
}

/** Behind the closing quote of the one at this place. */
function closing(line: string, from: number): number {
  const quote = line[from];
  for (let at = from + 1; at < line.length; at += 1) {
    if (line[at] === "`" && quote === '"') at += 1;
    else if (line[at] === quote && line[at + 1] === quote) at += 1;
    else if (line[at] === quote) return at + 1;
  }
  return line.length;
}
