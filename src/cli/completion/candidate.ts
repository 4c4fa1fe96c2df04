/** One word that may stand there. */
export interface Candidate {
  readonly word: string;
  readonly means: string;
}

/** Candidates, and what else the shell may offer, as cobra numbers it. */
export interface Offer {
  readonly candidates: readonly Candidate[];
  readonly directive: number;
}

/** What the shell does where no candidate fits. */
export const directives = { files: 0, nothingElse: 4, folders: 16 } as const;

/** Words that need no explanation. */
export function named(words: readonly string[]): Offer {
  return { candidates: words.map((word) => ({ word, means: "" })), directive: directives.nothingElse };
}
