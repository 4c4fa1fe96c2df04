import { actuate, nextDueMs } from "../../../autoscaler/engine/act/actuate.ts";
import { carryOut } from "../../../autoscaler/engine/act/carry-out.ts";
import type { LoopStep } from "../../../autoscaler/engine/step.ts";
import { nextLoop } from "../../../autoscaler/engine/loop.ts";
import { newMemory } from "../../../autoscaler/engine/memory.ts";
import { idleUntilMs } from "../../../autoscaler/engine/idle.ts";
import type { AutoscalerInstallation } from "../../../autoscaler/types.ts";
import type { AutoscalerHere } from "./here.ts";
import { engineOf, runningAutoscaler } from "./installation.ts";
import { isAsleep, sleep } from "./sleep.ts";
import { perform, tell } from "./perform.ts";
import { renewStatus, writeStatus } from "./status.ts";
import { viewOf } from "./view.ts";

/** One main loop of Cluster Autoscaler, every ten seconds. Does nothing unless its Deployment runs a ready pod. */
export function autoscalerLoop(here: AutoscalerHere): void {
  const state = here.memory;
  const installation = runningAutoscaler(here);
  if (installation === undefined) {
    if (state.isRunning) stop(here);
    return;
  }
  if (!state.isRunning || state.memory === undefined) start(here);
  else if (isAsleep(here, installation)) return renewStatus(here);
  const memory = state.memory ?? newMemory(here.nowMs);
  const engine = engineOf(here, installation);
  const view = viewOf(here, installation);
  const result = carryOut(
    (refused) => nextLoop(view, memory, { engine, refused }),
    (act) => perform(here, act),
  );
  keep(here, result);
  sleep(here, installation, idleUntilMs(view, { before: memory, result, settings: engine.settings }));
  work(here, installation);
  writeStatus(here, view, result);
}

/** What goes on between loops: nodes that are being removed. */
export function autoscalerDeletions(here: AutoscalerHere): void {
  const { memory, isRunning } = here.memory;
  if (!isRunning || memory === undefined || memory.deletions.length === 0) return;
  const installation = runningAutoscaler(here);
  if (installation !== undefined) work(here, installation);
}

function work(here: AutoscalerHere, installation: AutoscalerInstallation): void {
  const { memory } = here.memory;
  if (memory === undefined) return;
  if ((nextDueMs(memory) ?? Number.POSITIVE_INFINITY) > here.nowMs) return;
  const { settings } = engineOf(here, installation);
  const view = viewOf(here, installation);
  const step = carryOut(
    (refused) => actuate(view, memory, { settings, refused }),
    (act) => perform(here, act),
  );
  keep(here, step);
}

function keep(here: AutoscalerHere, step: LoopStep): void {
  for (const event of step.events) tell(here, event);
  here.memory.memory = step.memory;
}

// A new process remembers no cooldown and no unneeded node.
function start(here: AutoscalerHere): void {
  const seed = here.dice.integer(1, 2 ** 31 - 1);
  Object.assign(here.memory, { isRunning: true, memory: newMemory(here.nowMs, seed), resizedMs: {} });
}

function stop(here: AutoscalerHere): void {
  Object.assign(here.memory, { isRunning: false, memory: undefined, resizedMs: {} });
  const status = here.store.find("configmaps", "cluster-autoscaler-status", "kube-system");
  if (status !== undefined) here.delete("configmaps", status);
}
