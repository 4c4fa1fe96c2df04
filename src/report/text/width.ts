import stringWidth from "string-width";

// oxlint-disable-next-line no-control-regex
const plain = /^[\u0020-\u007e]*$/;

/** Cells that a text takes in a terminal: colour codes none, wide characters two. */
export function width(text: string): number {
  return plain.test(text) ? text.length : stringWidth(text);
}

/** A word of at most `room` cells: what is too long loses its middle to an ellipsis, since names differ at both ends. */
export function cut(word: string, room: number): string {
  if (width(word) <= room) return word;
  const letters = Array.from(word);
  const head = Math.max(0, Math.ceil((room - 1) / 2));
  const tail = Math.max(0, room - 1 - head);
  return `${letters.slice(0, head).join("")}…${tail === 0 ? "" : letters.slice(-tail).join("")}`;
}
