import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Share of the memory that reading may fill: the rest is for what is made of it. */
const maxHeapShare = 0.6;

/** Whether what was read fills so much of this process's memory that going on would end as a crash. */
export function isMemoryShort(): boolean {
  return heapShare() > maxHeapShare && afterCollection() > maxHeapShare;
}

/** What to do about it, for people. */
export const memoryHint = "give Node more: NODE_OPTIONS=--max-old-space-size=8192";

function heapShare(): number {
  const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
  return used / limit;
}

// What is used may be garbage: only what a collection leaves counts.
function afterCollection(): number {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  if (typeof collect === "function") collect();
  return heapShare();
}
