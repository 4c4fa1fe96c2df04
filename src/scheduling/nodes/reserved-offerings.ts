import { requirementConflict } from "../../karpenter/requirements.ts";
import type { Bits } from "../bits.ts";
import type { RequirementSet } from "../types/requirement-table.ts";
import type { OfferingFacts } from "../types/type-facts.ts";
import type { Fit, FittingTools } from "./attempt.ts";
import type { InFlightNode } from "./in-flight-node.ts";
import type { Refusal } from "./refusal.ts";

/** What a node could be launched as, by kind of offering. */
interface Offered {
  /** Reserved offerings that can be held for the node. */
  readonly reserved: readonly OfferingFacts[];
  /** Some reservation has machines, whether or not this pass has used them up. */
  readonly hasReservable: boolean;
  /** Some reservation is healthy and has none left. */
  readonly hasFull: boolean;
  readonly hasUnreserved: boolean;
}

/**
 * Holds every reserved offering that the node might use, as far as there is any left (Karpenter's `offeringsToReserve`,
 * `scheduling/nodeclaim.go`).
 *
 * Strict mode waits where a reservation has machines but this pass has promised them: since every offering that might be used is held,
 * the next pass may find some given back. A reservation that is full is another matter from v1.15 on: pods go on without it where something
 * else is offered; where nothing is, strict mode waits and the lenient mode tries the next pool.
 */
export function withReservations(
  node: InFlightNode,
  { set, bits }: { readonly set: RequirementSet; readonly bits: Bits },
  tools: FittingTools,
): Fit | Refusal {
  if (!tools.usesReservations || !node.template.universe.hasReserved) return { set, bits, reserved: [] };
  const { reserved, hasReservable, hasFull, hasUnreserved } = offeredTo(node, { set, bits }, tools);
  const isStrict = tools.isReservedStrict;
  if (isStrict && hasReservable && reserved.length === 0) return { kind: "reserved", why: "promised" };
  if (hasFull && !hasReservable && !hasUnreserved)
    return isStrict ? { kind: "reserved", why: "full" } : { kind: "full-reservation" };
  if (isStrict && node.reserved.length > 0 && reserved.length === 0) return { kind: "reserved", why: "lost" };
  return { set, bits, reserved };
}

function offeredTo(
  node: InFlightNode,
  { set, bits }: { readonly set: RequirementSet; readonly bits: Bits },
  { behaviour, sets, reservations, credit }: FittingTools,
): Offered {
  const { universe } = node.template;
  const reserved: OfferingFacts[] = [];
  const found = { hasReservable: false, hasFull: false, hasUnreserved: false };
  for (const type of universe.typesIn(bits)) {
    for (const offering of universe.types[type]?.offerings ?? []) {
      if (!offering.available || (found.hasUnreserved && !offering.isReserved)) continue;
      if (requirementConflict(set.all, offering.requirements, sets.family.wellKnown) !== undefined) continue;
      const { isReserved, launchable, reservationId } = offering;
      if (!isReserved) found.hasUnreserved = true;
      else if (behaviour.fullReservations === "fall-back" && !launchable && reservationId !== credit)
        found.hasFull = true;
      else {
        found.hasReservable = true;
        if (reservations.canReserve(node.hostname, reservationId)) reserved.push(offering);
      }
    }
  }
  return { reserved, ...found };
}
