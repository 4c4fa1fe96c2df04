/**
 * Letters that a terminal obeys or that reorder a line instead of being seen: C0 but tab and newline, DEL, C1, and the controls of
 * bidirectional text. A name in a dump or a server's message may hold them.
 */
// oxlint-disable-next-line no-control-regex
const unseen = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Whether a letter is one of those: tab and newline are not. */
export function isUnseen(letter: string): boolean {
  return letter.search(unseen) === 0;
}

/** A text for people in which nothing is obeyed: `\x1b`, `\u202e`. Newlines and tabs stay. */
export function visible(text: string): string {
  return text.replace(unseen, escaped);
}

/** The same on one line: newlines and tabs are shown, not made. */
export function oneLine(text: string): string {
  return visible(text)
    .replaceAll("\n", "\\n")
    .replaceAll("\t", "\\t")
    .replaceAll("\u2028", "\\u2028")
    .replaceAll("\u2029", "\\u2029");
}

function escaped(letter: string): string {
  const code = letter.charCodeAt(0);
  if (code === 0x0d) return "\\r";
  // Four digits from DEL on: in JSON, where these stand as they are, that is the same letter still.
  return code < 0x7f ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
}
