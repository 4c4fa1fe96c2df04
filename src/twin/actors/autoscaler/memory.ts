import type { Memory } from "../../../autoscaler/engine/memory.ts";

/** What Cluster Autoscaler keeps in its memory. */
export interface AutoscalerMemory {
  isRunning: boolean;
  /** Of the process that runs. */
  memory?: Memory | undefined;
  /** When it last changed the size of each group. */
  resizedMs: Record<string, number>;
}
