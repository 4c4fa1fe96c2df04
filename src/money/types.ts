/** USD per hour. `undefined` is unknown. */
export interface CostRange {
  readonly low: number | undefined;
  readonly expected: number | undefined;
  readonly high: number | undefined;
}

/** What of a node decides its price: the machine it is, and what it costs by the list. */
export interface PricedNode {
  readonly instanceType: string | undefined;
  readonly capacityType: string | undefined;
  readonly usdPerHour: CostRange;
}
