import { isNodeReady } from "../../../kube/node.ts";
import type { World } from "../../../ports/world.ts";
import type { StepHandler } from "../../run/handler.ts";
import { waitUntil, withRetry, type Wait } from "../../run/wait.ts";
import { type GroupSizes, type GroupState, membersOf, readGroup, setSizes } from "../groups.ts";
import { type GroupRef, groupIn } from "../params.ts";
import { nodesOfInstances } from "../pods.ts";
import type { BeforeOf } from "../../../migration/kinds.ts";

/** Rebalancing launches and terminates without asking any budget. */
const rebalancing = "AZRebalance";

/**
 * Records a group, lowers its minimum so that instances may leave, and stops its rebalancing. Its undo is the way
 * back of the whole group.
 */
export const openGroup: StepHandler<"migrate/open-group"> = {
  async observe(step, world) {
    const state = await readGroup(world, groupIn(step.params));
    const minimum = step.params.minimum;
    if (state.min > minimum) return { state: "pending", detail: `its minimum is ${state.min}` };
    if (!state.suspended.includes(rebalancing)) return { state: "pending", detail: "it rebalances" };
    return { state: "done", after: { min: state.min }, detail: `its minimum is ${state.min}` };
  },

  async record(step, world) {
    const { min, max, desired, suspended, tags, labels } = await readGroup(world, groupIn(step.params));
    return { min, max, desired, suspended: [...suspended], tags: [...tags], labels };
  },

  async act(step, _before, world) {
    const group = groupIn(step.params);
    const state = await withRetry(world, () => readGroup(world, group));
    if (!state.suspended.includes(rebalancing)) {
      await withRetry(world, () =>
        world.cloud.write("autoscaling:SuspendProcesses", {
          AutoScalingGroupName: group.autoScalingGroupName ?? group.name,
          ScalingProcesses: [rebalancing],
        }),
      );
    }
    const minimum = step.params.minimum;
    if (state.min <= minimum) return;
    const { max, desired } = state;
    await withRetry(world, () =>
      setSizes(world, { group, timeoutMs: step.params.timeoutMs }, { min: minimum, max, desired }),
    );
  },

  async undo(step, before, _after, world) {
    const group = groupIn(step.params);
    const recorded = before;
    const state = await readGroup(world, group);
    const changed = changedByOthers(state, recorded, step.params.minimum);
    const sizes = changed === undefined ? recorded : { ...state, desired: Math.min(recorded.desired, state.max) };
    const wanted = { min: sizes.min, max: sizes.max, desired: Math.max(sizes.desired, sizes.min) };
    if (!isEqual(state, wanted)) await setSizes(world, { group, timeoutMs: step.params.timeoutMs }, wanted);
    await capacityBack(world, { group, timeoutMs: step.params.timeoutMs }, wanted.desired);
    await resumeProcesses(world, group, recorded.suspended);
    return changed === undefined ? { kind: "undone" } : { kind: "left", reason: changed };
  },
};

type GroupRecord = BeforeOf<"migrate/open-group">;

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
