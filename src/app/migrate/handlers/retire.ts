import type { Pool } from "../../../karpenter/hold.ts";
import { isHeld } from "../../../karpenter/hold.ts";
import type { StepHandler } from "../../run/handler.ts";
import { withRetry } from "../../run/wait.ts";
import { readGroup } from "../groups.ts";
import { groupIn } from "../params.ts";
import { holdDisruption, poolRecords, readPools, releaseAll } from "../pools.ts";
import { hasPriorityClass, removePriorityClass } from "../surge.ts";
import { resumeProcesses } from "./open-group.ts";

/** The group is at its agreed minimum, and looks after its balance again as it did. */
export const retireGroup: StepHandler<"migrate/retire-group"> = {
  async observe(step, world) {
    const state = await readGroup(world, groupIn(step.params));
    const size = step.params.size;
    if (state.desired !== size) {
      const detail = `its desired size is ${state.desired}, not ${size}`;
      return { state: "blocked", detail, hint: "stop whoever scales the group, then run `dovetail resume`" };
    }
    const isOurs = !step.params.suspended.includes("AZRebalance");
    if (isOurs && state.suspended.includes("AZRebalance"))
      return { state: "pending", detail: "its rebalancing is suspended" };
    return { state: "done", after: { desired: state.desired }, detail: `${size} nodes` };
  },

  record: () => Promise.resolve(null),

  async act(step, _before, world) {
    await resumeProcesses(world, groupIn(step.params), step.params.suspended);
  },
};

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
      if (pool !== undefined) await withRetry(world, () => holdDisruption(world, pool as Pool, held));
    }
    return { kind: "undone" };
  },
};
