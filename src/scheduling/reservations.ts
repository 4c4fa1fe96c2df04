import { typeFacts } from "./type-facts.ts";
import type { OfferingFacts } from "./type-facts.ts";
import type { PoolWithTypes } from "./node-pools.ts";
import type { LabelFamily } from "../karpenter/labels.ts";

/** Who holds which capacity reservation (Karpenter's `reservationmanager.go`). Every reservation a node might use is held for it. */
export class Reservations {
  readonly #left = new Map<string, number>();
  readonly #held = new Map<string, Set<string>>();

  constructor(pools: readonly PoolWithTypes[], family: LabelFamily) {
    for (const { types } of pools)
      for (const type of types) for (const offering of typeFacts(type, family).offerings) this.#track(offering);
  }

  // The same reservation may be told with different counts; the least is trusted.
  #track({ isReserved, reservationId, source }: OfferingFacts): void {
    if (!isReserved) return;
    const capacity = source.reservationCapacity ?? 0;
    const known = this.#left.get(reservationId);
    if (known === undefined || known > capacity) this.#left.set(reservationId, capacity);
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
