import type { Actor } from "../../world/actor.ts";
import { autoscalerDeletions, autoscalerLoop } from "./loop.ts";
import type { AutoscalerMemory } from "./memory.ts";

/** `--scan-interval`. */
const scanMs = 10_000;
const deletionsMs = 1000;

/** Cluster Autoscaler: one loop every ten seconds while a pod of it is ready, and in between the nodes that are being removed. */
export const clusterAutoscaler: Actor<AutoscalerMemory> = {
  name: "cluster-autoscaler",
  start: () => ({ isRunning: false, resizedMs: {} }),
  watches: [],
  open: (here) => {
    here.lookAgain("loop", scanMs);
    here.lookAgain("deletions", deletionsMs);
  },
  look: (key, here) => {
    if (key === "loop") autoscalerLoop(here);
    else autoscalerDeletions(here);
    here.lookAgain(key, key === "loop" ? scanMs : deletionsMs);
  },
};
