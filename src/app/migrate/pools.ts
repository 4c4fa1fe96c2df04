import { listAt, objectAt, objectsAt, textAt, plainOf } from "../../kube/json.ts";
import type { JsonObject, KubeObject } from "../../kube/objects.ts";
import { Fault } from "../../fault/fault.ts";
import type { World, Reading } from "../../ports/world.ts";
import {
  heldAnnotation,
  holdPatch,
  type HoldRecord,
  isHeld,
  isHoldable,
  type Pool,
  recordIn,
  recordOf,
  releasePatch,
} from "../../karpenter/hold.ts";

/** A pool as it was before the hand-over. */
export interface PoolRecord {
  readonly name: string;
  /** The annotation's exact text, so that it can be put back byte for byte. */
  readonly held: string;
}

/** Reads the NodePools by name. Throws `migrate.drift` when one is gone. */
export async function readPools(world: Reading, names: readonly string[]): Promise<readonly Pool[]> {
  const pools = await Promise.all(names.map((name) => world.cluster.get({ resource: "nodepools", name })));
  return pools.map((pool, i) => {
    if (pool === undefined || !isHoldable(pool)) {
      throw new Fault("migrate.drift", `NodePool ${names[i] ?? ""} ${pool === undefined ? "is gone" : "has no spec"}`, {
        why: "the plan gives its node group's pods to it",
        hint: "run `dovetail install` again, then `dovetail resume`",
      });
    }
    return pool;
  });
}

/** A pool's disruption budgets. */
export function disruptionBudgetsOf(pool: Pool): readonly JsonObject[] {
  return objectsAt(specOf(pool), "disruption", "budgets");
}

/** What must be recorded of the pools before the first of them is released. */
export function poolRecords(pools: readonly Pool[]): readonly PoolRecord[] {
  return pools.map((pool) => ({
    name: pool.metadata.name,
    held: pool.metadata.annotations?.[heldAnnotation] ?? JSON.stringify(recordOf(pool)),
  }));
}

/** Whether the pool may launch nodes. */
export function mayProvision(pool: Pool): boolean {
  return objectAt(specOf(pool)["limits"])["cpu"] !== "0";
}

/**
 * Lets the pool launch nodes, and disrupt none yet: while pods are being moved, consolidation would move them again.
 *
 * The pool stays marked as held, with its record.
 */
export async function releaseLimits(world: World, pool: Pool): Promise<void> {
  if (!isHeld(pool) || mayProvision(pool)) return;
  const wanted = heldRecord(pool)?.["limits"] ?? null;
  const patch = wanted === null ? null : { ...nulled(objectAt(specOf(pool)["limits"])), ...objectAt(wanted) };
  await patchPool(world, pool, { spec: { limits: patch } });
}

/** Gives the pool back everything that holding took. */
export async function releaseAll(world: World, pool: Pool): Promise<void> {
  if (isHeld(pool)) await patchPool(world, pool, releasePatch(pool));
}

/** Takes disruption away again and marks the pool as held; limits stay as they are. */
export async function holdDisruption(world: World, pool: Pool, held: string): Promise<void> {
  await patchPool(world, pool, {
    metadata: { annotations: { [heldAnnotation]: held } },
    spec: { disruption: { budgets: [{ nodes: "0" }] } },
  });
}

/** Holds the pool as `install` left it. */
export async function holdAgain(world: World, pool: Pool, held: string): Promise<void> {
  const isMarked = isHeld(pool);
  const patch: JsonObject = isMarked
    ? { spec: { limits: { cpu: "0" }, disruption: { budgets: [{ nodes: "0" }] } } }
    : holdPatch(pool);
  await patchPool(world, pool, { ...patch, metadata: { annotations: { [heldAnnotation]: held } } });
}

/** Condition Ready of a pool or node class; undefined when nobody judged it yet. */
export function readiness(object: KubeObject): { readonly isReady: boolean; readonly message: string } | undefined {
  const ready = listAt(plainOf(object), "status", "conditions")
    .map((condition) => objectAt(condition))
    .find((condition) => condition["type"] === "Ready");
  if (ready === undefined) return undefined;
  return { isReady: ready["status"] === "True", message: textAt(ready["message"]) ?? "" };
}

async function patchPool(world: World, pool: Pool, patch: JsonObject): Promise<void> {
  await world.cluster.patch({ resource: "nodepools", name: pool.metadata.name }, "merge", patch);
}

function heldRecord(pool: Pool): HoldRecord | undefined {
  const text = pool.metadata.annotations?.[heldAnnotation];
  if (text === undefined) return undefined;
  try {
    return recordIn(text);
  } catch (cause) {
    throw new Fault("migrate.drift", `NodePool ${pool.metadata.name} has a damaged ${heldAnnotation} annotation`, {
      why: "it says what the pool was before it was held",
      hint: "apply the pool again with `dovetail install`, then `dovetail resume`",
      cause,
    });
  }
}

function nulled(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.keys(object).map((key) => [key, null]));
}

function specOf(pool: Pool): JsonObject {
  return plainOf(pool.spec);
}
