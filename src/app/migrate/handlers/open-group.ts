import type { Json } from "../../../kube/objects.ts";
import { isNodeReady } from "../../../kube/node.ts";
import type { Step } from "../../../migration/step.ts";
import type { World } from "../../../ports/world.ts";
import type { Observation, StepHandler, UndoOutcome } from "../../run/handler.ts";
import { waitUntil, withRetry, type Wait } from "../../run/wait.ts";
import { type GroupSizes, type GroupState, membersOf, readGroup, setSizes } from "../groups.ts";
import { type GroupRef, groupOf, timeoutOf } from "../params.ts";
import { nodesOfInstances } from "../pods.ts";
import { textsAt, numberAt, objectAt } from "../../../kube/json.ts";

/** Rebalancing launches and terminates without asking any budget. */
const rebalancing = "AZRebalance";

/**
 * Records a group, lowers its minimum so that instances may leave, and stops its rebalancing. Its undo is the way
 * back of the whole group.
 */
export const openGroup: StepHandler = {
  kind: "migrate/open-group",

  async observe(step: Step, world: World): Promise<Observation> {
    const state = await readGroup(world, groupOf(step));
    const minimum = minimumOf(step);
    if (state.min > minimum) return { state: "pending", detail: `its minimum is ${state.min}` };
    if (!state.suspended.includes(rebalancing)) return { state: "pending", detail: "it rebalances" };
    return { state: "done", after: { min: state.min }, detail: `its minimum is ${state.min}` };
  },

  async record(step: Step, world: World): Promise<Json> {
    const { min, max, desired, suspended, tags, labels } = await readGroup(world, groupOf(step));
    return { min, max, desired, suspended: [...suspended], tags: [...tags], labels };
  },

  async act(step: Step, _before: Json, world: World): Promise<void> {
    const group = groupOf(step);
    const state = await withRetry(world, () => readGroup(world, group));
    if (!state.suspended.includes(rebalancing)) {
      await withRetry(world, () =>
        world.cloud.write("autoscaling:SuspendProcesses", {
          AutoScalingGroupName: group.autoScalingGroupName ?? group.name,
          ScalingProcesses: [rebalancing],
        }),
      );
    }
    const minimum = minimumOf(step);
    if (state.min <= minimum) return;
    const { max, desired } = state;
    await withRetry(world, () =>
      setSizes(world, { group, timeoutMs: timeoutOf(step) }, { min: minimum, max, desired }),
    );
  },

  async undo(step: Step, before: Json, _after: Json | undefined, world: World): Promise<UndoOutcome> {
    const group = groupOf(step);
    const recorded = recordOf(before);
    const state = await readGroup(world, group);
    const changed = changedByOthers(state, recorded, minimumOf(step));
    const sizes = changed === undefined ? recorded : { ...state, desired: Math.min(recorded.desired, state.max) };
    const wanted = { min: sizes.min, max: sizes.max, desired: Math.max(sizes.desired, sizes.min) };
    if (!isEqual(state, wanted)) await setSizes(world, { group, timeoutMs: timeoutOf(step) }, wanted);
    await capacityBack(world, { group, timeoutMs: timeoutOf(step) }, wanted.desired);
    await resumeProcesses(world, group, recorded.suspended);
    return changed === undefined ? { kind: "undone" } : { kind: "left", reason: changed };
  },
};

function minimumOf(step: Step): number {
  return numberAt(step.params["minimum"]) ?? 0;
}

interface GroupRecord extends GroupSizes {
  readonly suspended: readonly string[];
}

function recordOf(before: Json): GroupRecord {
  const { min, max, desired, suspended } = objectAt(before);
  return {
    min: numberAt(min) ?? 0,
    max: numberAt(max) ?? 0,
    desired: numberAt(desired) ?? 0,
    suspended: textsAt(suspended),
  };
}

/** Others own a value that is neither what we recorded nor what we set. */
function changedByOthers(state: GroupState, recorded: GroupRecord, minimum: number): string | undefined {
  if (state.max !== recorded.max) return `its maximum was changed from ${recorded.max} to ${state.max} since`;
  const ours = [recorded.min, Math.min(recorded.min, minimum)];
  if (!ours.includes(state.min)) return `its minimum was changed to ${state.min} since`;
  return undefined;
}

function isEqual(a: GroupSizes, b: GroupSizes): boolean {
  return a.min === b.min && a.max === b.max && a.desired === b.desired;
}

/** Waits until as many nodes of the group are Ready as it should have. */
async function capacityBack(
  world: World,
  { group, timeoutMs }: { readonly group: GroupRef; readonly timeoutMs: number },
  desired: number,
): Promise<void> {
  const wait: Wait = {
    title: `wait until ${desired} nodes of ${group.name} are back`,
    timeoutMs,
    code: "migrate.capacity",
    why: "pods need somewhere to go back to",
    hint: "look at the group's scaling activities (capacity, subnets, quotas), then run `dovetail rollback` again",
  };
  await waitUntil(world, wait, async () => {
    const state = await readGroup(world, group);
    const nodes = nodesOfInstances(await world.cluster.list("nodes"), membersOf(state));
    const ready = nodes.filter(isNodeReady).length;
    if (ready >= desired) return { isDone: true, value: undefined };
    return { isDone: false, detail: `${ready} of ${desired} ready` };
  });
}

/** Rebalancing works again unless it was suspended before us. */
export async function resumeProcesses(world: World, group: GroupRef, recorded: readonly string[]): Promise<void> {
  if (recorded.includes(rebalancing)) return;
  const { suspended } = await withRetry(world, () => readGroup(world, group));
  if (!suspended.includes(rebalancing)) return;
  await withRetry(world, () =>
    world.cloud.write("autoscaling:ResumeProcesses", {
      AutoScalingGroupName: group.autoScalingGroupName ?? group.name,
      ScalingProcesses: [rebalancing],
    }),
  );
}
