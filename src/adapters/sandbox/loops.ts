import type { Loop } from "./sandbox.ts";

/** Programs that look at the world again and again. */
export const loops: readonly Loop[] = [];
