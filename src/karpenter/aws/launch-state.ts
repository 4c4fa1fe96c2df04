import type { AddressBook } from "./launch-subnets.ts";
import { nothingUnavailable, type UnavailableOfferings } from "./unavailable.ts";

/** What the provider keeps between launches. Updated by `launch`. */
export interface LaunchState {
  readonly addresses: AddressBook;
  unavailable: UnavailableOfferings;
  reservationCounts: ReadonlyMap<string, number>;
}

/** A provider that just started. */
export function newLaunchState(): LaunchState {
  return {
    addresses: { cached: new Map(), inFlight: new Map() },
    unavailable: nothingUnavailable,
    reservationCounts: new Map(),
  };
}
