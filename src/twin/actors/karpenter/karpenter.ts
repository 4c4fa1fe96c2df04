import { isKarpenterPod } from "../../../karpenter/installations.ts";
import type { Actor } from "../../world/actor.ts";
import { lookAtCommands } from "./commands.ts";
import { lookAtDisruption, noteChange, noteTouch } from "./disrupt.ts";
import { expireTemplates } from "./fleet.ts";
import type { KarpenterHere } from "./here.ts";
import { readInterruptions } from "./interruption.ts";
import { launchNow } from "./launch-claims.ts";
import { lookAtClaim, lookAtExpiry } from "./lifecycle.ts";
import { controllerLog } from "./log.ts";
import { emptyMemory, type KarpenterEvent, type KarpenterMemory } from "./memory.ts";
import { lookAtNodeClass } from "./node-class.ts";
import { lookAtNodePool } from "./node-pools.ts";
import { noteEvents } from "./pod-events.ts";
import { lookAtProcess } from "./process.ts";
import { lookAtMachine, lookAtNode } from "./nodes.ts";
import { provisionBatch, trigger } from "./provision.ts";
import { karpenterWatches } from "./waking.ts";
import { controllerOfCluster, startProblem } from "./wiring.ts";

/** Karpenter with all its controllers, while a pod of it is ready and its CRDs are there. */
export const karpenter: Actor<KarpenterMemory, KarpenterEvent> = {
  name: "karpenter",
  start: emptyMemory,
  watches: karpenterWatches,
  open: (here) =>
    here.programs.add({
      isRunBy: isKarpenterPod,
      problemOf: () => {
        const controller = controllerOfCluster(here);
        return controller === undefined ? undefined : startProblem(here, controller);
      },
      logOf: (pod) => controllerLog(here, pod),
    }),
  look: (key, here) => {
    if (key === "process") return lookAtProcess(here);
    if (here.memory.running !== undefined) look(key, here);
  },
  on: (event, here) => {
    if (here.memory.running !== undefined) launchNow(here, event.claim);
  },
};

function look(key: string, here: KarpenterHere): void {
  const space = key.indexOf(" ");
  const name = space < 0 ? "" : key.slice(space + 1);
  switch (space < 0 ? key : key.slice(0, space)) {
    case "class":
      return lookAtNodeClass(here, name);
    case "pool":
      return lookAtNodePool(here, name);
    case "claim":
      return lookAtClaim(here, name);
    case "expiry":
      return lookAtExpiry(here, name);
    case "node":
      return lookAtNode(here, name);
    case "machine":
      return lookAtMachine(here, name);
    case "events":
      return noteEvents(here, name);
    case "pod":
      return trigger(here, `pod ${name}`);
    case "batch":
      return provisionBatch(here);
    case "templates":
      return expireTemplates(here);
    case "changed":
      return noteChange(here);
    case "touched":
      return noteTouch(here);
    case "commands":
      return lookAtCommands(here);
    case "disrupt":
      return lookAtDisruption(here);
    case "queue":
      return readInterruptions(here);
  }
}
