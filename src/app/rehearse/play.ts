import type { Workload } from "../../kube/objects.ts";
import type { ObjectRef } from "../../kube/requests.ts";
import type { Twin } from "../../twin/world/twin.ts";
import { type Arrival, arrivalsOf, type TraceOpener } from "./trace.ts";

/** Lets a trace's pods arrive in a world while its time passes. */
export class TraceFeed {
  readonly #twin: Twin;
  readonly #rows: AsyncGenerator<Arrival>;
  readonly #fromMs: number;
  #next: Arrival | undefined;
  #isOver = false;
  #count = 0;
  #rowsPlayed = 0;
  readonly #arrived: ObjectRef[] = [];

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

  /** Ends, and takes everything away that arrived: the same trace may begin anew. */
  async leave(): Promise<void> {
    await this.end();
    for (const ref of this.#arrived) this.#twin.store.delete("trace", ref);
    this.#arrived.length = 0;
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
    this.#rowsPlayed += 1;
    this.#count += arrival.count;
    const workload = arrivingWorkload(arrival, `${arrival.name}-${this.#rowsPlayed}`);
    const resource = arrival.runsMs === undefined ? "deployments" : "jobs";
    store.create("trace", resource, workload);
    this.#arrived.push({ resource, name: workload.metadata.name, namespace: arrival.namespace });
  }
}

// Somebody must bring back what an autoscaler evicts: pods that end are a Job's, pods that stay a Deployment's.
function arrivingWorkload(arrival: Arrival, name: string): Workload {
  const { runsMs, count, namespace, requests, nodeSelector } = arrival;
  const labels = { app: name };
  const annotations = runsMs === undefined ? {} : { "sandbox.dovetail/runs-seconds": `${runsMs / 1000}` };
  const template = {
    metadata: { labels, annotations },
    spec: {
      containers: [{ name: "main", image: "registry.example.com/trace:1", resources: { requests: { ...requests } } }],
      ...(runsMs === undefined ? {} : { restartPolicy: "Never" }),
      ...(nodeSelector === undefined ? {} : { nodeSelector }),
    },
  };
  const metadata = { name, namespace, labels };
  if (runsMs === undefined)
    return {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata,
      spec: { replicas: count, selector: { matchLabels: labels }, template },
    };
  const job = { parallelism: count, completions: count, backoffLimit: 1_000_000, ttlSecondsAfterFinished: 60 };
  return { apiVersion: "batch/v1", kind: "Job", metadata, spec: { ...job, template } };
}
