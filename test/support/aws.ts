import type { ReadOperation, WriteOperation } from "../../src/aws/operations.ts";
import type { JsonObject } from "../../src/kube/objects.ts";
import type { Cloud, CloudReader } from "../../src/ports/cloud.ts";

/** An operation that Dovetail itself never calls, as a person or another program would. */
export function foreignCall(cloud: Cloud, operation: string, input: JsonObject): Promise<JsonObject> {
  return cloud.write(operation as WriteOperation, input);
}

/** A list that Dovetail itself never reads. */
export function foreignList(
  cloud: CloudReader,
  operation: string,
  input: JsonObject,
  items: string,
): Promise<readonly JsonObject[]> {
  return cloud.all(operation as ReadOperation, input, items);
}
