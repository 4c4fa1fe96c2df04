/** POSIX shell: how words (`shellWord`), comments and texts are written in scripts, so that nothing in them is obeyed. */
import { oneLine } from "../../kube/visible.ts";

/** A comment, on one line whatever the text holds. */
export function shellComment(text: string): string {
  return `# ${oneLine(text)}`;
}

/** A command that reads a text from a here-document, which the shell does not touch. The text ends with a newline. */
export function withInput(command: string, text: string, wish: string): string {
  const mark = markFor(text, wish);
  return `${command} <<'${mark}'\n${text}${text === "" || text.endsWith("\n") ? "" : "\n"}${mark}\n`;
}

/** A word that is no line of the text. */
function markFor(text: string, wish: string): string {
  const lines = new Set(text.split("\n"));
  for (let number = 1; ; number += 1) {
    const mark = number === 1 ? wish : `${wish}_${number}`;
    // Fewer marks can be taken than there are lines.
    if (!lines.has(mark) || number > lines.size + 1) return mark;
  }
}
