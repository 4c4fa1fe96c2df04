import { isList, isObject, printed, valueAt } from "../../kube/json.ts";
import type { Json, JsonObject } from "../../kube/objects.ts";
import { type Cloud } from "../../ports/cloud.ts";
import {
  type AwsOperation,
  type AwsService,
  awsServices,
  isWriteOperation,
  type ReadOperation,
  type WriteOperation,
} from "../../aws/operations.ts";
import { Fault } from "../../fault/fault.ts";
import { BrokenAnswer } from "../http/broken.ts";
import { readBounds } from "../http/bounds.ts";
import { nobody, type Outside, usualLoginMs } from "../http/outside.ts";
import { isMemoryShort, memoryHint } from "../memory.ts";
import { missingMember } from "./answers.ts";
import { openClient, quiet, type ServiceClient } from "./clients.ts";
import { type CredentialSource, credentialSource } from "./credentials.ts";
import { faultOfSdk, metadataOf } from "./faults.ts";
import { BoundedHandler } from "./handler.ts";
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

/** Which account, and how it is reached. */
export interface AccountOptions extends Outside {
  readonly region?: string;
  readonly profile?: string;
}

/** Opens an account in one region through the SDK's default chain of credentials. Throws `usage.no-region` when nothing names a region. */
export async function openCloud(options: AccountOptions): Promise<SdkCloud> {
  if (options.region !== undefined && options.region !== "") return new SdkCloud(options.region, options);
  const way = wayTo(options);
  try {
    const client = await openClient("sts", {
      handler: way.handler,
      credentials: way.credentials,
      ...(options.profile === undefined ? {} : { profile: options.profile }),
    });
    return new SdkCloud(await client.config.region(), options);
  } catch (error) {
    throw new Fault("usage.no-region", "no AWS region is known", {
      cause: error,
      hint: "pass --region NAME, or set AWS_REGION",
    });
  }
}

interface Way {
  readonly handler: BoundedHandler;
  readonly credentials: CredentialSource;
}

function wayTo({
  env = {},
  bounds = readBounds,
  terminal = nobody,
  loginMs = usualLoginMs,
  profile,
}: AccountOptions): Way {
  const handler = new BoundedHandler(env, bounds);
  return { handler, credentials: credentialSource({ profile, handler, terminal, loginMs, logger: quiet }) };
}

/** AWS through SDK v3. Commands are found by the operation's name, so that a plan's call is the call that is made. */
export class SdkCloud implements Cloud {
  readonly region: string;
  readonly #options: AccountOptions;
  readonly #way: Way;
  readonly #clients = new Map<AwsService, Promise<ServiceClient>>();

  constructor(region: string, options: AccountOptions) {
    this.region = region;
    this.#options = options;
    this.#way = wayTo(options);
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
    const startMs = Date.now();
    const tell = (outcome: number | string, answer: unknown): void =>
      this.#options.onCall?.({ to: "aws", what: operation, outcome, ms: Date.now() - startMs, ...metadataOf(answer) });
    try {
      const output = await client.send(command, { isWrite: isWriteOperation(operation) });
      const plain = plainJson(output);
      const missing = missingMember(operation, plain);
      if (missing !== undefined) throw new BrokenAnswer("foreign", `answers without ${missing}`);
      tell(200, output);
      return plain;
    } catch (error) {
      const fault = faultOfSdk(operation, error, this.#options.profile);
      tell(fault.code, error);
      throw fault;
    }
  }

  async all(operation: ReadOperation, input: JsonObject, items: string): Promise<readonly JsonObject[]> {
    return this.#pages(operation, { input, items, isItem: isObject });
  }

  async allNames(operation: ReadOperation, input: JsonObject, items: string): Promise<readonly string[]> {
    return this.#pages(operation, { input, items, isItem: isText });
  }

  async #pages<T extends Json>(operation: ReadOperation, of: PagesOf<T>): Promise<readonly T[]> {
    const all: T[] = [];
    let page: JsonObject = { ...pageSizes[operation], ...of.input };
    const endless = (what: string): Fault => new Fault("aws.TooManyPages", `cannot call ${operation}: ${what}`);
    for (let n = 0; n < maxPages; n += 1) {
      const output = await this.#call(operation, page);
      const list = valueAt(output, ...of.items.split(".")) ?? [];
      if (!isList(list)) throw invalid(operation, `answers ${printed(list).slice(0, 60)} as its ${of.items}`);
      for (const item of list) {
        if (!of.isItem(item)) throw invalid(operation, `lists ${printed(item).slice(0, 60)} among its ${of.items}`);
        all.push(item);
      }
      const next = nextOf(operation, output);
      if (next === undefined) return all;
      if (Object.entries(next).every(([key, token]) => page[key] === token)) {
        throw endless("AWS hands out the same page again and again");
      }
      page = { ...page, ...next };
      if (isMemoryShort()) throw endless(`${all.length} items so far and more to come; ${memoryHint}`);
    }
    throw endless(`more than ${maxPages} pages`);
  }

  #client(service: AwsService): Promise<ServiceClient> {
    const known = this.#clients.get(service);
    if (known !== undefined) return known;
    const { profile } = this.#options;
    const opened = openClient(service, {
      ...this.#way,
      region: this.region,
      ...(profile === undefined ? {} : { profile }),
    });
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

interface PagesOf<T extends Json> {
  readonly input: JsonObject;
  readonly items: string;
  readonly isItem: (item: Json) => item is T;
}

function isText(item: Json): item is string {
  return typeof item === "string";
}

function invalid(operation: AwsOperation, what: string): Fault {
  return faultOfSdk(operation, new BrokenAnswer("foreign", what));
}

// AWS has three habits: NextToken, nextToken, and IAM's Marker with IsTruncated.
function nextOf(operation: AwsOperation, output: JsonObject): JsonObject | undefined {
  for (const key of ["NextToken", "nextToken"]) {
    const token = output[key];
    if (typeof token === "string" && token !== "") return { [key]: token };
  }
  if (output["IsTruncated"] !== true) return undefined;
  const marker = output["Marker"];
  if (typeof marker === "string" && marker !== "") return { Marker: marker };
  throw invalid(operation, "says that there is more, and not where");
}
