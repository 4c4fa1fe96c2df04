import type { shiftKinds } from "../../../migration/shift/kinds.ts";
import type { HandlersOf } from "../../run/handler.ts";
import { driftCheck, karpenterCheck, permissionsCheck, poolsCheck } from "./checks.ts";
import { handOver } from "./hand-over.ts";
import { openGroup } from "./open-group.ts";
import { releaseDisruption, retireGroup } from "./retire.ts";
import { sweepGroup } from "./sweep.ts";
import { terminateWave } from "./terminate.ts";
import { cordonWave, drainWave, surgeWave } from "./wave.ts";

/** What a cut-over can do, by kind of step. */
export const shiftHandlers: HandlersOf<keyof typeof shiftKinds> = {
  "migrate/check-karpenter": karpenterCheck,
  "migrate/check-pools": poolsCheck,
  "migrate/check-drift": driftCheck,
  "migrate/check-permissions": permissionsCheck,
  "migrate/hand-over": handOver,
  "migrate/open-group": openGroup,
  "migrate/surge": surgeWave,
  "migrate/cordon": cordonWave,
  "migrate/drain": drainWave,
  "migrate/terminate": terminateWave,
  "migrate/sweep": sweepGroup,
  "migrate/retire-group": retireGroup,
  "migrate/release-disruption": releaseDisruption,
};
