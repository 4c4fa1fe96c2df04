import type { Json, JsonObject } from "../../kube/objects.ts";
import type { Cloud } from "../../ports/cloud.ts";
import { type AwsOperation, operations, type ReadOperation, type WriteOperation } from "../../aws/operations.ts";
import { awsError } from "../../twin/account/errors.ts";
import type { Twin } from "../../twin/world/twin.ts";
import { isList, isObject, valueAt } from "../../kube/json.ts";

/** The simulated account as the port that application code uses. Lists come whole: the sandbox has no pages. */
export class SandboxCloud implements Cloud {
  readonly region: string;
  readonly #twin: Twin;
  readonly #actor: string;

  constructor(twin: Twin, actor = "dovetail") {
    this.#twin = twin;
    this.#actor = actor;
    this.region = twin.account.region;
  }

  read(operation: ReadOperation, input: JsonObject): Promise<JsonObject> {
    return this.#call(operation, input);
  }

  write(operation: WriteOperation, input: JsonObject): Promise<JsonObject> {
    return this.#call(operation, input);
  }

  async #call(operation: AwsOperation, input: JsonObject): Promise<JsonObject> {
    return this.#twin.faults.around(operation, operations[operation] === "writes", () =>
      this.#twin.account.call(this.#actor, operation, structuredClone(input)),
    );
  }

  async all(operation: ReadOperation, input: JsonObject, items: string): Promise<readonly JsonObject[]> {
    return (await this.#list(operation, input, items)).filter(isObject);
  }

  async allNames(operation: ReadOperation, input: JsonObject, items: string): Promise<readonly string[]> {
    return (await this.#list(operation, input, items)).filter((item) => typeof item === "string");
  }

  async #list(operation: ReadOperation, input: JsonObject, items: string): Promise<readonly Json[]> {
    const found = valueAt(await this.#call(operation, input), ...items.split("."));
    if (found === undefined) return [];
    if (!isList(found)) throw awsError("UnexpectedOutput", `${operation} answered no list at ${items}`);
    return found;
  }
}
