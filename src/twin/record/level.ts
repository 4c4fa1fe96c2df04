/** A number that stays until it changes: its mean over time, its bounds, and what it came to. */
export class Level {
  #value: number;
  #sinceMs: number;
  readonly #fromMs: number;
  #sum = 0;
  #least: number;
  #most: number;

  constructor(value: number, nowMs: number) {
    this.#value = value;
    this.#sinceMs = nowMs;
    this.#fromMs = nowMs;
    this.#least = value;
    this.#most = value;
  }

  get value(): number {
    return this.#value;
  }

  get least(): number {
    return this.#least;
  }

  get most(): number {
    return this.#most;
  }

  set(value: number, nowMs: number): void {
    this.#sum += this.#value * (nowMs - this.#sinceMs);
    this.#sinceMs = nowMs;
    this.#value = value;
    if (value < this.#least) this.#least = value;
    if (value > this.#most) this.#most = value;
  }

  add(difference: number, nowMs: number): void {
    this.set(this.#value + difference, nowMs);
  }

  /** Value times milliseconds since the beginning. */
  sumMs(nowMs: number): number {
    return this.#sum + this.#value * (nowMs - this.#sinceMs);
  }

  mean(nowMs: number): number {
    const ms = nowMs - this.#fromMs;
    return ms === 0 ? this.#value : this.sumMs(nowMs) / ms;
  }
}
