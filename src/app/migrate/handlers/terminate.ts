import { numberAt, objectAt } from "../../../kube/json.ts";
import type { Json } from "../../../kube/objects.ts";
import type { Step } from "../../../migration/step.ts";
import type { World } from "../../../ports/world.ts";
import type { Observation, StepHandler, UndoOutcome } from "../../run/handler.ts";
import { readGroup, setDesired } from "../groups.ts";
import { consentsOf, groupOf, nodesOf, timeoutOf } from "../params.ts";
import { loadOf } from "../pods.ts";
import { remaining, terminateInstances } from "../terminate.ts";

/** The instances go for good. Its undo lets the group launch as many again; `open-group` waits for them. */
export const terminateWave: StepHandler = {
  kind: "migrate/terminate",

  async observe(step: Step, world: World): Promise<Observation> {
    const nodes = nodesOf(step);
    const left = await remaining(world, groupOf(step), nodes);
    if (left.length === 0) return { state: "done", after: null, detail: "gone" };
    const names = new Set(nodes.map((node) => node.name));
    const { moving, guarded } = loadOf(await world.cluster.list("pods"), names, consentsOf(step));
    const pods = moving.length + guarded.length;
    if (pods === 0) return { state: "pending", detail: `${left.length} nodes are there` };
    return {
      state: "blocked",
      detail: `${pods} pods are on nodes that were drained`,
      hint: "somebody uncordoned them: drain them with `kubectl drain`, then run `dovetail resume`, or `dovetail rollback`",
    };
  },

  async record(step: Step, world: World): Promise<Json> {
    return { desired: (await readGroup(world, groupOf(step))).desired };
  },

  async act(step: Step, _before: Json, world: World): Promise<void> {
    await terminateInstances(world, { group: groupOf(step), nodes: nodesOf(step), timeoutMs: timeoutOf(step) });
  },

  async undo(step: Step, before: Json, _after: Json | undefined, world: World): Promise<UndoOutcome> {
    const group = groupOf(step);
    const recorded = numberAt(objectAt(before)["desired"]) ?? 0;
    const { desired, max } = await readGroup(world, group);
    if (recorded > max) return { kind: "left", reason: `its maximum is ${max} now, and ${recorded} nodes were there` };
    if (desired < recorded) await setDesired(world, group, recorded);
    return { kind: "undone" };
  },
};
