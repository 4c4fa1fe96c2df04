import type { Json, JsonObject } from "../../kube/objects.ts";
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

/** An object field of an answer; empty when it is something else. */
export function objectAt(value: Json | undefined): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

/** The objects of a list field; empty when it is absent. */
export function listAt(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.map((item: Json) => objectAt(item)) : [];
}

/** A string field; empty when it is something else. */
export function textAt(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

/** A string, number or boolean as text; empty for anything else. */
export function scalarAt(value: Json | undefined): string {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}

/** The strings of a list field. */
export function textsAt(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((item: Json) => typeof item === "string") : [];
}

/** Policy documents come URL-encoded from IAM, plain from elsewhere. Undefined when it is no JSON. */
export function documentAt(value: Json | undefined): Json | undefined {
  if (typeof value === "object") return value;
  const text = textAt(value);
  try {
    return JSON.parse(text.startsWith("%") ? decodeURIComponent(text) : text) as Json;
  } catch {
    return undefined;
  }
}

/** AWS's two spellings of tags as one map. */
export function tagsAt(value: Json | undefined): Readonly<Record<string, string>> {
  if (!Array.isArray(value)) {
    return Object.fromEntries(Object.entries(objectAt(value)).map(([key, text]) => [key, textAt(text)]));
  }
  return Object.fromEntries(listAt(value).map((tag) => [textAt(tag["Key"]), textAt(tag["Value"])]));
}

/** A tag map in IAM's, EC2's and EventBridge's spelling. */
export function tagList(tags: Readonly<Record<string, string>>): readonly JsonObject[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** Equal as data: key order and single values against one-element lists do not count. */
export function sameDocument(a: Json | undefined, b: Json | undefined): boolean {
  return canonical(a) === canonical(b);
}

function canonical(value: Json | undefined): string {
  if (Array.isArray(value)) {
    if (value.length === 1) return canonical(value[0]);
    return `[${value.map(canonical).toSorted().join(",")}]`;
  }
  if (typeof value === "object" && value !== null) {
    const object = objectAt(value);
    const entries = Object.keys(object).toSorted();
    return `{${entries.map((key) => `${JSON.stringify(key)}:${canonical(object[key])}`).join(",")}}`;
  }
  return JSON.stringify(value) ?? "";
}
