import { isNodeReady } from "../../kube/node.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Cluster } from "../../ports/cluster.ts";
import type { PriceBook } from "../../money/price-book.ts";
import { type Frame, frameOf, type RecordedPart, type RecordedEvent, type Recording } from "./frame.ts";

/** No more than this many frames are kept; beyond it the recording says that it stopped. */
const maxFrames = 2000;

/**
 * Watches a cluster while time passes and keeps a frame whenever something changed: what a report's timeline scrubs through.
 * Reading only.
 */
export class Recorder {
  readonly #cluster: Cluster;
  readonly #prices: PriceBook | undefined;
  readonly #clock: Clock;
  readonly #startMs: number;
  readonly #frames: Frame[] = [];
  readonly #events: RecordedEvent[] = [];
  #last = "";
  #nextAtMs: number;

  constructor(world: { readonly cluster: Cluster; readonly clock: Clock }, prices: PriceBook | undefined) {
    this.#cluster = world.cluster;
    this.#clock = world.clock;
    this.#prices = prices;
    this.#startMs = world.clock.nowMs();
    this.#nextAtMs = this.#startMs;
  }

  /** The same clock, looking at the cluster after every wait, at most once per `everyMs` of its time. */
  clock(everyMs: number): Clock {
    return {
      nowMs: () => this.#clock.nowMs(),
      sleep: async (ms, signal) => {
        await this.#clock.sleep(ms, signal);
        if (this.#clock.nowMs() < this.#nextAtMs) return;
        this.#nextAtMs = this.#clock.nowMs() + everyMs;
        await this.look();
      },
    };
  }

  /** Something the reader of the timeline should see at this moment. */
  note(text: string, begins?: RecordedPart): void {
    this.#events.push({ atSeconds: this.#seconds(), text, ...(begins === undefined ? {} : { begins }) });
  }

  /** Keeps a frame if something changed since the last one. */
  async look(): Promise<void> {
    if (this.#frames.length >= maxFrames) return;
    const [nodes, pods] = await Promise.all([this.#cluster.list("nodes"), this.#cluster.list("pods")]);
    const frame = frameOf(
      this.#seconds(),
      nodes.filter((node) => isNodeReady(node) || node.metadata.deletionTimestamp === undefined),
      pods,
      this.#prices,
    );
    const { atSeconds: _, ...content } = frame;
    const text = JSON.stringify(content);
    if (text === this.#last) return;
    this.#last = text;
    this.#frames.push(frame);
  }

  /** What was kept so far. */
  timeline(): Recording {
    const cut =
      this.#frames.length >= maxFrames
        ? [{ atSeconds: this.#seconds(), text: `the recording stops after ${maxFrames} frames` }]
        : [];
    return {
      startedAt: new Date(this.#startMs).toISOString(),
      frames: this.#frames,
      events: [...this.#events, ...cut],
    };
  }

  #seconds(): number {
    return Math.round((this.#clock.nowMs() - this.#startMs) / 1000);
  }
}
