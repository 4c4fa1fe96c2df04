/** Where a price comes from and how old it is: printed with every sum. */
export interface PriceSource {
  readonly name: string;
  /** ISO date, or the range of a history. */
  readonly date: string;
  /** True for figures that no price list gave: modelled spot, another region's list. Shown as an estimate. */
  readonly isEstimate: boolean;
  /** What kind of estimate: another region's list, or spot as a share of the list. */
  readonly estimates?: "region" | "spot";
}

/** USD per hour. A missing entry is unknown and stays unknown to the screen. */
export interface PriceBook {
  readonly region: string;
  readonly onDemandUsdPerHour: ReadonlyMap<string, number>;
  /** By instance type, then zone name: low, usual and high of the observed history. */
  readonly spotUsdPerHour: ReadonlyMap<
    string,
    ReadonlyMap<string, { readonly low: number; readonly usual: number; readonly high: number }>
  >;
  readonly sources: readonly PriceSource[];
}
