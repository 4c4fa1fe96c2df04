/** A plan in another tool's language, with what that language cannot say, for the reader to do another way. */
export interface EmittedTemplate {
  readonly text: string;
  readonly leftOut: readonly string[];
}
