import { isKarpenterPod } from "../../../karpenter/installations.ts";
import type { Actor } from "../../world/actor.ts";
import { karpenterLoop } from "./loop.ts";
import { controllerLog } from "./log.ts";
import { emptyMemory, type KarpenterMemory } from "./memory.ts";
import { controllerOfCluster, startProblem } from "./wiring.ts";

const everyMs = 1000;

/** Karpenter: its controllers look once a second while a pod of it is ready. */
export const karpenter: Actor<KarpenterMemory> = {
  name: "karpenter",
  start: emptyMemory,
  watches: [],
  open: (here) => {
    here.programs.add({
      isRunBy: isKarpenterPod,
      problemOf: () => {
        const controller = controllerOfCluster(here);
        return controller === undefined ? undefined : startProblem(here, controller);
      },
      logOf: (pod) => controllerLog(here, pod),
    });
    here.lookAgain("loop", everyMs);
  },
  look: (_key, here) => {
    karpenterLoop(here);
    here.lookAgain("loop", everyMs);
  },
};
