import type { AddressBook } from "./launch-subnets.ts";
import type { UnavailableOfferings } from "./unavailable.ts";

/** What the provider keeps between launches. Updated by `launch`. */
export interface LaunchState {
  readonly addresses: AddressBook;
  unavailable: UnavailableOfferings;
  reservationCounts: ReadonlyMap<string, number>;
}
