/** Time. The real adapter waits; the sandbox's moves its virtual time and lets the simulated world act. */
export interface Clock {
  /** Milliseconds since the Unix epoch, in this world's time. */
  nowMs(): number;
  /** Resolves after that much of this world's time; rejects with the signal's reason when it aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
