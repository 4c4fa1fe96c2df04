/** Sorted by code unit, without repeats. */
export function unique(values: Iterable<string>): readonly string[] {
  return [...new Set(values)].sort();
}
