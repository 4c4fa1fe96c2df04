import type { Pod } from "../../kube/objects.ts";
import type { Twin } from "../../twin/world/twin.ts";
import { type Arrival, arrivalsOf, type TraceOpener } from "./trace.ts";

/** More pods at once than this are no load that a cluster is rehearsed for. */
const mostPodsAnArrival = 100_000;

/** Lets a trace's pods arrive in a world while its time passes. */
export class TraceFeed {
  readonly #twin: Twin;
  readonly #rows: AsyncGenerator<Arrival>;
  readonly #fromMs: number;
  #next: Arrival | undefined;
  #isOver = false;
  #count = 0;

  constructor(twin: Twin, trace: { readonly name: string; readonly open: TraceOpener }) {
    this.#twin = twin;
    this.#rows = arrivalsOf(trace.name, trace.open);
    this.#fromMs = twin.nowMs;
  }

  /** Pods that have arrived. */
  get arrived(): number {
    return this.#count;
  }

  /** Lets so much time pass; what arrives within it arrives at its instant. Throws `usage.load`. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#twin.nowMs + ms;
    for (let next = await this.#peek(); next !== undefined; next = await this.#peek()) {
      const atMs = this.#fromMs + next.atMs;
      if (atMs > untilMs) break;
      if (atMs > this.#twin.nowMs) this.#twin.advance(atMs - this.#twin.nowMs);
      this.#arrive(next);
      this.#next = undefined;
    }
    this.#twin.advance(untilMs - this.#twin.nowMs);
  }

  async end(): Promise<void> {
    await this.#rows.return(undefined);
  }

  async #peek(): Promise<Arrival | undefined> {
    if (this.#next !== undefined || this.#isOver) return this.#next;
    const { value, done } = await this.#rows.next();
    if (done === true) this.#isOver = true;
    else this.#next = value;
    return this.#next;
  }

  #arrive(arrival: Arrival): void {
    const { store } = this.#twin;
    if (store.find("namespaces", arrival.namespace) === undefined)
      store.create("trace", "namespaces", {
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name: arrival.namespace },
      });
    for (let at = 0; at < Math.min(arrival.count, mostPodsAnArrival); at++) {
      this.#count += 1;
      const pod = podOf(arrival, this.#count);
      store.make("trace", "pods", pod);
    }
  }
}

function podOf(arrival: Arrival, number: number): Pod {
  const { runsMs } = arrival;
  const annotations = runsMs === undefined ? undefined : { "sandbox.dovetail/runs-seconds": `${runsMs / 1000}` };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: `${arrival.name}-${number}`,
      namespace: arrival.namespace,
      labels: { app: arrival.name },
      ...(annotations === undefined ? {} : { annotations }),
    },
    spec: {
      containers: [
        { name: "main", image: "registry.example.com/trace:1", resources: { requests: { ...arrival.requests } } },
      ],
      restartPolicy: runsMs === undefined ? "Always" : "Never",
      ...(arrival.nodeSelector === undefined ? {} : { nodeSelector: arrival.nodeSelector }),
    },
  };
}
