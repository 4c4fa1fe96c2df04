/** Something that must never happen, with when and what. Empty lists mean all is well. */
export interface Breach {
  readonly atMs: number;
  readonly what: string;
}
