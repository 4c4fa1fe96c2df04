import { instanceIdOf } from "../../../kube/node.ts";
import type { Json } from "../../../kube/objects.ts";
import type { Step } from "../../../migration/step.ts";
import type { World } from "../../../ports/world.ts";
import type { Observation, StepHandler, UndoOutcome } from "../../run/handler.ts";
import { withRetry } from "../../run/wait.ts";
import { drainNodes } from "../drain.ts";
import { membersOf, readGroup, setDesired } from "../groups.ts";
import { consentsOf, groupOf, type NodeRef, timeoutOf } from "../params.ts";
import { nodesOfInstances, readyByOwner, setUnschedulable } from "../pods.ts";
import { removePlaceholders, surge } from "../surge.ts";
import { terminateInstances } from "../terminate.ts";
import { textsAt, numberAt, objectAt, textAt } from "../../../kube/json.ts";

/**
 * Shifts nodes that joined the group after the plan was made (a spot replacement, a scale-up by hand). Usually there
 * are none.
 */
export const sweepGroup: StepHandler = {
  kind: "migrate/sweep",

  async observe(step: Step, world: World): Promise<Observation> {
    const extra = await extraNodes(step, world);
    const [first] = extra;
    if (first === undefined) return { state: "done", after: null, detail: "nothing is left" };
    return { state: "pending", detail: `${first.name} joined after the plan was made` };
  },

  async record(step: Step, world: World): Promise<Json> {
    return { desired: (await readGroup(world, groupOf(step))).desired };
  },

  async act(step: Step, _before: Json, world: World): Promise<void> {
    const extra = await extraNodes(step, world);
    const nodes = new Set(extra.map((node) => node.name));
    const consents = consentsOf(step);
    await surge(world, {
      title: `bring up room for the pods of ${nodes.size} more nodes`,
      id: step.id,
      nodes,
      consents,
      timeoutMs: timeoutOf(step, "surgeMs"),
      image: textAt(step.params["image"]) ?? "",
    });
    for (const name of nodes) await withRetry(world, () => setUnschedulable(world, name, true));
    const pods = await withRetry(world, () => world.cluster.list("pods"));
    await drainNodes(world, {
      title: `evict the pods of ${nodes.size} more nodes`,
      nodes,
      consents,
      timeoutMs: timeoutOf(step, "drainMs"),
      expected: readyByOwner(pods),
      onGuarded: "stop",
    });
    await removePlaceholders(world, step.id);
    await terminateInstances(world, { group: groupOf(step), nodes: extra, timeoutMs: timeoutOf(step) });
  },

  async undo(step: Step, before: Json, _after: Json | undefined, world: World): Promise<UndoOutcome> {
    await removePlaceholders(world, step.id);
    for (const { name } of await extraNodes(step, world)) {
      await withRetry(world, () => setUnschedulable(world, name, false));
    }
    const group = groupOf(step);
    const recorded = numberAt(objectAt(before)["desired"]) ?? 0;
    const { desired, max } = await readGroup(world, group);
    if (desired < recorded && recorded <= max) await setDesired(world, group, recorded);
    return { kind: "undone" };
  },
};

async function extraNodes(step: Step, world: World): Promise<readonly NodeRef[]> {
  const kept = new Set(textsAt(step.params["keep"]));
  const state = await withRetry(world, () => readGroup(world, groupOf(step)));
  const nodes = await withRetry(world, () => world.cluster.list("nodes"));
  return nodesOfInstances(nodes, membersOf(state))
    .filter((node) => !kept.has(node.metadata.name))
    .map((node) => ({ name: node.metadata.name, instanceId: instanceIdOf(node) ?? "" }));
}
