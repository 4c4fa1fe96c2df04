import { type Amount, amountIn, type AmountTable } from "./amounts.ts";
import type { PodRecord } from "./pod-record.ts";

/** Pods in the order Karpenter tries them, largest first; a pod that failed goes to the end (`queue.go`). */
export class PodQueue {
  readonly #pods: PodRecord[];
  #head = 0;
  /** Length of the queue when the pod was put back last. */
  readonly #lastLength = new Map<PodRecord, number>();

  constructor(records: readonly PodRecord[], table: AmountTable) {
    const keys = records.map((record) => sortKey(record, table));
    keys.sort(compare);
    this.#pods = keys.map(({ record }) => record);
  }

  /** The next pod; none when the queue is empty or a whole round changed nothing. */
  pop(): PodRecord | undefined {
    const record = this.#pods[this.#head];
    if (record === undefined) return undefined;
    const length = this.#pods.length - this.#head;
    if (this.#lastLength.get(record) === length) return undefined;
    this.#head += 1;
    return record;
  }

  push(record: PodRecord): void {
    this.#pods.push(record);
    this.#lastLength.set(record, this.#pods.length - this.#head);
  }
}

interface SortKey {
  readonly record: PodRecord;
  readonly cpu: Amount;
  readonly memory: Amount;
  readonly createdMs: number;
}

function sortKey(record: PodRecord, table: AmountTable): SortKey {
  const { requests } = record.shape;
  const createdMs = Date.parse(record.pod.metadata.creationTimestamp ?? "");
  return {
    record,
    cpu: amountIn(requests, table.column("cpu")) ?? table.zero,
    memory: amountIn(requests, table.column("memory")) ?? table.zero,
    createdMs: Number.isNaN(createdMs) ? Number.NEGATIVE_INFINITY : createdMs,
  };
}

/** CPU and memory descending, then older first, then by uid. */
function compare(a: SortKey, b: SortKey): number {
  if (a.cpu !== b.cpu) return a.cpu > b.cpu ? -1 : 1;
  if (a.memory !== b.memory) return a.memory > b.memory ? -1 : 1;
  if (a.createdMs !== b.createdMs) return a.createdMs < b.createdMs ? -1 : 1;
  return a.record.uid < b.record.uid ? -1 : a.record.uid > b.record.uid ? 1 : 0;
}
