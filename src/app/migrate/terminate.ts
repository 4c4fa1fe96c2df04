import type { Reading, World } from "../../ports/world.ts";
import { waitUntil, withRetry, type Wait } from "../run/wait.ts";
import { findGroup, type GroupState, membersOf } from "./groups.ts";
import { Fault } from "../../fault/fault.ts";
import { shellWord } from "../../kube/text.ts";
import { suspendRebalancing } from "./rebalancing.ts";
import type { GroupRef, NodeRef } from "./params.ts";

/**
 * Terminates the instances with the desired size decremented, and waits until their nodes are gone.
 *
 * Idempotent: an instance on its way out is left to go, and its group does not count it a second time. Throws `migrate.drift` when somebody
 * raised the group's minimum meanwhile.
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
      const state = await findGroup(world, group);
      if (state === undefined || !membersOf(state).includes(instanceId)) return;
      if (state.desired <= state.min) throw minimumRaised(group, state);
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

/** Somebody raised the minimum since the group was opened: whether they want the nodes is theirs to say. */
function minimumRaised(group: GroupRef, { min, desired }: GroupState): Fault {
  const own = shellWord(group.autoScalingGroupName ?? group.name);
  const [cluster, nodegroup] = [shellWord(group.cluster), shellWord(group.name)];
  const lower =
    group.kind === "managed"
      ? `aws eks update-nodegroup-config --cluster-name ${cluster} --nodegroup-name ${nodegroup} --scaling-config minSize=0`
      : `aws autoscaling update-auto-scaling-group --auto-scaling-group-name ${own} --min-size 0`;
  return new Fault("migrate.drift", `${group.name} may not lose a node: it has ${desired}, and its minimum is ${min}`, {
    why: "somebody raised its minimum since it was opened, or ended a node that was to stay",
    hint: `lower it with \`${lower}\`, then run \`dovetail resume\`; or take the migration back with \`dovetail rollback\``,
  });
}

/** Nodes whose instance the group still counts, or whose Node object is still there. */
export async function remaining(
  world: Reading,
  group: GroupRef,
  nodes: readonly NodeRef[],
): Promise<readonly string[]> {
  const state = await findGroup(world, group);
  const members = new Set(state === undefined ? [] : membersOf(state));
  const there = new Set((await world.cluster.list("nodes")).map((node) => node.metadata.name));
  return nodes.filter(({ name, instanceId }) => members.has(instanceId) || there.has(name)).map(({ name }) => name);
}
