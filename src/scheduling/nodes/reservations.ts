// Mirrors pkg/controllers/provisioning/scheduling/reservationmanager.go of karpenter v1.14.1.
import { typeFacts } from "../types/type-facts.ts";
import type { PoolWithTypes } from "./node-pools.ts";
import type { LabelFamily } from "../../karpenter/labels.ts";

/** Who holds which capacity reservation (Karpenter's `reservationmanager.go`). Every reservation a node might use is held for it. */
export class Reservations {
  readonly #left: Map<string, number>;
  readonly #held = new Map<string, Set<string>>();

  /** `credit` names a reservation that has one machine more than it says (`ReservationManager.Credit`, v1.15). */
  constructor(capacities: ReadonlyMap<string, number>, credit?: string) {
    this.#left = new Map(capacities);
    const before = credit === undefined ? undefined : this.#left.get(credit);
    if (credit !== undefined && before !== undefined) this.#left.set(credit, before + 1);
  }

  canReserve(hostname: string, id: string): boolean {
    return this.#held.get(hostname)?.has(id) === true || (this.#left.get(id) ?? 0) !== 0;
  }

  /** Holds these and gives back what the host held besides. */
  hold(hostname: string, ids: ReadonlySet<string>): void {
    const held = this.#held.get(hostname) ?? new Set<string>();
    for (const id of ids) {
      if (held.has(id)) continue;
      held.add(id);
      this.#left.set(id, (this.#left.get(id) ?? 0) - 1);
    }
    for (const id of held) {
      if (ids.has(id)) continue;
      held.delete(id);
      this.#left.set(id, (this.#left.get(id) ?? 0) + 1);
    }
    this.#held.set(hostname, held);
  }
}

/** Machines left by reservation. The same one may be told with different counts; the least is trusted. */
export function reservedCapacities(pools: readonly PoolWithTypes[], family: LabelFamily): Map<string, number> {
  const left = new Map<string, number>();
  for (const { types } of pools) {
    for (const type of types) {
      for (const { isReserved, reservationId, source } of typeFacts(type, family).offerings) {
        if (!isReserved) continue;
        const capacity = source.reservationCapacity ?? 0;
        const known = left.get(reservationId);
        if (known === undefined || known > capacity) left.set(reservationId, capacity);
      }
    }
  }
  return left;
}
