/** Reserved instances of one type. */
export interface ReservedInstances {
  readonly instanceType: string;
  readonly count: number;
}

/** What an account pays otherwise than by list price: discounts and what was committed to. */
export interface Commitments {
  /** Percent off the on-demand list price on both sides. */
  readonly discountPercent?: number;
  /** USD per hour committed to by a Savings Plan: it covers on-demand use, and is paid even where a fleet leaves it unused. */
  readonly savingsPlanUsdPerHour?: number;
  /** Percent off list price that the Savings Plan's rate gives; AWS's usual rates lie between 20 and 60. */
  readonly savingsPlanDiscountPercent?: number;
  /** Reserved instances that are paid for, whether a fleet uses them or not. */
  readonly reservedInstances?: readonly ReservedInstances[];
  /** Percent off list price that reserved instances give. */
  readonly reservedDiscountPercent?: number;
}
