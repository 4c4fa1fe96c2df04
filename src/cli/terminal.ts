/** Standard output and error: the one way by which text leaves for people. */
import { visible } from "../kube/visible.ts";
import { ownColours } from "../report/text/prose.ts";

/** Writes results: a newline is added when missing. `isColour`: our own colours are in it and may stay. */
export function writeOut(text: string, isColour = false): void {
  process.stdout.write(asCalled(forTerminal(withEnd(text), isColour)));
}

/** Writes progress, hints, questions and errors, as they are. */
export function writeError(text: string): void {
  process.stderr.write(asCalled(forTerminal(text, false)));
}

/**
 * Commands of ours that a text tells to type, in the words by which this program was called (`kubectl dovetail`, `npm run dovetail --`).
 * Documents for programs stay as they are.
 */
export function asCalled(text: string): string {
  const called = process.env["DOVETAIL_CALLED_AS"] ?? "";
  if (called === "" || text.startsWith("{")) return text;
  return text.replaceAll(
    /(`|^ *(?:next|undo|go on|see|again): +)dovetail (?=[a-z])/gm,
    (_, before: string) => `${before}${called} `,
  );
}

/** Draws over the line where the cursor stands, on standard error. */
export function redrawLine(text: string): void {
  process.stderr.write(`\r\u001b[2K${forTerminal(text, false)}`);
}

/** The text with a newline at its end. */
export function withEnd(text: string): string {
  return text.endsWith("\n") ? text : `${text}\n`;
}

/**
 * The text without anything that a terminal would obey but our own colours. JSON stays the same document: it holds no letter of C0, and the
 * others are shown in JSON's own way.
 */
export function forTerminal(text: string, isColour: boolean): string {
  if (!isColour) return visible(text);
  return text
    .split(ownColours)
    .map((part, i) => (i % 2 === 1 ? part : visible(part)))
    .join("");
}
