import type { StepHandler } from "../../run/handler.ts";
import { withRetry } from "../../run/wait.ts";
import { findGroup, findSettled, groupGone, raiseDesired } from "../groups.ts";
import { groupIn } from "../params.ts";
import { loadOf } from "../pods.ts";
import { remaining, terminateInstances } from "../terminate.ts";

/** The instances go for good. Its undo lets the group launch as many again; `open-group` waits for them. */
export const terminateWave: StepHandler<"migrate/terminate"> = {
  async observe(step, world) {
    const nodes = step.params.nodes;
    const left = await remaining(world, groupIn(step.params), nodes);
    if (left.length === 0) return { state: "done", after: null, detail: "gone" };
    const names = new Set(nodes.map((node) => node.name));
    const { moving, guarded } = loadOf(await world.cluster.list("pods"), names, step.params.consents);
    const pods = moving.length + guarded.length;
    if (pods === 0) return { state: "pending", detail: `${left.length} nodes are there` };
    return {
      state: "blocked",
      detail: `${pods} pods are on nodes that were drained`,
      hint: "somebody uncordoned them: drain them with `kubectl drain`, then run `dovetail resume`, or `dovetail rollback`",
    };
  },

  async record(step, world) {
    return { desired: (await findGroup(world, groupIn(step.params)))?.desired ?? 0 };
  },

  async act(step, _before, world) {
    await terminateInstances(world, {
      group: groupIn(step.params),
      nodes: step.params.nodes,
      timeoutMs: step.params.timeoutMs,
    });
  },

  async undo(step, before, _after, world) {
    const target = { group: groupIn(step.params), timeoutMs: step.params.timeoutMs };
    if ((await findSettled(world, target)) === undefined) return { kind: "left", reason: groupGone };
    const { max } = await withRetry(world, () => raiseDesired(world, target, before.desired));
    if (before.desired <= max) return { kind: "undone" };
    return { kind: "left", reason: `its maximum is ${max} now, and ${before.desired} nodes were there` };
  },
};
