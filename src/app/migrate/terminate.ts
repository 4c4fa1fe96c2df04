import type { Reading, World } from "../../ports/world.ts";
import { waitUntil, withRetry, type Wait } from "../run/wait.ts";
import { membersOf, readGroup } from "./groups.ts";
import { suspendRebalancing } from "./rebalancing.ts";
import type { GroupRef, NodeRef } from "./params.ts";

/**
 * Terminates the instances with the desired size decremented, and waits until their nodes are gone.
 *
 * Idempotent: an instance on its way out is left to go, and its group does not count it a second time.
 */
export async function terminateInstances(
  world: World,
  target: { readonly group: GroupRef; readonly nodes: readonly NodeRef[]; readonly timeoutMs: number },
): Promise<void> {
  const { group, nodes } = target;
  // Somebody may have resumed it since the group was opened.
  await suspendRebalancing(world, group);
  for (const { instanceId } of nodes) {
    await withRetry(world, async () => {
      // Read before each call: after a lost answer the instance is on its way out, and calling again would take a
      // second one off.
      const members = membersOf(await readGroup(world, group));
      if (!members.includes(instanceId)) return;
      await world.cloud.write("autoscaling:TerminateInstanceInAutoScalingGroup", {
        InstanceId: instanceId,
        ShouldDecrementDesiredCapacity: true,
      });
    });
  }
  const wait: Wait = {
    title: `wait until ${nodes.length === 1 ? (nodes[0]?.name ?? "") : `${nodes.length} nodes`} of ${group.name} left`,
    timeoutMs: target.timeoutMs,
    code: "migrate.nodes-stay",
    hint: "look at the instance in the EC2 console and at the node with `kubectl describe node`",
  };
  await waitUntil(world, wait, async () => {
    const left = await remaining(world, group, nodes);
    const [first] = left;
    return first === undefined
      ? { isDone: true, value: undefined }
      : { isDone: false, detail: `${first} is still there` };
  });
}

/** Nodes whose instance the group still counts, or whose Node object is still there. */
export async function remaining(
  world: Reading,
  group: GroupRef,
  nodes: readonly NodeRef[],
): Promise<readonly string[]> {
  const members = new Set(membersOf(await readGroup(world, group)));
  const there = new Set((await world.cluster.list("nodes")).map((node) => node.metadata.name));
  return nodes.filter(({ name, instanceId }) => members.has(instanceId) || there.has(name)).map(({ name }) => name);
}
