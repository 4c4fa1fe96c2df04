import type { InstanceType } from "../../karpenter/instance-type.ts";
import { toNumber } from "../../kube/quantity.ts";
import { type Demand, reasonAgainst } from "./reasons.ts";
import type { NearestMiss } from "./types.ts";

/** The type that lacks the least room, with what would have to shrink: `fits m5.large if memory is 0.3 GiB less`. */
export function nearestMiss(nodePool: string, types: readonly InstanceType[], demand: Demand): NearestMiss | undefined {
  let best:
    | { readonly type: string; readonly resource: string; readonly missing: bigint; readonly share: number }
    | undefined;
  for (const type of types) {
    const shortage = reasonAgainst(type, demand)?.shortage;
    if (shortage === undefined) continue;
    const share = shortage.have === 0n ? Number.POSITIVE_INFINITY : Number(shortage.missing) / Number(shortage.have);
    if (best === undefined || share < best.share) best = { type: type.name, ...shortage, share };
  }
  if (best === undefined || best.share === Number.POSITIVE_INFINITY) return undefined;
  const sentence = `fits ${best.type} if ${best.resource} is ${amountText(best.resource, best.missing)} less`;
  return { nodePool, sentence };
}

/** `0.3 GiB`, `1.25 cores`, `2`. Rounded up: less than that would not be enough. */
function amountText(resource: string, amount: bigint): string {
  const value = toNumber(amount);
  const up = (number: number, digits: number): string =>
    (Math.ceil(number * 10 ** digits) / 10 ** digits).toFixed(digits);
  if (resource === "memory" || resource === "ephemeral-storage") return `${up(value / 2 ** 30, 1)} GiB`;
  return resource === "cpu" ? `${up(value, 2)} cores` : up(value, 0);
}
