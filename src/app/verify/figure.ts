/** A figure before the migration, as forecast, and as it is. Unknown stays unknown. */
export interface Figure {
  readonly before: number | undefined;
  readonly forecast: number | undefined;
  readonly now: number | undefined;
  /** Between these it was promised to lie; left out where the forecast was one figure. */
  readonly range?: { readonly low: number; readonly high: number };
}
