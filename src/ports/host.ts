/**
 * The one who reads our messages and answers our questions. Application code never prints or prompts by other means.
 */
export interface Host {
  /** One line of news: what was done or seen. Goes to the live view, to stderr, or to the log of a quiet run. */
  tell(line: string): void;
  /** Something the user should know although the command goes on. */
  warn(line: string): void;
  /** Opens a progress line; always end it. */
  progress(title: string, total?: number): Progress;
  /**
   * Asks for consent to a change. Answers false when declined; throws a usage `Fault` that names the flag to pass when nobody can answer.
   * `word` set: the user must type exactly that word (the cluster's name for severe steps).
   */
  confirm(question: string, options: { readonly flag: string; readonly word?: string }): Promise<boolean>;
  /** Aborts at the first Ctrl-C: finish the current step, write the journal, stop. */
  readonly interrupted: AbortSignal;
}

/** A progress line in the making. */
export interface Progress {
  update(done: number, detail?: string): void;
  end(outcome?: string): void;
}
