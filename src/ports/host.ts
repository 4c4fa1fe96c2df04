import type { Question, RunEvent } from "./run-event.ts";

/**
 * The one who hears of our news and answers our questions. Application code never prints or prompts by other means, and makes no
 * sentences: news carry codes and data.
 */
export interface Host {
  tell(event: RunEvent): void;
  /**
   * Asks for consent to a change. Answers false when declined. Throws a usage `Fault` that names the flag to pass when nobody can answer,
   * `interrupted` when the answer was Ctrl-C.
   */
  confirm(question: Question): Promise<boolean>;
  /** Aborts at the first Ctrl-C: finish the current step, write the journal, stop. */
  readonly interrupted: AbortSignal;
}
