import type { Json, JsonObject } from "../../kube/objects.ts";
import { type Cloud } from "../../ports/cloud.ts";
import {
  type AwsOperation,
  type AwsService,
  awsServices,
  type ReadOperation,
  type WriteOperation,
} from "../../aws/operations.ts";
import { Fault } from "../../fault/fault.ts";
import { type ClientOptions, openClient, type ServiceClient } from "./clients.ts";
import { faultOfSdk } from "./faults.ts";
import { plainJson } from "./json.ts";

/** Two hundred thousand items at AWS's usual page size; reaching it is a fault, never a short list. */
const maxPages = 2_000;

/** Operations that page only when a page size is asked for. */
const pageSizes: Readonly<Record<string, JsonObject>> = {
  "sqs:ListQueues": { MaxResults: 1000 },
  "autoscaling:DescribeAutoScalingGroups": { MaxRecords: 100 },
};

/** Inputs that are times: callers give ISO text, the SDK wants dates. */
const timeInputs: Readonly<Record<string, readonly string[]>> = {
  "ec2:DescribeSpotPriceHistory": ["StartTime", "EndTime"],
};

function withDates(operation: AwsOperation, input: JsonObject): Readonly<Record<string, unknown>> {
  const names = timeInputs[operation] ?? [];
  const dates = names.flatMap((name) => {
    const text = input[name];
    return typeof text === "string" ? [[name, new Date(text)] as const] : [];
  });
  return { ...input, ...Object.fromEntries(dates) };
}

/** Opens an account in one region through the SDK's default chain of credentials. Throws `usage.no-region` when nothing names a region. */
export async function openCloud(options: ClientOptions): Promise<SdkCloud> {
  if (options.region !== undefined && options.region !== "") return new SdkCloud(options.region, options);
  const client = await openClient("sts", options);
  try {
    const region = await client.config.region();
    return new SdkCloud(region, options);
  } catch (error) {
    throw new Fault("usage.no-region", "no AWS region is known", {
      cause: error,
      hint: "pass --region NAME, or set AWS_REGION",
    });
  }
}

/** AWS through SDK v3. Commands are found by the operation's name, so that a plan's call is the call that is made. */
export class SdkCloud implements Cloud {
  readonly region: string;
  readonly #options: ClientOptions;
  readonly #clients = new Map<AwsService, Promise<ServiceClient>>();

  constructor(region: string, options: ClientOptions) {
    this.region = region;
    this.#options = { ...options, region };
  }

  read(operation: ReadOperation, input: JsonObject): Promise<JsonObject> {
    return this.#call(operation, input);
  }

  write(operation: WriteOperation, input: JsonObject): Promise<JsonObject> {
    return this.#call(operation, input);
  }

  async #call(operation: AwsOperation, input: JsonObject): Promise<JsonObject> {
    const { service, name } = split(operation);
    const client = await this.#client(service);
    const command = client.command(name, withDates(operation, structuredClone(input)));
    if (command === undefined) throw new Error(`there is no AWS operation ${operation}`);
    try {
      return plainJson(await client.send(command));
    } catch (error) {
      throw faultOfSdk(operation, error, this.#options.profile);
    }
  }

  async all(operation: ReadOperation, input: JsonObject, items: string): Promise<readonly JsonObject[]> {
    const found = await this.#pages(operation, input, items);
    return found.filter(
      (item): item is JsonObject => typeof item === "object" && item !== null && !Array.isArray(item),
    );
  }

  async allNames(operation: ReadOperation, input: JsonObject, items: string): Promise<readonly string[]> {
    const found = await this.#pages(operation, input, items);
    return found.filter((item) => typeof item === "string");
  }

  async #pages(operation: ReadOperation, input: JsonObject, items: string): Promise<readonly Json[]> {
    const all: Json[] = [];
    let page: JsonObject = { ...pageSizes[operation], ...input };
    for (let n = 0; n < maxPages; n += 1) {
      const output = await this.#call(operation, page);
      for (const item of listAt(output, items)) all.push(item);
      const next = nextOf(output);
      if (next === undefined) return all;
      page = { ...page, ...next };
    }
    throw new Fault("aws.TooManyPages", `cannot call ${operation}: more than ${maxPages} pages`);
  }

  #client(service: AwsService): Promise<ServiceClient> {
    const known = this.#clients.get(service);
    if (known !== undefined) return known;
    const opened = openClient(service, this.#options);
    this.#clients.set(service, opened);
    return opened;
  }
}

function split(operation: AwsOperation): { readonly service: AwsService; readonly name: string } {
  const [prefix = "", name = ""] = operation.split(":");
  const service = awsServices.find((one) => one === prefix);
  if (service === undefined) throw new Error(`there is no AWS service ${prefix}`);
  return { service, name };
}

function listAt(output: JsonObject, path: string): readonly Json[] {
  let at: Json | undefined = output;
  for (const part of path.split(".")) {
    at = typeof at === "object" && at !== null && !Array.isArray(at) ? (at as JsonObject)[part] : undefined;
  }
  return Array.isArray(at) ? (at as readonly Json[]) : [];
}

// AWS has three habits: NextToken, nextToken, and IAM's Marker with IsTruncated.
function nextOf(output: JsonObject): JsonObject | undefined {
  for (const key of ["NextToken", "nextToken"]) {
    const token = output[key];
    if (typeof token === "string" && token !== "") return { [key]: token };
  }
  const marker = output["Marker"];
  return output["IsTruncated"] === true && typeof marker === "string" ? { Marker: marker } : undefined;
}
