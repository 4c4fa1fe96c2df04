/**
 * What a regular expression would do only by trying again from every place: these read a text once, however long it is and whatever it
 * holds.
 */

/** The text without any of `chars` at its end. */
export function trimmedEnd(text: string, chars: string): string {
  let end = text.length;
  while (end > 0 && chars.includes(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

/** The text without any of `chars` at either end. */
export function trimmedOf(text: string, chars: string): string {
  let start = 0;
  while (start < text.length && chars.includes(text.charAt(start))) start += 1;
  return trimmedEnd(text.slice(start), chars);
}

/** What stands before the first `mark`: the whole text where there is none. */
export function before(text: string, mark: string): string {
  const at = text.indexOf(mark);
  return at < 0 ? text : text.slice(0, at);
}

/** What stands behind the first `mark`; undefined where there is none. */
export function after(text: string, mark: string): string | undefined {
  const at = text.indexOf(mark);
  return at < 0 ? undefined : text.slice(at + mark.length);
}

/** Whether the whole text fits a pattern in which `*` stands for anything and, if `question` is asked for, `?` for one character. */
export function fitsGlob(pattern: string, text: string, options: { readonly question?: boolean } = {}): boolean {
  let [at, p] = [0, 0];
  // Where the last star stands, and how far it reaches so far: only the last one ever needs to reach further.
  let [star, reach] = [-1, 0];
  while (at < text.length) {
    const isOne = options.question === true && pattern[p] === "?";
    if (p < pattern.length && pattern[p] !== "*" && (isOne || pattern[p] === text[at])) {
      p += 1;
      at += 1;
    } else if (pattern[p] === "*") {
      star = p;
      reach = at;
      p += 1;
    } else if (star >= 0) {
      reach += 1;
      at = reach;
      p = star + 1;
    } else return false;
  }
  while (pattern[p] === "*") p += 1;
  return p === pattern.length;
}

/** A word of a POSIX shell's line that stands for exactly this text. zsh takes a word that begins with `=` for a program's path. */
export function shellWord(text: string): string {
  return /^[\w./:@+,-][\w./:@=+,-]*$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A number of 32 bits that tells texts apart and is no secret: FNV-1a over the text's code units, going on from `start`. */
export function fnv1a(text: string, start = 0x811c9dc5): number {
  let hash = start;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
