import { isWriteOperation, type WriteOperation } from "../../aws/operations.ts";
import type { JsonObject } from "../../kube/objects.ts";
import type { PlannedCall } from "../../migration/step.ts";
import type { World } from "../../ports/world.ts";
import { awsCode, isAbsent } from "../read/aws-find.ts";
import { pause, withRetry } from "./wait.ts";

/** Pauses before a call that waits for a change of a moment ago to spread is made again: two minutes in all. */
const settlingMs = [500, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000, 60_000];

/** Answers that mean: what this call would make is there already. The handler looks at it afterwards. */
const alreadyThere = new Set([
  "EntityAlreadyExists",
  "EntityAlreadyExistsException",
  "ResourceInUseException",
  "QueueNameExists",
  "QueueAlreadyExists",
  "ResourceAlreadyExistsException",
]);

/** A write that is content when its target is gone already: it then answers undefined. */
export async function remove(
  world: World,
  operation: WriteOperation,
  input: JsonObject,
): Promise<JsonObject | undefined> {
  try {
    return await world.cloud.write(operation, input);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/**
 * Makes the calls of a step exactly as its plan shows them. Each may have been made before by a run that was killed:
 * "already exists" is no failure here, the handler reads back what is there. `settling` names codes that mean a change
 * made a moment ago has not spread yet.
 */
export async function makeCalls(
  calls: readonly PlannedCall[],
  world: World,
  settling: readonly string[] = [],
): Promise<void> {
  for (const planned of calls) {
    const { operation } = planned;
    if (!isWriteOperation(operation)) throw new Error(`not an AWS call: ${operation}`);
    try {
      await settled(world, () => withRetry(world, () => world.cloud.write(operation, planned.input)), settling);
    } catch (error) {
      if (!alreadyThere.has(awsCode(error) ?? "")) throw error;
    }
  }
}

async function settled<T>(world: World, call: () => Promise<T>, settling: readonly string[]): Promise<T> {
  for (const waitMs of settlingMs) {
    try {
      return await call();
    } catch (error) {
      if (!settling.includes(awsCode(error) ?? "")) throw error;
      await pause(world, waitMs);
    }
  }
  return call();
}
