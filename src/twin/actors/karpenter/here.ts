import type { Here } from "../../world/here.ts";
import type { KarpenterEvent, KarpenterMemory } from "./memory.ts";

/** The world as Karpenter meets it. */
export type KarpenterHere = Here<KarpenterMemory, KarpenterEvent>;
