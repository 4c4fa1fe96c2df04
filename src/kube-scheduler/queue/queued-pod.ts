// Mirrors backend/queue/active_queue.go of kube-scheduler 1.35.
import type { PodInfo } from "../pods/registry.ts";
import type { PluginName } from "../refusal.ts";
import type { HeapItem } from "./heap.ts";

/** A pod that waits, with what became of its attempts (`framework.QueuedPodInfo`). */
export interface QueuedPod extends HeapItem {
  info: PodInfo;
  /** When it came into the queue, or came back; milliseconds since 1970. */
  timestampMs: number;
  attempts: number;
  /** Attempts in which some plugin refused it. */
  unschedulableCount: number;
  /** Attempts in a row that ended without a plugin to blame. */
  consecutiveErrors: number;
  /** When its back-off ends, once it has been worked out. */
  backoffEndMs: number | undefined;
  /** Plugins that refused it in its last attempt, or keep it out of the queue. */
  plugins: Set<PluginName>;
  /** The plugin that keeps it from entering. */
  gate: PluginName | undefined;
}

/** A pod that has just arrived. */
export function newQueuedPod(info: PodInfo, nowMs: number): QueuedPod {
  return {
    name: info.name,
    heapPlace: -1,
    info,
    timestampMs: nowMs,
    attempts: 0,
    unschedulableCount: 0,
    consecutiveErrors: 0,
    backoffEndMs: undefined,
    plugins: new Set(),
    gate: undefined,
  };
}

/** The order of the active queue: higher priority first, then who came earlier (PrioritySort). */
export function comesBefore(a: QueuedPod, b: QueuedPod): boolean {
  const [mine, theirs] = [a.info.shape.priority, b.info.shape.priority];
  return mine === theirs ? a.timestampMs < b.timestampMs : mine > theirs;
}
