import { isNodeReady } from "../../../kube/node.ts";
import type { World } from "../../../ports/world.ts";
import type { StepHandler } from "../../run/handler.ts";
import { waitUntil, withRetry, type Wait } from "../../run/wait.ts";
import {
  countedOf,
  findSettled,
  groupGone,
  type GroupState,
  type GroupTarget,
  membersOf,
  nothingLeft,
  raiseDesired,
  readGroup,
  readSettled,
  setMinimum,
} from "../groups.ts";
import { groupIn } from "../params.ts";
import { nodesOfInstances } from "../pods.ts";
import { rebalancing, resumeRebalancing, suspendRebalancing } from "../rebalancing.ts";
import type { ActingStep } from "../../../migration/step.ts";
import type { BeforeOf } from "../../../migration/kinds.ts";

/**
 * Records a group, lowers its minimum so that instances may leave, and stops its rebalancing. Its undo is the way
 * back of the whole group: the recorded sizes are what it must have again at least, and what others added is left.
 */
export const openGroup: StepHandler<"migrate/open-group"> = {
  async observe(step, world) {
    const state = await findSettled(world, targetOf(step));
    if (state === undefined) return { state: "done", after: { min: 0 }, detail: nothingLeft };
    const minimum = step.params.minimum;
    if (state.min > minimum) return { state: "pending", detail: `its minimum is ${state.min}` };
    if (!state.suspended.includes(rebalancing)) return { state: "pending", detail: "it rebalances" };
    return { state: "done", after: { min: state.min }, detail: `its minimum is ${state.min}` };
  },

  async record(step, world) {
    const { min, max, desired, suspended, tags, labels } = await readSettled(world, targetOf(step));
    return { min, max, desired, suspended: [...suspended], tags: [...tags], labels };
  },

  async act(step, _before, world) {
    const target = targetOf(step);
    await suspendRebalancing(world, target.group);
    const state = await withRetry(world, () => readSettled(world, target));
    const { minimum } = step.params;
    if (state.min > minimum) await withRetry(world, () => setMinimum(world, target, minimum));
  },

  async undo(step, before, _after, world) {
    const target = targetOf(step);
    const state = await findSettled(world, target);
    if (state === undefined) return { kind: "left", reason: groupGone };
    const foreign = changedByOthers(state, before, step.params.minimum);
    await withRetry(world, () => raiseDesired(world, target, before.desired));
    if (foreign === undefined) await withRetry(world, () => setMinimum(world, target, before.min));
    await capacityBack(world, target, Math.min(before.desired, state.max));
    // Said of what is read back, when the last change of ours has ended.
    const uneven = await resumeRebalancing(world, target.group, before.suspended);
    const left = [foreign, await leftover(world, target, before), uneven].filter((reason) => reason !== undefined);
    return left.length === 0 ? { kind: "undone" } : { kind: "left", reason: left.join("; ") };
  },
};

type GroupRecord = BeforeOf<"migrate/open-group">;

function targetOf(step: ActingStep<"migrate/open-group">): GroupTarget {
  return { group: groupIn(step.params), timeoutMs: step.params.timeoutMs };
}

/** Others own a value that is neither what we recorded nor what we set. */
function changedByOthers(state: GroupState, recorded: GroupRecord, minimum: number): string | undefined {
  if (state.max !== recorded.max) return `its maximum was changed from ${recorded.max} to ${state.max} since`;
  const ours = [recorded.min, Math.min(recorded.min, minimum)];
  if (!ours.includes(state.min)) return `its minimum was changed to ${state.min} since`;
  return undefined;
}

/** What is more than was recorded is somebody else's: fewer would be Auto Scaling's choice, without a drain. */
async function leftover(world: World, target: GroupTarget, recorded: GroupRecord): Promise<string | undefined> {
  const { desired, instances } = await withRetry(world, () => readSettled(world, target));
  const there = Math.max(desired, countedOf({ instances }).length);
  if (there <= recorded.desired) return undefined;
  return `${there} nodes are there, ${recorded.desired} were recorded: somebody added them, and ending them would drain nobody`;
}

/** Waits until as many nodes of the group are Ready as it should have. */
async function capacityBack(world: World, { group, timeoutMs }: GroupTarget, desired: number): Promise<void> {
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
