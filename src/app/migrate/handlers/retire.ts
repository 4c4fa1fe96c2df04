import { isHeld, isHoldable } from "../../../karpenter/hold.ts";
import type { Node } from "../../../kube/objects.ts";
import { shellWord } from "../../../kube/text.ts";
import type { ActingStep } from "../../../migration/step.ts";
import type { Observation, StepHandler } from "../../run/handler.ts";
import { withRetry } from "../../run/wait.ts";
import { findGroup, type GroupState, membersOf, nothingLeft } from "../groups.ts";
import { groupIn } from "../params.ts";
import { nodesOfInstances } from "../pods.ts";
import { holdDisruption, poolRecords, readPools, releaseAll } from "../pools.ts";
import { hasPriorityClass, removePriorityClass } from "../surge.ts";
import { rebalancing, resumeRebalancing, staysSuspended, unevenness } from "../rebalancing.ts";

/**
 * The group is at its agreed minimum, and looks after its balance again as it did, unless that would end a node which stays: then its
 * rebalancing stays suspended, and the end of the migration says so.
 */
export const retireGroup: StepHandler<"migrate/retire-group"> = {
  async observe(step, world) {
    const group = groupIn(step.params);
    const state = await findGroup(world, group);
    if (state === undefined) return { state: "done", after: { desired: 0 }, detail: nothingLeft };
    const { size } = step.params;
    if (state.desired > size) return tooLarge(step, await world.cluster.list("nodes"), state);
    const isOurs = !step.params.suspended.includes(rebalancing);
    if (isOurs && state.suspended.includes(rebalancing)) {
      const uneven = unevenness(state);
      if (uneven === undefined) return { state: "pending", detail: "its rebalancing is suspended" };
      return { state: "done", after: { desired: state.desired }, detail: staysSuspended(group, uneven) };
    }
    return { state: "done", after: { desired: state.desired }, detail: `${state.desired} nodes` };
  },

  record: () => Promise.resolve(null),

  async act(step, _before, world) {
    await resumeRebalancing(world, groupIn(step.params), step.params.suspended);
  },
};

/** More than were to stay: nothing is ended for it here, its nodes are shifted like all others. */
function tooLarge(
  { params }: ActingStep<"migrate/retire-group">,
  nodes: readonly Node[],
  state: GroupState,
): Observation<"migrate/retire-group"> {
  const { group, size, keep = [] } = params;
  const joined = nodesOfInstances(nodes, membersOf(state))
    .map((node) => node.metadata.name)
    .filter((name) => !keep.includes(name));
  const more = joined.length > 5 ? ` and ${joined.length - 5} more` : "";
  const who =
    joined.length === 0
      ? `${state.desired - size} more are being launched`
      : `${joined.slice(0, 5).join(", ")}${more} joined after its stage`;
  return {
    state: "blocked",
    detail: `${group} has ${state.desired} nodes, ${size} were to stay: ${who}`,
    hint:
      "run `dovetail resume`, which shifts them too, or keep them with " +
      `\`dovetail resume --keep ${shellWord(`${group}=${state.desired}`)}\``,
  };
}

/** Karpenter may consolidate from now on. */
export const releaseDisruption: StepHandler<"migrate/release-disruption"> = {
  async observe(step, world) {
    const held = (await readPools(world, step.params.pools)).find((pool) => isHeld(pool));
    if (held !== undefined) return { state: "pending", detail: `NodePool ${held.metadata.name} is held` };
    if (await hasPriorityClass(world)) return { state: "pending", detail: "the placeholders' class is left" };
    return { state: "done", after: null, detail: "all released" };
  },

  async record(step, world) {
    return { pools: poolRecords(await readPools(world, step.params.pools)) };
  },

  async act(step, _before, world) {
    for (const pool of await readPools(world, step.params.pools)) {
      await withRetry(world, () => releaseAll(world, pool));
    }
    await withRetry(world, () => removePriorityClass(world));
  },

  async undo(_step, before, _after, world) {
    for (const { name, held } of before.pools) {
      const pool = await withRetry(world, () => world.cluster.get({ resource: "nodepools", name }));
      if (pool !== undefined && isHoldable(pool)) await withRetry(world, () => holdDisruption(world, pool, held));
    }
    return { kind: "undone" };
  },
};
