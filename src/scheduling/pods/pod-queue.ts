import { type Amount, amountIn, type ColumnAmounts, type AmountTable } from "../amounts.ts";
import type { PodRecord } from "./pod-record.ts";

/** Pods in the order Karpenter tries them, largest first; a pod that failed goes to the end (`queue.go`). */
export class PodQueue {
  readonly #pods: PodRecord[];
  #head = 0;
  /** Length of the queue when the pod was put back last. */
  readonly #lastLength = new Map<PodRecord, number>();

  constructor(records: readonly PodRecord[], table: AmountTable) {
    this.#pods = largestFirst(records, table);
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

/** Pods that ask for equally much CPU and memory. */
interface SizeClass {
  readonly cpu: Amount;
  readonly memory: Amount;
  readonly pods: AgedPod[];
}

interface AgedPod {
  readonly record: PodRecord;
  readonly createdMs: number;
}

/** CPU and memory descending, then older first, then by uid. Sizes are few: sorted apart, pods cost one comparison where uids ascend. */
function largestFirst(records: readonly PodRecord[], table: AmountTable): PodRecord[] {
  const columns = { cpu: table.column("cpu"), memory: table.column("memory") };
  const classes = new Map<string, SizeClass>();
  const classOf = new Map<ColumnAmounts, SizeClass>();
  for (const record of records) {
    const { requests } = record.shape;
    let found = classOf.get(requests);
    if (found === undefined) {
      const cpu = amountIn(requests, columns.cpu) ?? table.zero;
      const memory = amountIn(requests, columns.memory) ?? table.zero;
      const text = `${cpu} ${memory}`;
      found = classes.get(text) ?? { cpu, memory, pods: [] };
      classes.set(text, found);
      classOf.set(requests, found);
    }
    found.pods.push({ record, createdMs: createdMs(record) });
  }
  const ordered: PodRecord[] = [];
  for (const { pods } of [...classes.values()].sort(bySize)) {
    pods.sort(byAge);
    for (const { record } of pods) ordered.push(record);
  }
  return ordered;
}

function createdMs({ pod }: PodRecord): number {
  const text = pod.metadata.creationTimestamp;
  const ms = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(ms) ? Number.NEGATIVE_INFINITY : ms;
}

function bySize(a: SizeClass, b: SizeClass): number {
  if (a.cpu !== b.cpu) return a.cpu > b.cpu ? -1 : 1;
  return a.memory === b.memory ? 0 : a.memory > b.memory ? -1 : 1;
}

function byAge(a: AgedPod, b: AgedPod): number {
  if (a.createdMs !== b.createdMs) return a.createdMs < b.createdMs ? -1 : 1;
  return a.record.uid < b.record.uid ? -1 : a.record.uid > b.record.uid ? 1 : 0;
}
