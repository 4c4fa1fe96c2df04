import type { Node } from "../../../kube/objects.ts";
import { instanceIdOf } from "../../../kube/node.ts";
import type { ActingStep } from "../../../migration/step.ts";
import type { Reading } from "../../../ports/world.ts";
import type { StepHandler } from "../../run/handler.ts";
import { withRetry } from "../../run/wait.ts";
import { cordon } from "../cordon.ts";
import { drainNodes } from "../drain.ts";
import { findGroup, findSettled, groupGone, membersOf, raiseDesired } from "../groups.ts";
import { type NodeRef, groupIn } from "../params.ts";
import { loadOf, nodesOfInstances, readyByOwner, setUnschedulable } from "../pods.ts";
import { removePlaceholders, surge } from "../surge.ts";
import { terminateInstances } from "../terminate.ts";

/**
 * Shifts nodes that joined the group after the plan was made (a spot replacement, a scale-up by hand). Usually there
 * are none.
 */
export const sweepGroup: StepHandler<"migrate/sweep"> = {
  async observe(step, world) {
    const extra = await extraNodes(step, world);
    const [first] = extra;
    if (first === undefined) return { state: "done", after: null, detail: "nothing is left" };
    return { state: "pending", detail: `${first.name} joined after the plan was made` };
  },

  async record(step, world) {
    return { desired: (await findGroup(world, groupIn(step.params)))?.desired ?? 0 };
  },

  async act(step, _before, world) {
    const extra = await extraNodes(step, world);
    const nodes = new Set(extra.map((node) => node.name));
    const consents = step.params.consents;
    await surge(world, {
      title: `bring up room for the pods of ${nodes.size} more nodes`,
      id: step.id,
      nodes,
      consents,
      timeoutMs: step.params.surgeMs,
      image: step.params.image,
    });
    await cordon(world, nodes);
    const pods = await withRetry(world, () => world.cluster.list("pods"));
    await drainNodes(world, {
      title: `evict the pods of ${nodes.size} more nodes`,
      nodes,
      consents,
      timeoutMs: step.params.drainMs,
      expected: readyByOwner(pods),
      onGuarded: "stop",
      goOn: "dovetail resume",
    });
    await removePlaceholders(world, step.id);
    await terminateInstances(world, { group: groupIn(step.params), nodes: extra, timeoutMs: step.params.timeoutMs });
  },

  async undo(step, before, _after, world) {
    await removePlaceholders(world, step.id);
    const target = { group: groupIn(step.params), timeoutMs: step.params.timeoutMs };
    if ((await findSettled(world, target)) === undefined) return { kind: "left", reason: groupGone };
    for (const { name } of await extraNodes(step, world)) {
      await withRetry(world, () => setUnschedulable(world, name, false));
    }
    await withRetry(world, () => raiseDesired(world, target, before.desired));
    return { kind: "undone" };
  },
};

/**
 * Nodes that the plan does not let stay. Where one that was to stay is gone, the group has as many others in its place: first those whose
 * pods run on no node of Karpenter's, as the one that is gone was kept for such.
 */
async function extraNodes(step: ActingStep<"migrate/sweep">, world: Reading): Promise<readonly NodeRef[]> {
  const kept = new Set(step.params.keep);
  const state = await withRetry(world, () => findGroup(world, groupIn(step.params)));
  if (state === undefined) return [];
  const nodes = nodesOfInstances(await withRetry(world, () => world.cluster.list("nodes")), membersOf(state));
  const extra = nodes.filter((node) => !kept.has(node.metadata.name)).toSorted(byName);
  const gone = kept.size - (nodes.length - extra.length);
  const staying = gone <= 0 ? [] : (await bound(step, extra, world)).slice(0, gone);
  return extra
    .filter((node) => !staying.includes(node))
    .map((node) => ({ name: node.metadata.name, instanceId: instanceIdOf(node) ?? "" }));
}

/** The nodes, those first that hold a pod which stays or which Karpenter's nodes do not take. */
async function bound(
  { params }: ActingStep<"migrate/sweep">,
  nodes: readonly Node[],
  world: Reading,
): Promise<readonly Node[]> {
  const pods = await withRetry(world, () => world.cluster.list("pods"));
  const isBound = (node: Node): boolean => {
    const { moving, guarded } = loadOf(pods, new Set([node.metadata.name]), params.consents);
    return guarded.length > 0 || moving.some(({ isUnmanaged }) => isUnmanaged);
  };
  return nodes.toSorted((a, b) => Number(isBound(b)) - Number(isBound(a)));
}

function byName(a: Node, b: Node): number {
  return a.metadata.name < b.metadata.name ? -1 : 1;
}
