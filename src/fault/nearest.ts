/** The spelling that the user most likely meant: at most a third of the letters differ. Undefined when none is near. */
export function nearest(text: string, candidates: readonly string[]): string | undefined {
  const bound = Math.max(1, Math.floor(text.length / 3));
  let best: { readonly candidate: string; readonly distance: number } | undefined;
  for (const candidate of candidates) {
    const away = distance(text.toLowerCase(), candidate.toLowerCase());
    if (away <= bound && (best === undefined || away < best.distance)) best = { candidate, distance: away };
  }
  return best?.candidate ?? candidates.find((candidate) => text.length > 3 && candidate.includes(text));
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
