import type { ReadOperation } from "../../aws/operations.ts";
import type { JsonObject } from "../../kube/objects.ts";
import { Fault } from "../../fault/fault.ts";
import type { CloudReader } from "../../ports/cloud.ts";

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

/** AWS's own word for a fault, without our prefix. Undefined for what is no answer of AWS's. */
export function awsCode(error: unknown): string | undefined {
  return error instanceof Fault && error.code.startsWith("aws.") ? error.code.slice("aws.".length) : undefined;
}

/** Whether AWS answered that the thing does not exist. */
export function isAbsent(error: unknown): boolean {
  return absent.has(awsCode(error) ?? "");
}

/** A read that answers undefined when the thing does not exist. Throws every other `aws.…` fault. */
export async function find(
  cloud: CloudReader,
  operation: ReadOperation,
  input: JsonObject,
): Promise<JsonObject | undefined> {
  try {
    return await cloud.read(operation, input);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}
