/** Breaks text into lines of at most `columns`, the first after `lead`, the others under it. Commands in backticks stay whole. */
export function wrapped(lead: string, text: string, columns: number): string {
  const blank = " ".repeat(Array.from(lead).length);
  const lines: string[] = [];
  let line = lead;
  let isFresh = true;
  for (const word of wordsOf(text)) {
    const next = isFresh ? line + word : `${line} ${word}`;
    if (!isFresh && Array.from(next).length > columns) {
      lines.push(line.trimEnd());
      line = blank + word;
    } else line = next;
    isFresh = false;
  }
  return [...lines, line.trimEnd()].join("\n");
}

/** Words, with what stands between backticks as one. */
function wordsOf(text: string): readonly string[] {
  return text.match(/(`[^`]*`|[^\s`])+/g) ?? [];
}

const codes = { red: "31;1", yellow: "33;1", blue: "34", bold: "1" } as const;

/** The colours that `painted` makes, to tell them from what a name or a message may hold; in a group, so that `split` keeps them. */
// oxlint-disable-next-line no-control-regex
export const ownColours = /(\u001b\[(?:0|1|31;1|33;1|34)m)/;

/** A word in the colour of its meaning; the word itself carries the meaning. */
export function painted(word: string, colour: keyof typeof codes, isColour: boolean): string {
  return isColour ? `\u001b[${codes[colour]}m${word}\u001b[0m` : word;
}
