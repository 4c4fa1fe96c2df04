import type { Json } from "../../../kube/objects.ts";
import type { Step } from "../../../migration/step.ts";
import type { World } from "../../../ports/world.ts";
import type { Pool } from "../../../karpenter/hold.ts";
import { isHeld } from "../../../karpenter/hold.ts";
import type { Observation, StepHandler, UndoOutcome } from "../../run/handler.ts";
import { withRetry } from "../../run/wait.ts";
import { readGroup } from "../groups.ts";
import { groupOf } from "../params.ts";
import { holdDisruption, parsePoolRecords, poolRecords, readPools, releaseAll } from "../pools.ts";
import { hasPriorityClass, removePriorityClass } from "../surge.ts";
import { resumeProcesses } from "./open-group.ts";
import { textsAt, numberAt, objectAt } from "../../../kube/json.ts";

/** The group is at its agreed minimum, and looks after its balance again as it did. */
export const retireGroup: StepHandler = {
  kind: "migrate/retire-group",

  async observe(step: Step, world: World): Promise<Observation> {
    const state = await readGroup(world, groupOf(step));
    const size = numberAt(step.params["size"]) ?? 0;
    if (state.desired !== size) {
      const detail = `its desired size is ${state.desired}, not ${size}`;
      return { state: "blocked", detail, hint: "stop whoever scales the group, then run `dovetail resume`" };
    }
    const isOurs = !textsAt(step.params["suspended"]).includes("AZRebalance");
    if (isOurs && state.suspended.includes("AZRebalance"))
      return { state: "pending", detail: "its rebalancing is suspended" };
    return { state: "done", after: { desired: state.desired }, detail: `${size} nodes` };
  },

  record: () => Promise.resolve(null),

  async act(step: Step, _before: Json, world: World): Promise<void> {
    await resumeProcesses(world, groupOf(step), textsAt(step.params["suspended"]));
  },
};

/** Karpenter may consolidate from now on. */
export const releaseDisruption: StepHandler = {
  kind: "migrate/release-disruption",

  async observe(step: Step, world: World): Promise<Observation> {
    const held = (await readPools(world, textsAt(step.params["pools"]))).find((pool) => isHeld(pool));
    if (held !== undefined) return { state: "pending", detail: `NodePool ${held.metadata.name} is held` };
    if (await hasPriorityClass(world)) return { state: "pending", detail: "the placeholders' class is left" };
    return { state: "done", after: null, detail: "all released" };
  },

  async record(step: Step, world: World): Promise<Json> {
    return { pools: poolRecords(await readPools(world, textsAt(step.params["pools"]))) };
  },

  async act(step: Step, _before: Json, world: World): Promise<void> {
    for (const pool of await readPools(world, textsAt(step.params["pools"]))) {
      await withRetry(world, () => releaseAll(world, pool));
    }
    await withRetry(world, () => removePriorityClass(world));
  },

  async undo(_step: Step, before: Json, _after: Json | undefined, world: World): Promise<UndoOutcome> {
    for (const { name, held } of parsePoolRecords(objectAt(before)["pools"])) {
      const pool = await withRetry(world, () => world.cluster.get({ resource: "nodepools", name }));
      if (pool !== undefined) await withRetry(world, () => holdDisruption(world, pool as Pool, held));
    }
    return { kind: "undone" };
  },
};
