import { increaseSize } from "../act/calls.ts";
import { backOff, type LoopState, nowOf } from "../loop-state.ts";
import { recalculate } from "../state/cluster-state.ts";
import type { RegistryState } from "../state/registry.ts";
import { registerScaleUp } from "../state/requests.ts";
import type { Growth } from "./balance.ts";

/**
 * Asks the cloud for the nodes, group by group, and answers those that were refused (executor.go). One after the other the first refusal
 * ends it; with `--parallel-scale-up` all are tried.
 */
export function execute(loop: LoopState, state: RegistryState, growths: readonly Growth[]): readonly string[] {
  const failed: string[] = [];
  for (const growth of growths) {
    if (!grow(loop, growth)) failed.push(growth.group.name);
    if (failed.length > 0 && !loop.settings.of("parallel-scale-up")) break;
  }
  if (failed.length === 0) recalculate(loop, state);
  return failed;
}

function grow(loop: LoopState, { group, from, to, max }: Growth): boolean {
  const { calls, memory } = loop;
  calls.tell("ScaledUpGroup", `Scale-up: setting group ${group.name} size to ${to} instead of ${from} (max: ${max})`);
  const answer = increaseSize(calls, group, to - from);
  if (!answer.ok) {
    calls.tell("FailedToScaleUpGroup", `Scale-up failed for group ${group.name}: ${answer.message}`, "Warning");
    backOff(loop, group.name, {
      class: "other",
      code: "cloudProviderError",
      message: `failed to increase node group size: ${answer.message}`,
    });
    return false;
  }
  registerScaleUp(loop, group, to - from);
  memory.grewMs = { ...memory.grewMs, [group.name]: nowOf(loop) };
  calls.tell("ScaledUpGroup", `Scale-up: group ${group.name} size set to ${to} instead of ${from} (max: ${max})`);
  return true;
}
