import type { JsonObject } from "../../kube/objects.ts";
import type { PlannedCall } from "../../migration/step.ts";
import { type AwsOperation, awsServices } from "../../aws/operation.ts";
import { Fault } from "../../fault/fault.ts";
import type { World } from "../../ports/world.ts";
import { pause, withRetry } from "../steps/wait.ts";

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

/** Answers that mean: it is not there (any more). */
const absent = new Set([
  "NoSuchEntity",
  "NoSuchEntityException",
  "ResourceNotFoundException",
  "NotFoundException",
  "QueueDoesNotExist",
  "AWS.SimpleQueueService.NonExistentQueue",
  "InvalidAttachmentException",
]);

/** AWS's own word for a fault, without our prefix. */
export function awsCode(error: unknown): string | undefined {
  return error instanceof Fault && error.code.startsWith("aws.") ? error.code.slice("aws.".length) : undefined;
}

/** Whether AWS answered that the thing does not exist. */
function isAbsent(error: unknown): boolean {
  return absent.has(awsCode(error) ?? "");
}

/** A read that answers undefined when the thing does not exist. */
export async function find(world: World, operation: AwsOperation, input: JsonObject): Promise<JsonObject | undefined> {
  try {
    return await world.cloud.call(operation, input);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** A write that is content when its target is gone already. */
export async function remove(world: World, operation: AwsOperation, input: JsonObject): Promise<void> {
  await find(world, operation, input);
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
    const operation = awsOperation(planned.operation);
    if (operation === undefined) throw new Error(`not an AWS call: ${planned.operation}`);
    try {
      await settled(world, () => withRetry(world, () => world.cloud.call(operation, planned.input)), settling);
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

/** The same world, whose AWS calls are made again when AWS asks for it. For reads outside of a step. */
export function patient(world: World): World {
  const { cloud } = world;
  return {
    ...world,
    cloud: {
      region: cloud.region,
      call: (operation, input) => withRetry(world, () => cloud.call(operation, input)),
      all: (operation, input, items) => withRetry(world, () => cloud.all(operation, input, items)),
      allNames: (operation, input, items) => withRetry(world, () => cloud.allNames(operation, input, items)),
    },
  };
}

/** The operation of a planned call when it is AWS's; undefined for Kubernetes and helm. */
export function awsOperation(text: string): AwsOperation | undefined {
  const [service = "", name = ""] = text.split(":");
  return awsServices.some((one) => one === service) && name !== "" ? (text as AwsOperation) : undefined;
}
