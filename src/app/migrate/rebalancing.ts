import { shellWord } from "../../kube/text.ts";
import { type MigrationPlan, stepsOfKind } from "../../migration/plan.ts";
import { evenOut } from "../../migration/shift/zones.ts";
import type { Reading, World } from "../../ports/world.ts";
import { withRetry } from "../run/wait.ts";
import { countedOf, findGroup, type GroupState, readGroup } from "./groups.ts";
import { type GroupRef, groupIn } from "./params.ts";

/** Rebalancing launches and terminates without asking any budget. */
export const rebalancing = "AZRebalance";

/** Nothing of the group is ended to even out its zones. Nothing to do where somebody deleted the group. */
export async function suspendRebalancing(world: World, group: GroupRef): Promise<void> {
  const state = await withRetry(world, () => findGroup(world, group));
  if (state === undefined || state.suspended.includes(rebalancing)) return;
  await withRetry(world, () =>
    world.cloud.write("autoscaling:SuspendProcesses", {
      AutoScalingGroupName: group.autoScalingGroupName ?? group.name,
      ScalingProcesses: [rebalancing],
    }),
  );
}

/**
 * Rebalancing works again, unless it was suspended before us, or would end a node at once: then it stays suspended, and the answer says
 * why and how to resume it. Undefined when it works again, or had been suspended by somebody else.
 */
export async function resumeRebalancing(
  world: World,
  group: GroupRef,
  recorded: readonly string[],
): Promise<string | undefined> {
  if (recorded.includes(rebalancing)) return undefined;
  const state = await withRetry(world, () => readGroup(world, group));
  if (!state.suspended.includes(rebalancing)) return undefined;
  const uneven = unevenness(state);
  if (uneven !== undefined) return staysSuspended(group, uneven);
  await withRetry(world, () =>
    world.cloud.write("autoscaling:ResumeProcesses", {
      AutoScalingGroupName: group.autoScalingGroupName ?? group.name,
      ScalingProcesses: [rebalancing],
    }),
  );
  return undefined;
}

/** Why Auto Scaling would end an instance if it rebalanced the group now; undefined when it would do nothing. */
export function unevenness(state: Pick<GroupState, "instances" | "zones">): string | undefined {
  return evenOut(
    state.zones,
    countedOf(state).map(({ zone }) => zone),
  );
}

/** Groups whose rebalancing a migration found at work and left suspended, each with why and with the command that resumes it. */
export async function stillSuspended(world: Reading, plan: MigrationPlan): Promise<readonly string[]> {
  const notes: string[] = [];
  for (const { params } of stepsOfKind(plan, "migrate/retire-group")) {
    if (params.suspended.includes(rebalancing)) continue;
    const group = groupIn(params);
    const state = await withRetry(world, () => findGroup(world, group));
    if (state === undefined) continue;
    const uneven = unevenness(state);
    if (!state.suspended.includes(rebalancing) || uneven === undefined) continue;
    notes.push(`${group.name}: ${staysSuspended(group, uneven)}`);
  }
  return notes;
}

/** What is said of a group whose rebalancing stays suspended, with the command that resumes it. */
export function staysSuspended(group: GroupRef, uneven: string): string {
  const name = group.autoScalingGroupName ?? group.name;
  return (
    `its rebalancing stays suspended, as ${uneven}: Auto Scaling would end one of them without a drain; ` +
    "resume it when that may happen with " +
    `\`aws autoscaling resume-processes --auto-scaling-group-name ${shellWord(name)} --scaling-processes AZRebalance\``
  );
}
