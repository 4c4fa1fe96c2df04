import { actuate, nextDueMs } from "../../../autoscaler/engine/act/actuate.ts";
import { carryOut } from "../../../autoscaler/engine/act/carry-out.ts";
import type { LoopStep } from "../../../autoscaler/engine/step.ts";
import { nextLoop } from "../../../autoscaler/engine/loop.ts";
import { newMemory } from "../../../autoscaler/engine/memory.ts";
import type { AutoscalerInstallation } from "../../../autoscaler/types.ts";
import type { Core } from "../../world/core.ts";
import { engineOf, runningAutoscaler } from "./installation.ts";
import { by, perform, tell } from "./perform.ts";
import { writeStatus } from "./status.ts";
import { viewOf } from "./view.ts";

/** One main loop of Cluster Autoscaler, every ten seconds. Does nothing unless its Deployment runs a ready pod. */
export function autoscalerLoop(core: Core): void {
  const state = core.state.autoscaler;
  const installation = runningAutoscaler(core);
  if (installation === undefined) {
    if (state.isRunning) stop(core);
    return;
  }
  if (!state.isRunning || state.memory === undefined) start(core);
  const memory = state.memory ?? newMemory(core.nowMs());
  const engine = engineOf(core, installation);
  const view = viewOf(core, installation);
  const result = carryOut(
    (refused) => nextLoop(view, memory, { engine, refused }),
    (act) => perform(core, act),
  );
  keep(core, result);
  work(core, installation);
  writeStatus(core, view, result);
}

/** What goes on between loops: nodes that are being removed. */
export function autoscalerDeletions(core: Core): void {
  const { memory, isRunning } = core.state.autoscaler;
  if (!isRunning || memory === undefined || memory.deletions.length === 0) return;
  const installation = runningAutoscaler(core);
  if (installation !== undefined) work(core, installation);
}

function work(core: Core, installation: AutoscalerInstallation): void {
  const { memory } = core.state.autoscaler;
  if (memory === undefined) return;
  if ((nextDueMs(memory) ?? Number.POSITIVE_INFINITY) > core.nowMs()) return;
  const { settings } = engineOf(core, installation);
  const view = viewOf(core, installation);
  const step = carryOut(
    (refused) => actuate(view, memory, { settings, refused }),
    (act) => perform(core, act),
  );
  keep(core, step);
}

function keep(core: Core, step: LoopStep): void {
  for (const event of step.events) tell(core, event);
  core.state.autoscaler.memory = step.memory;
}

// A new process remembers no cooldown and no unneeded node.
function start(core: Core): void {
  const seed = core.random.integer(1, 2 ** 31 - 1);
  Object.assign(core.state.autoscaler, { isRunning: true, memory: newMemory(core.nowMs(), seed), resizedMs: {} });
}

function stop(core: Core): void {
  Object.assign(core.state.autoscaler, { isRunning: false, memory: undefined, resizedMs: {} });
  core.api.delete(by, { resource: "configmaps", name: "cluster-autoscaler-status", namespace: "kube-system" });
}
