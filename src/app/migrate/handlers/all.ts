import type { Handlers } from "../../run/handler.ts";
import { checks } from "./checks.ts";
import { handOver } from "./hand-over.ts";
import { openGroup } from "./open-group.ts";
import { releaseDisruption, retireGroup } from "./retire.ts";
import { sweepGroup } from "./sweep.ts";
import { terminateWave } from "./terminate.ts";
import { cordonWave, drainWave, surgeWave } from "./wave.ts";

/** What a cut-over can do, by kind of step. */
export const migrateHandlers: Handlers = new Map(
  [
    ...checks,
    handOver,
    openGroup,
    surgeWave,
    cordonWave,
    drainWave,
    terminateWave,
    sweepGroup,
    retireGroup,
    releaseDisruption,
  ].map((handler) => [handler.kind, handler]),
);
