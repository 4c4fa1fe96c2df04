import { brokenWords, joinedCommands, textWords } from "./fit.ts";
import { width } from "./width.ts";

/**
 * Breaks text into lines of at most `columns`, the first after `lead`, the others under it. Commands in backticks stay whole where a line
 * holds them.
 */
export function wrapped(lead: string, text: string, columns: number): string {
  const room = columns - width(lead);
  const words = joinedCommands(textWords(text), room);
  return brokenWords(lead, words, { columns, isWhole: true }).join("\n");
}

/** The colours that `painted` makes, to tell them from what a name or a message may hold; in a group, so that `split` keeps them. */
// oxlint-disable-next-line no-control-regex
export const ownColours = /(\u001b\[(?:0|1|31;1|32|33;1|34)m)/;

/** A word in the colour of its meaning; the word itself carries the meaning. */
export function painted(word: string, colour: keyof typeof codes | "plain", isColour: boolean): string {
  return isColour && colour !== "plain" ? `\u001b[${codes[colour]}m${word}\u001b[0m` : word;
}

const codes = { red: "31;1", yellow: "33;1", blue: "34", green: "32", bold: "1" } as const;
