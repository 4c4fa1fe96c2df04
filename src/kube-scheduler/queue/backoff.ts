import { NamedHeap } from "./heap.ts";
import { comesBefore, type QueuedPod } from "./queued-pod.ts";

/** How long pods that failed are kept back. */
export interface BackoffRules {
  readonly initialBackoffMs: number;
  /** 0: nobody is kept back. */
  readonly maxBackoffMs: number;
  /**
   * Whether an idle scheduler takes pods out of the back-off queue (SchedulerPopFromBackoffQ, kubernetes 1.33). Ends of back-off are cut
   * down to a whole second then, and within one second the order of the active queue holds.
   */
  readonly popsFromBackoff: boolean;
}

const secondMs = 1000;

/**
 * Pods that wait out their back-off (backend/queue/backoff_queue.go): those that a plugin refused, and apart from them those that failed
 * without one to blame, whom nobody takes out before their time.
 */
export class BackoffQueue {
  readonly #rules: BackoffRules;
  readonly #refused: NamedHeap<QueuedPod>;
  readonly #failed: NamedHeap<QueuedPod>;

  constructor(rules: BackoffRules) {
    this.#rules = rules;
    this.#refused = new NamedHeap((a, b) => {
      const [mine, theirs] = [this.#endOf(a), this.#endOf(b)];
      return mine === theirs ? rules.popsFromBackoff && comesBefore(a, b) : mine < theirs;
    });
    this.#failed = new NamedHeap((a, b) => this.#endOf(a) < this.#endOf(b));
  }

  /** Whether someone could be taken out at once. */
  get canPop(): boolean {
    return this.#rules.popsFromBackoff && this.#refused.size > 0;
  }

  /** Takes out the first of those that a plugin refused; undefined when there is none. */
  pop(): QueuedPod | undefined {
    return this.#refused.pop();
  }

  /** Takes a pod in, or puts it where it belongs now. */
  put(pod: QueuedPod): void {
    if (pod.plugins.size === 0) {
      this.#refused.delete(pod.name);
      this.#failed.put(pod);
    } else {
      this.#failed.delete(pod.name);
      this.#refused.put(pod);
    }
  }

  /** A pod by name; undefined when it is not here. */
  get(name: string): QueuedPod | undefined {
    return this.#refused.get(name) ?? this.#failed.get(name);
  }

  /** Puts a pod that has changed where it belongs, in the queue it is in. */
  renew(pod: QueuedPod): void {
    if (this.#refused.get(pod.name) === pod) this.#refused.put(pod);
    else if (this.#failed.get(pod.name) === pod) this.#failed.put(pod);
  }

  /** Takes a pod out; whether it was here. */
  delete(name: string): boolean {
    return this.#refused.delete(name) || this.#failed.delete(name);
  }

  /** Whether the pod has to wait still. It has when its back-off ends within the current second. */
  isBackingOff(pod: QueuedPod, nowMs: number): boolean {
    return this.#endOf(pod) >= this.#aligned(nowMs);
  }

  /** Takes out all whose back-off is over, those that a plugin refused first. */
  popCompleted(nowMs: number): readonly QueuedPod[] {
    const completed: QueuedPod[] = [];
    for (const heap of [this.#refused, this.#failed]) {
      for (let first = heap.peek(); first !== undefined && !this.isBackingOff(first, nowMs); first = heap.peek()) {
        heap.pop();
        completed.push(first);
      }
    }
    return completed;
  }

  /** The whole second at which the next back-off is over; undefined when nobody waits. */
  nextCompletionMs(): number | undefined {
    const ends = [this.#refused.peek(), this.#failed.peek()].flatMap((pod) =>
      pod === undefined ? [] : [this.#endOf(pod)],
    );
    return ends.length === 0 ? undefined : (Math.floor(Math.min(...ends) / secondMs) + 1) * secondMs;
  }

  /** All pods in here, in the order of their heaps. */
  lists(): { readonly refused: readonly QueuedPod[]; readonly failed: readonly QueuedPod[] } {
    return { refused: this.#refused.items(), failed: this.#failed.items() };
  }

  /** Takes over pods of `lists`. */
  load({ refused, failed }: ReturnType<BackoffQueue["lists"]>): void {
    this.#refused.load(refused);
    this.#failed.load(failed);
  }

  // getBackoffTime: worked out once, from when the pod came back.
  #endOf(pod: QueuedPod): number {
    const { maxBackoffMs } = this.#rules;
    const count = pod.consecutiveErrors > 0 ? pod.consecutiveErrors : pod.unschedulableCount;
    if (maxBackoffMs === 0 || count === 0) return Number.NEGATIVE_INFINITY;
    pod.backoffEndMs ??= this.#aligned(pod.timestampMs + this.#backoffOf(count));
    return pod.backoffEndMs;
  }

  // calculateBackoffDuration: doubled with each failure.
  #backoffOf(count: number): number {
    const { initialBackoffMs, maxBackoffMs } = this.#rules;
    return Math.min(initialBackoffMs * 2 ** (count - 1), maxBackoffMs);
  }

  #aligned(timeMs: number): number {
    return this.#rules.popsFromBackoff ? Math.floor(timeMs / secondMs) * secondMs : timeMs;
  }
}
