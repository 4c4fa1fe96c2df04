/** A short text that is another one for every other list: kept in place of what it stands for, to tell whether that changed. */
export function textKey(parts: Iterable<string>): string {
  // Two 32-bit hashes in the manner of FNV-1a; a clash would cost no more than a look that comes five minutes late.
  let [a, b] = [0x811c9dc5, 0x9747b28c];
  for (const part of parts) {
    for (let i = 0; i <= part.length; i++) {
      // The length ends each part, so that parts cannot run into one another.
      const code = i < part.length ? part.charCodeAt(i) : 0x10000 + part.length;
      a = Math.imul(a ^ code, 0x01000193);
      b = Math.imul(b ^ code, 0x5bd1e995);
    }
  }
  return (a >>> 0).toString(16).padStart(8, "0") + (b >>> 0).toString(16).padStart(8, "0");
}
