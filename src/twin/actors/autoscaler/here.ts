import type { Here } from "../../world/here.ts";
import type { AutoscalerMemory } from "./memory.ts";

/** The world as Cluster Autoscaler meets it. */
export type AutoscalerHere = Here<AutoscalerMemory>;
