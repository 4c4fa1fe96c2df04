// Mirrors core/static_autoscaler.go of Cluster Autoscaler 1.36.1.
import { decreaseTarget, deleteNodes } from "../act/calls.ts";
import type { WorkingGroup } from "../cloud/cloud.ts";
import type { LoopState } from "../loop-state.ts";
import { recalculate } from "./cluster-state.ts";
import type { RegistryState } from "./registry.ts";
import { provisionMs } from "./requests.ts";

/** Removes instances that did not become nodes in time, as far as the group's minimum allows (`removeOldUnregisteredNodes`). */
export function removeOldUnregistered(loop: LoopState): void {
  const { memory, view, settings, calls, cloud } = loop;
  const force = settings.of("force-delete-unregistered-nodes");
  for (const group of cloud.groups) {
    const old = group.instances
      .map(({ id }) => id)
      .filter((id) => {
        const sinceMs = memory.unregisteredSinceMs[id];
        return sinceMs !== undefined && sinceMs + provisionMs(loop, group) < view.nowMs;
      });
    if (old.length === 0) continue;
    const possible = force ? old.length : group.target - group.min;
    if (possible <= 0) continue;
    const ids = wholeGroup(group, old.slice(0, possible));
    if (ids.length === 0) continue;
    const answer = deleteNodes(
      calls,
      group,
      ids.map((id) => ({ name: id, id })),
    );
    for (const id of ids) {
      if (answer.ok) calls.tell("DeleteUnregistered", `Removed unregistered node ${id}`);
      else calls.tell("DeleteUnregisteredFailed", `Failed to remove node ${id}: ${answer.message}`, "Warning");
    }
    if (!answer.ok) return;
  }
}

// What is left of an atomic group that failed goes with the rest of it.
function wholeGroup(group: WorkingGroup, ids: readonly string[]): readonly string[] {
  return group.options.isAtomic === true ? group.instances.map(({ id }) => id) : ids;
}

/** Removes instances that could not be made (`deleteCreatedNodesWithErrors`). */
export function deleteFailedInstances(loop: LoopState, state: RegistryState): void {
  let hasDeleted = false;
  for (const group of loop.cloud.groups) {
    const failed = group.instances.filter((one) => one.error !== undefined).map(({ id }) => id);
    if (failed.length === 0) continue;
    const nodes = wholeGroup(group, failed).map((id) => ({ name: id, id }));
    hasDeleted = deleteNodes(loop.calls, group, nodes).ok || hasDeleted;
  }
  if (hasDeleted) recalculate(loop, state);
}

/** Lowers targets that no node has answered for too long; whether any was (`fixNodeGroupSize`). */
export function fixSizes(loop: LoopState): { readonly isFixed: boolean; readonly hasFailed: boolean } {
  const { memory, view, calls, cloud } = loop;
  let isFixed = false;
  for (const group of cloud.groups) {
    const wrong = memory.wrongSizes[group.name];
    if (wrong === undefined || wrong.sinceMs + provisionMs(loop, group) >= view.nowMs) continue;
    const delta = wrong.current - wrong.expected;
    if (delta >= 0) continue;
    if (!decreaseTarget(calls, group, delta).ok) return { isFixed, hasFailed: true };
    isFixed = true;
  }
  return { isFixed, hasFailed: false };
}
