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

/** A word in the colour of its meaning; the word itself carries the meaning. */
export function painted(word: string, colour: "red" | "yellow" | "blue" | "bold", isColour: boolean): string {
  const codes = { red: "31;1", yellow: "33;1", blue: "34", bold: "1" } as const;
  return isColour ? `\u001b[${codes[colour]}m${word}\u001b[0m` : word;
}
