// Mirrors clusterstate/clusterstate.go of Cluster Autoscaler 1.36.1.
import { decreaseTarget } from "../act/calls.ts";
import type { WorkingGroup } from "../cloud/cloud.ts";
import { backOff, type LoopState, nowOf } from "../loop-state.ts";
import type { GrowthRequest } from "../memory.ts";
import type { Instance } from "../view.ts";
import { missingNodes, type RegistryState } from "./registry.ts";

/** How long an instance may take to become a node. */
export function provisionMs(loop: LoopState, group: WorkingGroup): number {
  return group.options.maxNodeProvisionMs ?? loop.settings.of("max-node-provision-time");
}

/** Ends scale-up requests whose nodes are there, and gives up those whose time is over. */
export function updateRequests(loop: LoopState, state: RegistryState): void {
  const { memory, view, calls, cloud, settings } = loop;
  for (const [name, request] of Object.entries(memory.requests)) {
    if (missingNodes(state, name) <= 0) {
      forget(loop, name);
      if (settings.behaviour.forgetsBackoffOnSuccess) memory.backoffs = without(memory.backoffs, name);
      continue;
    }
    if (request.expectedMs >= view.nowMs) continue;
    const took = `${Math.round((view.nowMs - request.timeMs) / 1000)}s`;
    calls.tell("ScaleUpTimedOut", `Nodes added to group ${name} failed to register within ${took}`, "Warning");
    backOff(loop, name, {
      class: "other",
      code: "timeout",
      message: `Scale-up timed out for node group ${name} after ${took}`,
    });
    const group = cloud.group(name);
    if (settings.behaviour.revertsTimedOutScaleUp && request.increase > 0 && group !== undefined) {
      const answer = decreaseTarget(calls, group, -request.increase);
      if (!answer.ok)
        calls.tell(
          "FailedToRevertScaleUp",
          `Failed to decrease target size for group ${name} after scale-up timeout: ${answer.message}`,
          "Warning",
        );
    }
    forget(loop, name);
  }
}

function forget({ memory }: LoopState, group: string): void {
  memory.requests = without(memory.requests, group);
}

function without<T>(record: Readonly<Record<string, T>>, key: string): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== key));
}

/** Notes that a group was enlarged, or that part of what was asked for will not come (`registerOrUpdateScaleUpNoLock`). */
export function registerScaleUp(loop: LoopState, group: WorkingGroup, delta: number): void {
  const { memory } = loop;
  const known = memory.requests[group.name];
  const timeMs = nowOf(loop);
  const expectedMs = timeMs + provisionMs(loop, group);
  if (known === undefined) {
    if (delta <= 0) return;
    memory.requests = { ...memory.requests, [group.name]: { increase: delta, timeMs, expectedMs } };
    return;
  }
  const increase = known.increase + delta;
  if (increase <= 0) {
    forget(loop, group.name);
    return;
  }
  const request: GrowthRequest = delta > 0 ? { increase, timeMs, expectedMs } : { ...known, increase };
  memory.requests = { ...memory.requests, [group.name]: request };
}

/** Whether nodes of the group that were asked for are still to come. */
function isScalingUp(loop: LoopState, state: RegistryState, group: string): boolean {
  return missingNodes(state, group) > 0 && loop.memory.requests[group] !== undefined;
}

/** Instances that could not be made put their group to rest. */
export function handleCreationErrors(loop: LoopState, state: RegistryState): void {
  const { cloud, memory, calls } = loop;
  const failed: Record<string, readonly string[]> = {};
  for (const group of cloud.groups) {
    const broken = group.instances.filter((one) => one.error !== undefined);
    if (broken.length > 0) failed[group.name] = broken.map(({ id }) => id);
    const seen = new Set(memory.failedInstances[group.name] ?? []);
    for (const [code, instances] of byCode(broken)) {
      const unseen = instances.filter(({ id }) => !seen.has(id));
      const error = unseen[0]?.error;
      if (error === undefined || !isScalingUp(loop, state, group.name)) continue;
      const sources = [...new Set(instances.map((one) => one.error?.message ?? ""))].join(", ");
      calls.tell(
        "ScaleUpFailed",
        `Failed adding ${unseen.length} nodes to group ${group.name} due to ${code}; source errors: ${sources}`,
        "Warning",
      );
      registerScaleUp(loop, group, -unseen.length);
      backOff(loop, group.name, { ...error, message: sources });
    }
  }
  memory.failedInstances = failed;
}

function byCode(instances: readonly Instance[]): ReadonlyMap<string, readonly Instance[]> {
  const groups = new Map<string, Instance[]>();
  for (const one of instances) {
    const kind = one.error?.class === "outOfResources" ? "OutOfResource" : "Other";
    const key = `${kind}.${one.error?.code ?? ""}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return groups;
}
