import type { KarpenterHere } from "./here.ts";
import { emptyMemory } from "./memory.ts";
import { judgeClaims } from "./conditions.ts";
import { disrupt } from "./disrupt.ts";
import { expireTemplates } from "./fleet.ts";
import { followClaims } from "./lifecycle.ts";
import { reconcileNodeClasses } from "./node-class.ts";
import { reconcileNodePools } from "./node-pools.ts";
import { watchPods } from "./pod-events.ts";
import { provision } from "./provision.ts";
import { finishDeleted } from "./terminate.ts";
import { runningController } from "./wiring.ts";

/** Karpenter's controllers, looked at once per second. Nothing unless its chart is installed and a pod of it is ready. */
export function karpenterLoop(here: KarpenterHere): void {
  const memory = here.memory;
  const controller = runningController(here);
  if (controller === undefined) {
    memory.isRunning = false;
    return;
  }
  // A new process remembers nothing.
  if (!memory.isRunning) Object.assign(memory, emptyMemory(), { isRunning: true });
  reconcileNodeClasses(here, controller);
  reconcileNodePools(here);
  watchPods(here);
  followClaims(here);
  judgeClaims(here);
  finishDeleted(here);
  expireTemplates(here);
  provision(here);
  disrupt(here);
}
