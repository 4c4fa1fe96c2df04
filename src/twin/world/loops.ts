import { autoscalerDeletions, autoscalerLoop } from "../actors/autoscaler/loop.ts";
import { karpenterLoop } from "../actors/karpenter/loop.ts";
import type { Loop } from "./sandbox.ts";

/** Programs that look at the world again and again. */
export const loops: readonly Loop[] = [
  { event: "autoscaler-loop", everyMs: 10_000, run: autoscalerLoop },
  { event: "autoscaler-deletions", everyMs: 1000, run: autoscalerDeletions },
  { event: "karpenter-loop", everyMs: 1000, run: karpenterLoop },
];
