import { isHeld, isHoldable } from "../../../karpenter/hold.ts";
import type { BeforeOf } from "../../../migration/kinds.ts";
import type { ActingStep } from "../../../migration/step.ts";
import { Fault } from "../../../fault/fault.ts";
import type { World, Reading } from "../../../ports/world.ts";
import type { StepHandler } from "../../run/handler.ts";
import { waitUntil, withRetry, type Wait } from "../../run/wait.ts";
import { type AutoscalerScale, putBack, putToRest, readScale } from "../autoscalers.ts";
import { karpenterLook } from "../karpenter-look.ts";
import { holdAgain, mayProvision, poolRecords, readiness, readPools, releaseLimits } from "../pools.ts";
import { returnPods } from "../return.ts";
import { uninterruptible } from "../uninterruptible.ts";

/**
 * CA to zero and NodePools released, as one step: a run that ends in between puts CA back, or goes on when it is
 * resumed.
 *
 * Its undo brings the pods back from Karpenter's nodes, so the node groups must have their capacity again by then.
 */
export const handOver: StepHandler<"migrate/hand-over"> = {
  async observe(step, world) {
    for (const autoscaler of step.params.autoscalers) {
      const { replicas, running } = await readScale(world, autoscaler);
      if (replicas > 0) return { state: "pending", detail: `${autoscaler.deployment} has ${replicas} replicas` };
      if (running[0] !== undefined) return { state: "pending", detail: running[0] };
    }
    const held = (await readPools(world, step.params.pools)).filter((pool) => !mayProvision(pool));
    const [first] = held;
    if (first !== undefined) return { state: "pending", detail: `NodePool ${first.metadata.name} is held` };
    return { state: "done", after: null, detail: "Karpenter is in charge" };
  },

  async record(step, world) {
    const autoscalers: AutoscalerScale[] = [];
    for (const found of step.params.autoscalers) {
      const { namespace, deployment, replicas } = await readScale(world, found);
      autoscalers.push({ namespace, deployment, replicas });
    }
    const pools = poolRecords(await readPools(world, step.params.pools));
    return { autoscalers, pools };
  },

  async act(step, before, impatient) {
    // Ctrl-C waits for this step: stopping in the middle would leave nobody in charge.
    const world = uninterruptible(impatient);
    const timeoutMs = step.params.timeoutMs;
    const names = step.params.pools;
    await karpenterRuns(world, timeoutMs);
    try {
      for (const autoscaler of step.params.autoscalers) {
        await putToRest(world, autoscaler, timeoutMs);
      }
      for (const pool of await readPools(world, names)) await withRetry(world, () => releaseLimits(world, pool));
      await poolsReady(world, names, timeoutMs);
    } catch (error) {
      if (error instanceof Fault) throw await putBackAfter(error, { step, before, world });
      throw error;
    }
  },

  async undo(step, before, _after, impatient) {
    const world = uninterruptible(impatient);
    await giveBack(step, before, world);
    const pools = before.pools.map((pool) => pool.name);
    const reason = await returnPods(impatient, {
      pools,
      consents: step.params.consents,
      timeoutMs: step.params.drainMs,
    });
    return reason === undefined ? { kind: "undone" } : { kind: "left", reason };
  },
};

/** Whether a pool was held again although Cluster Autoscaler rests: nobody would bring a node, until it is released once more. */
export async function isHandedBack(step: HandOver, world: Reading): Promise<boolean> {
  for (const autoscaler of step.params.autoscalers) {
    if ((await withRetry(world, () => readScale(world, autoscaler))).replicas > 0) return false;
  }
  const pools = await withRetry(world, () => readPools(world, step.params.pools));
  return pools.some((pool) => isHeld(pool) && !mayProvision(pool));
}

type HandOver = ActingStep<"migrate/hand-over">;
type Recorded = BeforeOf<"migrate/hand-over">;

/** Pools held first, then CA back: for an instant nobody is in charge, but never two. */
async function giveBack(step: HandOver, before: Recorded, world: World): Promise<void> {
  const timeoutMs = step.params.timeoutMs;
  for (const { name, held } of before.pools) {
    const pool = await withRetry(world, () => world.cluster.get({ resource: "nodepools", name }));
    if (pool !== undefined && isHoldable(pool)) await withRetry(world, () => holdAgain(world, pool, held));
  }
  for (const autoscaler of before.autoscalers) {
    // A way back scales nobody down: what is more by now is an older migration's way back, or somebody else's doing.
    const { replicas } = await withRetry(world, () => readScale(world, autoscaler));
    await putBack(world, { ...autoscaler, replicas: Math.max(replicas, autoscaler.replicas) }, timeoutMs);
  }
}

async function putBackAfter(
  cause: Fault,
  { step, before, world }: { readonly step: HandOver; readonly before: Recorded; readonly world: World },
): Promise<Fault> {
  try {
    await giveBack(step, before, world);
  } catch (error) {
    const second = error instanceof Error ? error.message : String(error);
    return new Fault("migrate.nobody-in-charge", `the hand-over failed and Cluster Autoscaler is not back: ${second}`, {
      why: cause.message,
      hint: "scale its deployment up by hand now, then run `dovetail rollback`",
      cause,
    });
  }
  return new Fault(
    "migrate.hand-over",
    `the hand-over failed and Cluster Autoscaler is in charge again: ${cause.message}`,
    {
      ...(cause.why === undefined ? {} : { why: cause.why }),
      hint: cause.hint ?? "mend it, then run `dovetail resume`",
      cause,
    },
  );
}

/**
 * The controller has a ready replica. Asked before CA is touched, and again by the pools' own conditions afterwards.
 */
async function karpenterRuns(world: Reading, timeoutMs: number): Promise<void> {
  const wait: Wait = {
    title: "wait until Karpenter's controller is ready",
    timeoutMs,
    code: "migrate.karpenter-unready",
    why: "Cluster Autoscaler stays until something can take over",
    hint: "look at it with `dovetail install`",
  };
  await waitUntil(world, wait, () => karpenterLook(world));
}

async function poolsReady(world: Reading, names: readonly string[], timeoutMs: number): Promise<void> {
  const wait: Wait = {
    title: "wait until Karpenter accepts its NodePools",
    timeoutMs,
    everyMs: 2_000,
    code: "migrate.pools-unready",
    why: "a pool that is not Ready launches nothing",
  };
  await waitUntil(world, wait, async () => {
    const controller = await karpenterLook(world);
    if (!controller.isDone) return controller;
    for (const pool of await readPools(world, names)) {
      const ready = readiness(pool);
      if (ready?.isReady !== true) {
        return {
          isDone: false,
          detail: `NodePool ${pool.metadata.name}: ${ready?.message ?? "no condition Ready yet"}`,
        };
      }
    }
    return { isDone: true, value: undefined };
  });
}
