import type { InstanceType } from "../../karpenter/instance-type.ts";
import { toNumber, unit } from "../../kube/quantity.ts";
import { type Demand, reasonAgainst, type Shortage } from "./reasons.ts";
import type { NearestMiss } from "./types.ts";

/**
 * The type that lacks the least room, with what would have to shrink: `fits m5.large if memory is 0.3 GiB less`. `share` is what is
 * missing of what there is.
 */
export function nearestMiss(
  nodePool: string,
  types: readonly InstanceType[],
  demand: Demand,
): (NearestMiss & { readonly share: number }) | undefined {
  let best: { readonly type: string; readonly shortages: readonly Shortage[]; readonly share: number } | undefined;
  for (const type of types) {
    const shortages = reasonAgainst(type, demand)?.shortages;
    if (shortages === undefined || !shortages.every((one) => isAvoidable(one, demand))) continue;
    const share = Math.max(...shortages.map(missingShare));
    if (best === undefined || share < best.share) best = { type: type.name, shortages, share };
  }
  if (best === undefined || best.share === Number.POSITIVE_INFINITY) return undefined;
  const changes = best.shortages.map(({ resource, missing }) =>
    resource === "pods"
      ? `there are ${missing / unit} pods fewer`
      : `${resource} is ${amountText(resource, missing)} less`,
  );
  return { nodePool, sentence: `fits ${best.type} if ${changes.join(" and ")}`, share: best.share };
}

/** Where DaemonSets alone fill a type, no smaller pod would help. */
function isAvoidable({ resource, missing }: Shortage, { requests }: Demand): boolean {
  return missing < (requests.get(resource) ?? 0n);
}

function missingShare({ missing, have }: Shortage): number {
  return have === 0n ? Number.POSITIVE_INFINITY : Number(missing) / Number(have);
}

/** `0.3 GiB`, `1.25 cores`, `2`. Rounded up: less than that would not be enough. */
function amountText(resource: string, amount: bigint): string {
  const value = toNumber(amount);
  const up = (number: number, digits: number): string =>
    (Math.ceil(number * 10 ** digits) / 10 ** digits).toFixed(digits);
  if (resource === "memory" || resource === "ephemeral-storage") return `${up(value / 2 ** 30, 1)} GiB`;
  return resource === "cpu" ? `${up(value, 2)} cores` : up(value, 0);
}
