/** A call of a program in a shell script: where it stands and its words with quotes taken off. */
export interface ShellCall {
  readonly start: number;
  readonly end: number;
  readonly words: readonly string[];
}

/** The first call of a program given by its path, over continued lines and quoted line ends. */
export function findCall(script: string, program: RegExp): ShellCall | undefined {
  const pattern = new RegExp(`^[ \\t]*(?:sudo |exec |bash |sh )*(${program.source})(?=\\s|$)`, "m");
  const match = pattern.exec(script);
  if (match === null) return undefined;
  const from = match.index + match[0].length;
  const { words, end } = readWords(script, from);
  return { start: match.index, end, words };
}

// Reads words to the end of the simple command: a line end, `;`, `&`, `|` or `>` outside quotes.
function readWords(text: string, from: number): { words: string[]; end: number } {
  const words: string[] = [];
  let word: string | undefined;
  let at = from;
  while (at < text.length) {
    const character = text[at] ?? "";
    if (character === "\\" && text[at + 1] === "\n") at += 2;
    else if (/[\n;&|>]/.test(character)) break;
    else if (/[ \t]/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
      at++;
    } else {
      const read = readPart(text, at);
      word = (word ?? "") + read.part;
      at = read.end;
    }
  }
  if (word !== undefined) words.push(word);
  // What is left on the line (a redirection, `|| exit 1`) belongs to the call.
  const lineEnd = text.indexOf("\n", at);
  return { words, end: lineEnd < 0 ? text.length : lineEnd };
}

function readPart(text: string, at: number): { part: string; end: number } {
  const character = text[at] ?? "";
  if (character === "'") return readQuoted(text, at, "'");
  if (character === '"') return readQuoted(text, at, '"');
  if (character === "\\") return { part: text[at + 1] ?? "", end: at + 2 };
  if (text.startsWith("$(", at)) {
    const end = closing(text, at + 1);
    return { part: text.slice(at, end), end };
  }
  return { part: character, end: at + 1 };
}

function readQuoted(text: string, at: number, quote: string): { part: string; end: number } {
  let part = "";
  let here = at + 1;
  while (here < text.length && text[here] !== quote) {
    if (quote === '"' && text[here] === "\\" && /["\\$`\n]/.test(text[here + 1] ?? "")) {
      if (text[here + 1] !== "\n") part += text[here + 1];
      here += 2;
    } else {
      part += text[here];
      here++;
    }
  }
  return { part, end: here + 1 };
}

function closing(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    if (text[at] === "(") depth++;
    if (text[at] === ")" && --depth === 0) return at + 1;
  }
  return text.length;
}
