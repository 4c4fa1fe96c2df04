import { isList, isObject, valueAt } from "../../kube/json.ts";
import type { Json, JsonObject } from "../../kube/objects.ts";
import type { Cloud } from "../../ports/cloud.ts";
import type { AwsOperation } from "../../aws/operation.ts";
import { awsError } from "../../twin/account/errors.ts";
import type { Sandbox } from "../../twin/world/sandbox.ts";
import type { Actor } from "../../twin/world/state.ts";

/** The simulated account as the port that application code uses. Lists come whole: the sandbox has no pages. */
export class SandboxCloud implements Cloud {
  readonly region: string;
  readonly #sandbox: Sandbox;
  readonly #actor: Actor;

  constructor(sandbox: Sandbox, actor: Actor = "dovetail") {
    this.#sandbox = sandbox;
    this.#actor = actor;
    this.region = sandbox.core.state.aws.region;
  }

  async call(operation: AwsOperation, input: JsonObject): Promise<JsonObject> {
    const isWrite = !/:(Describe|List|Get|Simulate)/.test(operation);
    return this.#sandbox.core.faults.around(operation, isWrite, () =>
      this.#sandbox.core.aws.call(this.#actor, operation, structuredClone(input)),
    );
  }

  async all(operation: AwsOperation, input: JsonObject, items: string): Promise<readonly JsonObject[]> {
    return (await this.#list(operation, input, items)).filter(isObject);
  }

  async allNames(operation: AwsOperation, input: JsonObject, items: string): Promise<readonly string[]> {
    return (await this.#list(operation, input, items)).filter((item) => typeof item === "string");
  }

  async #list(operation: AwsOperation, input: JsonObject, items: string): Promise<readonly Json[]> {
    const found = valueAt(await this.call(operation, input), ...items.split("."));
    if (found === undefined) return [];
    if (!isList(found)) throw awsError("UnexpectedOutput", `${operation} answered no list at ${items}`);
    return found;
  }
}
