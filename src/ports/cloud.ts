import type { ReadOperation, WriteOperation } from "../aws/operations.ts";
import type { JsonObject } from "../kube/objects.ts";

/**
 * An AWS account in one region as somebody sees it who changes nothing, spoken to in AWS's own words, so that a plan can print exactly
 * the calls it will make and any of its implementations (SDK, sandbox) can be compared call by call.
 *
 * Throws `Fault` with code `aws.` + AWS's error code (`aws.AccessDenied`, `aws.NoSuchEntity`, `aws.ThrottlingException`), or
 * `aws.NoCredentials`, `aws.ExpiredCredentials`, `aws.Unreachable`.
 */
export interface CloudReader {
  readonly region: string;
  /** One call. Input and output as in the AWS API reference; timestamps come out as ISO strings, blobs as base64. */
  read(operation: ReadOperation, input: JsonObject): Promise<JsonObject>;
  /**
   * All items over all pages of a list call, in AWS's order. `items` is the path of the list in the output (`Reservations`, `nodegroups`).
   * Never partial: a page bound that is reached throws `aws.TooManyPages`.
   */
  all(operation: ReadOperation, input: JsonObject, items: string): Promise<readonly JsonObject[]>;
  /** As `all`, for lists of plain strings (names, ARNs). */
  allNames(operation: ReadOperation, input: JsonObject, items: string): Promise<readonly string[]>;
}

/** The same account for somebody who may change it. */
export interface Cloud extends CloudReader {
  /** One call that changes the account. Input, output and faults as for `read`. */
  write(operation: WriteOperation, input: JsonObject): Promise<JsonObject>;
}
