import { Fault } from "../../fault/fault.ts";
import { isHeld, isHoldable } from "../../karpenter/hold.ts";
import { textAt } from "../../kube/json.ts";
import type { JsonObject } from "../../kube/objects.ts";
import { shellWord } from "../../kube/text.ts";
import { type MigrationPlan, stepsOfKind } from "../../migration/plan.ts";
import type { Reading } from "../../ports/world.ts";
import type { WriteCheck } from "../run/session.ts";
import { pause, waitUntil, withRetry } from "../run/wait.ts";
import type { JournalWriter } from "../run/writer.ts";
import { countedOf, findGroup } from "./groups.ts";
import { karpenterLook } from "./karpenter-look.ts";
import { type GroupRef, groupIn } from "./params.ts";
import { disruptionBudgetsOf, mayProvision } from "./pools.ts";

/** How often a run looks at what it relies on: before a write, and not more often than that. */
const lookEveryMs = 10_000;

/** How long Karpenter's controller may be away: a restart, a new leader. */
const controllerBackMs = 3 * 60_000;

/** A desired size and the group's members may be told of two moments. */
const settlesMs = 5_000;

/**
 * What a cut-over relies on from its hand-over on, looked at before its writes: Cluster Autoscaler rests, Karpenter's controller runs, its
 * NodePools launch nodes and disrupt none yet, and Auto Scaling ends no node of an opened group by its own choice. What somebody changed
 * of it stops the run before its next write. The same that the rehearsals check afterwards, checked while it happens.
 */
export function guardOf(world: Reading, journal: JournalWriter<MigrationPlan>): WriteCheck {
  const handOvers = stepsOfKind(journal.plan, "migrate/hand-over");
  const isOver = (id: string): boolean => ["done", "kept"].includes(journal.stateOf(id));
  let lookedMs = Number.NEGATIVE_INFINITY;
  return async () => {
    if (world.clock.nowMs() - lookedMs < lookEveryMs) return;
    lookedMs = world.clock.nowMs();
    const given = handOvers.filter(({ id }) => isOver(id));
    if (given.length === 0) return;
    for (const { params } of given) for (const autoscaler of params.autoscalers) await atRest(world, autoscaler);
    await controllerRuns(world);
    const releases = stepsOfKind(journal.plan, "migrate/release-disruption");
    const isReleasing = releases.some(({ id }) => journal.stateOf(id) !== "pending");
    for (const { params } of given) for (const name of params.pools) await poolServes(world, name, isReleasing);
    for (const group of openGroups(journal.plan, isOver)) await losesNone(world, group);
  };
}

async function atRest(
  world: Reading,
  { namespace, deployment }: { readonly namespace: string; readonly deployment: string },
): Promise<void> {
  const ref = { resource: "deployments" as const, namespace, name: deployment };
  const found = await withRetry(world, () => world.cluster.get(ref));
  const replicas = found?.spec.replicas ?? (found === undefined ? 0 : 1);
  if (replicas > 0) throw twoInCharge(namespace, deployment, replicas);
}

async function controllerRuns(world: Reading): Promise<void> {
  await waitUntil(
    world,
    {
      title: "wait until Karpenter's controller is back",
      timeoutMs: controllerBackMs,
      code: "migrate.guard",
      why: "what is evicted would find no node",
      hint: "look at its pods, then run `dovetail resume`, or `dovetail rollback`",
    },
    () => karpenterLook(world),
  );
}

/** Throws where somebody held the pool again, deleted it, or let it disrupt nodes before the shift is over. */
async function poolServes(world: Reading, name: string, isReleasing: boolean): Promise<void> {
  const pool = await withRetry(world, () => world.cluster.get({ resource: "nodepools", name }));
  if (pool === undefined || !isHoldable(pool)) {
    throw changed(`NodePool ${name} is gone`, "pods that leave would find no node", {
      hint: "apply it again with `dovetail install`, then run `dovetail resume`, or `dovetail rollback`",
    });
  }
  if (!mayProvision(pool)) {
    const how = isHeld(pool)
      ? "stop whoever limits it, then run `dovetail resume`, which releases it again"
      : `take its limit away with \`${patchOf(name, { limits: { cpu: null } })}\`, then run \`dovetail resume\``;
    throw changed(`NodePool ${name} was limited to no CPU again`, "pods that leave would find no node", {
      hint: `${how}, or \`dovetail rollback\``,
    });
  }
  const budgets = disruptionBudgetsOf(pool);
  if (isReleasing || budgets.some((budget) => /^0%?$/.test(textAt(budget, "nodes") ?? ""))) return;
  throw changed(`NodePool ${name} may disrupt its nodes already`, "pods that were moved would be moved again", {
    hint:
      `hold it with \`${patchOf(name, { disruption: { budgets: [{ nodes: "0" }] } })}\`, ` +
      "then run `dovetail resume`, or `dovetail rollback`",
  });
}

function patchOf(name: string, spec: JsonObject): string {
  return `kubectl patch nodepool ${shellWord(name)} --type merge -p ${shellWord(JSON.stringify({ spec }))}`;
}

/** Groups that are open, and not retired yet. */
function openGroups(plan: MigrationPlan, isOver: (id: string) => boolean): readonly GroupRef[] {
  const retired = new Set(
    stepsOfKind(plan, "migrate/retire-group").flatMap(({ id, params }) => (isOver(id) ? [params.group] : [])),
  );
  return stepsOfKind(plan, "migrate/open-group")
    .filter(({ id, params }) => isOver(id) && !retired.has(params.group))
    .map(({ params }) => groupIn(params));
}

/** Throws where somebody lowered the group's desired size: Auto Scaling chooses by itself which nodes end. */
async function losesNone(world: Reading, group: GroupRef): Promise<void> {
  const surplus = async (): Promise<{ readonly desired: number; readonly more: number } | undefined> => {
    const state = await withRetry(world, () => findGroup(world, group));
    const more = state === undefined ? 0 : countedOf(state).length - state.desired;
    return state === undefined || more <= 0 ? undefined : { desired: state.desired, more };
  };
  if ((await surplus()) === undefined) return;
  await pause(world, settlesMs);
  const still = await surplus();
  if (still === undefined) return;
  const nodes = still.more === 1 ? "1 node" : `${still.more} nodes`;
  throw changed(
    `${group.name} has a desired size of ${still.desired} and ${still.desired + still.more} nodes`,
    `somebody lowered it, and Auto Scaling ends ${nodes} of its own choice without asking a budget`,
    { hint: "stop whoever scales it, then run `dovetail resume`, or `dovetail rollback`" },
  );
}

function twoInCharge(namespace: string, deployment: string, replicas: number): Fault {
  return changed(
    `Cluster Autoscaler ${namespace}/${deployment} was scaled up to ${replicas} again`,
    "two autoscalers would act against each other",
    {
      hint:
        "stop whoever scales it (a person, a GitOps controller), scale it down with " +
        `\`kubectl -n ${shellWord(namespace)} scale deployment ${shellWord(deployment)} --replicas 0\`, ` +
        "then run `dovetail resume`, or `dovetail rollback`",
    },
  );
}

function changed(what: string, why: string, { hint }: { readonly hint: string }): Fault {
  return new Fault("migrate.guard", what, { why: `${why}; nothing more is changed`, hint });
}
