import { cut, width } from "./width.ts";

/** How a screen is fitted into a terminal. */
export interface FitView {
  /** Cells in a line; infinite where nobody reads it in a terminal. */
  readonly columns: number;
  /** Words that are longer than a line stay whole instead of losing their middle: what `--all` promises. */
  readonly isWhole?: boolean;
}

/**
 * A screen no line of which is wider than the terminal: lines break between words and go on under their own text; a command that breaks
 * ends in a backslash, so that it still works when it is pasted.
 */
export function fitted(text: string, view: FitView): string {
  if (!Number.isFinite(view.columns)) return text;
  return text
    .split("\n")
    .flatMap((line) => (width(line) <= view.columns ? [line] : broken(line, view)))
    .join("\n");
}

/** Blanks, a list's dash, a label, or the first of several columns: what follows lines stand under the rest. */
const leads = [/^\s*(?:[-•] )?(?:[a-z][\w ]{0,18}: +)?/, /^\s*\S+(?: \S+){0,3}\s{2,}/];

function broken(line: string, view: FitView): readonly string[] {
  const room = view.columns;
  const [labelled = "", columned = ""] = leads.map((lead) => lead.exec(line)?.[0]);
  const lead = [columned, labelled].find((one) => one !== "" && width(one) <= room / 2) ?? "";
  const isCommandLine = /: +$/.test(lead);
  const words = textWords(line.slice(lead.length), isCommandLine);
  return brokenWords(lead, joinedCommands(words, room - width(lead)), view);
}

/** Breaks words into lines, the first after `lead`, the others under it. */
export function brokenWords(lead: string, words: readonly Word[], view: FitView): readonly string[] {
  const blank = " ".repeat(width(lead));
  const lines: string[] = [];
  let line = lead;
  let isFresh = true;
  for (const [i, word] of words.entries()) {
    const room = view.columns - width(blank);
    const text = view.isWhole === true ? word.text : cut(word.text, Math.max(1, room));
    const next = isFresh ? line + text : line + word.gap + text;
    // A command that may go on on the next line leaves room for its backslash.
    const slash = words[i + 1]?.isOfCommand === true ? 2 : 0;
    if (!isFresh && width(next) > view.columns - slash) {
      lines.push(word.isOfCommand ? `${line} \\` : line.trimEnd());
      line = blank + text;
    } else line = next;
    isFresh = false;
  }
  return [...lines, line.trimEnd()];
}

/** A word with the blanks before it. */
export interface Word {
  readonly text: string;
  readonly gap: string;
  /** Goes on with a command that the word before belongs to. */
  readonly isOfCommand: boolean;
}

/** The words of a text; `isCommandLine`: a command may stand at its beginning, outside of backticks. */
export function textWords(text: string, isCommandLine = false): readonly Word[] {
  let isQuoted = false;
  let isCommand = false;
  let isAfterColon = isCommandLine;
  return gapsAndWords(text).map(({ gap, word }) => {
    const isOfCommand = (isQuoted && isCommand) || (!isQuoted && isCommand && gap.length === 1);
    const opens = word.indexOf("`");
    if (!isOfCommand) isCommand = isProgram(word.slice(opens + 1)) && (opens >= 0 || isAfterColon);
    if ((word.split("`").length - 1) % 2 === 1) isQuoted = !isQuoted;
    if (opens >= 0 && !isQuoted) isCommand = false;
    isAfterColon = word.endsWith(":");
    return { text: word, gap, isOfCommand };
  });
}

function isProgram(word: string): boolean {
  return /^(dovetail|kubectl|aws|helm|eksctl|sh|npx|npm)$/.test(word);
}

/** Words, with what stands between backticks as one where it fits a line. */
export function joinedCommands(words: readonly Word[], room: number): readonly Word[] {
  const joined: Word[] = [];
  for (let i = 0; i < words.length; i++) {
    const first = words[i];
    if (first === undefined) break;
    let last = i;
    let text = first.text;
    while (ticks(text) % 2 === 1 && last + 1 < words.length) {
      last += 1;
      text += (words[last]?.gap ?? " ") + (words[last]?.text ?? "");
    }
    if (last === i || width(text) > room) {
      joined.push(first);
      continue;
    }
    joined.push({ ...first, text });
    i = last;
  }
  return joined;
}

function ticks(text: string): number {
  return text.split("`").length - 1;
}

function gapsAndWords(text: string): readonly { readonly gap: string; readonly word: string }[] {
  const found: { readonly gap: string; readonly word: string }[] = [];
  let gap = "";
  for (const piece of text.match(/ +|[^ ]+/g) ?? []) {
    if (piece.startsWith(" ")) gap = piece;
    else {
      found.push({ gap, word: piece });
      gap = "";
    }
  }
  return found;
}
