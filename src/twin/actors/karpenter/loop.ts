import type { Core } from "../../world/core.ts";
import { noteCharge } from "../../checkers/invariants.ts";
import { emptyMemory } from "../../world/state.ts";
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
export function karpenterLoop(core: Core): void {
  control(core);
  noteCharge(core);
}

function control(core: Core): void {
  const memory = core.state.karpenter;
  const controller = runningController(core);
  if (controller === undefined) {
    memory.isRunning = false;
    return;
  }
  // A new process remembers nothing.
  if (!memory.isRunning) Object.assign(memory, emptyMemory(), { isRunning: true });
  reconcileNodeClasses(core, controller);
  reconcileNodePools(core);
  watchPods(core);
  followClaims(core);
  judgeClaims(core);
  finishDeleted(core);
  expireTemplates(core);
  provision(core);
  disrupt(core);
}
