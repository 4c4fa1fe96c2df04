/**
 * Why Auto Scaling would move an instance from one zone to another if it rebalanced a group: two more in one of its zones than in another.
 * Undefined when it would do nothing. (Amazon EC2 Auto Scaling user guide, "Rebalancing activities".)
 */
export function evenOut(zones: readonly string[], instances: readonly string[]): string | undefined {
  const counts = new Map(zones.map((zone) => [zone, 0]));
  for (const zone of instances) counts.set(zone, (counts.get(zone) ?? 0) + 1);
  const sorted = [...counts].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const [most, least] = [sorted[0], sorted.at(-1)];
  if (most === undefined || least === undefined || most[1] - least[1] < 2) return undefined;
  return `${most[0]} has ${most[1]} ${most[1] === 1 ? "node" : "nodes"} and ${least[0]} has ${least[1]}`;
}
