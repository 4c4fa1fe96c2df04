import type { StepHandler } from "../../run/handler.ts";
import { isHeld } from "../../../karpenter/hold.ts";
import { readGroup } from "../groups.ts";
import { type GroupRef, groupIn } from "../params.ts";
import { mayProvision, readiness, readPools } from "../pools.ts";
import { karpenterLook } from "../karpenter-look.ts";
import { type AwsOperation, operations } from "../../../aws/operations.ts";
import type { Reading } from "../../../ports/world.ts";
import { isStepKind } from "../../../migration/kinds.ts";
import { missingAccess, simulateActions } from "../../run/permissions.ts";
import { shiftKinds } from "../../../migration/shift/kinds.ts";
import { textAt } from "../../../kube/json.ts";
import { shellWord } from "../../../kube/text.ts";
import { needsOfKinds } from "../../../migration/needs.ts";

/** The checks of the first stage change nothing; one that does not hold stops before anything is touched. */
const changesNothing = { record: () => Promise.resolve(null), act: () => Promise.resolve() } as const;

/** Karpenter's controller is there and ready. */
export const karpenterCheck: StepHandler<"migrate/check-karpenter"> = {
  ...changesNothing,
  async observe(_step, world) {
    const look = await karpenterLook(world);
    return look.isDone
      ? { state: "done", after: null, detail: "its controller is ready" }
      : { state: "blocked", detail: look.detail, hint: "run `dovetail install` first" };
  },
};

/** Every pool is ready, and held until the hand-over. */
export const poolsCheck: StepHandler<"migrate/check-pools"> = {
  ...changesNothing,
  async observe(step, world) {
    for (const pool of await readPools(world, step.params.pools)) {
      const { name } = pool.metadata;
      if (!isHeld(pool) || mayProvision(pool)) {
        return {
          state: "blocked",
          detail: `NodePool ${name} is not held: Karpenter would act beside Cluster Autoscaler`,
          hint:
            "take an earlier migration back with `dovetail rollback`, which holds it; where there was none, " +
            `delete it with \`kubectl delete nodepool ${shellWord(name)}\` and run \`dovetail install\`, which applies it held`,
        };
      }
      const ready = readiness(pool);
      if (ready?.isReady !== true) {
        const detail = `NodePool ${name} is not ready: ${ready?.message ?? "Karpenter has not judged it yet"}`;
        return { state: "blocked", detail, hint: "look at the pool and its EC2NodeClass with `kubectl describe`" };
      }
    }
    return { state: "done", after: null, detail: "all held and ready" };
  },
};

/** Node groups have the bounds that the plan recorded. */
export const driftCheck: StepHandler<"migrate/check-drift"> = {
  ...changesNothing,
  async observe(step, world) {
    const { groups, sizes } = step.params;
    for (const params of groups) {
      const group = groupIn(params);
      const planned = sizes[group.name];
      const state = await readGroup(world, group);
      if (state.min !== planned?.min || state.max !== planned.max) {
        const saw = planned === undefined ? "nothing of it" : `${planned.min} to ${planned.max}`;
        return {
          state: "blocked",
          detail: `${group.name} has sizes ${state.min} to ${state.max} now, the plan saw ${saw}`,
          hint: "run `dovetail migrate` again for a plan of the cluster as it is",
        };
      }
    }
    return { state: "done", after: null, detail: "as planned" };
  },
};

/** Every step of the plan may be made and taken back by this user, in the cluster and in the account. */
export const permissionsCheck: StepHandler<"migrate/check-permissions"> = {
  ...changesNothing,
  async observe(step, world) {
    const kinds = step.params.kinds?.filter(isStepKind) ?? allKinds;
    const needs = needsOfKinds(kinds);
    const refused = await missingAccess(world, needs.kube);
    const caller = textAt(await world.cloud.read("sts:GetCallerIdentity", {}), "Arn") ?? "";
    const actions = await actionsOnGroups(world, (step.params.groups ?? []).map(groupIn), needs.aws);
    const { missing, warnings } = await simulateActions(world, caller, actions);
    const all = [...refused, ...missing.map(({ action, resource }) => `${action} on ${resource}`)];
    if (all.length > 0) {
      return {
        state: "blocked",
        detail: `${caller} may not ${all.join(", ")}`,
        hint: "bind a role or attach a policy that grants it, then run the command again",
      };
    }
    return { state: "done", after: null, detail: ["all granted", ...warnings].join("; ") };
  },
};

const allKinds = Object.keys(shiftKinds).filter(isStepKind);

/** The operations on node groups, by the ARNs of the groups; what reads has no resource of its own. */
async function actionsOnGroups(
  world: Reading,
  groups: readonly GroupRef[],
  needed: readonly AwsOperation[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const reads = needed.filter((one) => operations[one] === "reads");
  const writes = needed.filter((one) => operations[one] === "writes");
  const found = new Map<string, readonly string[]>([["*", reads.filter((one) => !one.startsWith("eks:"))]]);
  for (const group of groups) {
    const { arn, nodegroupArn } = await readGroup(world, group);
    if (arn !== undefined)
      found.set(
        arn,
        writes.filter((one) => one.startsWith("autoscaling:")),
      );
    if (nodegroupArn !== undefined)
      found.set(
        nodegroupArn,
        needed.filter((one) => one.startsWith("eks:")),
      );
  }
  return found;
}
