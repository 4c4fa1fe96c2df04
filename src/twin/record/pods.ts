import type { Pod } from "../../kube/objects.ts";
import { controllerOf } from "../../kube/pod.ts";
import type { StoreChangeOf } from "../store/change.ts";
import type { Store } from "../store/store.ts";
import type { EvictionMeasure, PendingMeasures } from "./measures.ts";
import { makerOf } from "./workloads.ts";

/** Follows pods from their making to their node, and those that are evicted. */
export class PodMeter {
  readonly #store: Store;
  /** Since when pods without a node wait, by key. */
  readonly #since = new Map<string, number>();
  readonly #waitedMs: number[] = [];
  readonly #evictions = new Map<string, { -readonly [K in keyof EvictionMeasure]: EvictionMeasure[K] }>();

  constructor(store: Store, nowMs: number) {
    this.#store = store;
    for (const pod of store.all("pods"))
      if (isWaiting(pod)) this.#since.set(keyOf(pod), Date.parse(pod.metadata.creationTimestamp ?? "") || nowMs);
  }

  /** Pods that have no node now. */
  get waiting(): number {
    return this.#since.size;
  }

  note({ before, after, atMs, verb, actor, key }: StoreChangeOf<"pods">): void {
    if (verb === "evict" && before !== undefined) this.#noteEviction(before, actor);
    const pod = after ?? before;
    if (pod === undefined || before?.spec.nodeName === after?.spec.nodeName) {
      if (before === undefined && after !== undefined && isWaiting(after)) this.#since.set(key, atMs);
      else if (after === undefined) this.#since.delete(key);
      else if (!isWaiting(after)) this.#since.delete(key);
      return;
    }
    const since = this.#since.get(key);
    this.#since.delete(key);
    if (after?.spec.nodeName !== undefined && since !== undefined) this.#waitedMs.push(atMs - since);
  }

  pending(nowMs: number): PendingMeasures {
    const sorted = Float64Array.from(this.#waitedMs).sort();
    const waits = [...this.#since.values()].map((since) => nowMs - since);
    return {
      placed: sorted.length,
      p50Ms: quantile(sorted, 0.5),
      p95Ms: quantile(sorted, 0.95),
      p99Ms: quantile(sorted, 0.99),
      longestMs: sorted.at(-1),
      waiting: waits.length,
      waitingLongestMs: waits.length === 0 ? undefined : Math.max(...waits),
    };
  }

  evictions(): readonly EvictionMeasure[] {
    return [...this.#evictions.values()].toSorted(
      (a, b) => b.count - a.count || (a.workload < b.workload ? -1 : a.workload > b.workload ? 1 : 0),
    );
  }

  #noteEviction(pod: Pod, by: string): void {
    const { kind, name } = makerOf(this.#store, pod);
    const key = `${by} ${kind} ${name}`;
    const known = this.#evictions.get(key);
    if (known === undefined) this.#evictions.set(key, { workload: name, kind, by, count: 1 });
    else known.count += 1;
  }
}

/** The nearest rank: of what is sorted, the value that so much is not above; undefined of nothing. */
export function quantile(
  sorted: { readonly length: number; readonly [at: number]: number },
  share: number,
): number | undefined {
  return sorted.length === 0 ? undefined : sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

function isWaiting(pod: Pod): boolean {
  const { phase } = pod.status ?? {};
  const isOver = phase === "Succeeded" || phase === "Failed" || pod.metadata.deletionTimestamp !== undefined;
  return pod.spec.nodeName === undefined && !isOver && controllerOf(pod)?.kind !== "DaemonSet";
}

function keyOf({ metadata }: Pod): string {
  return `${metadata.namespace ?? "default"}/${metadata.name}`;
}
