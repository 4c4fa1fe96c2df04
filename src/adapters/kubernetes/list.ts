import type { Json, JsonObject } from "../../kube/objects.ts";
import { type ResourceInfo, type ResourceName, type ResourceTypes, resources } from "../../kube/resources.ts";
import type { ListOptions } from "../../kube/requests.ts";
import { Fault } from "../../fault/fault.ts";
import { isObject, objectAt, textAt, valueAt } from "../../kube/json.ts";
import { withoutNulls } from "../../snapshot/fields.ts";
import { shapeProblem } from "../../snapshot/shape.ts";
import { isMemoryShort, memoryHint } from "../memory.ts";
import { pathOf } from "./resource-paths.ts";
import type { Transport } from "./transport.ts";

const pageSize = 500;
/** Five million objects; a server that goes on past this is handing out the same page. */
const maxPages = 10_000;
const maxRestarts = 3;

interface ListRequest<R extends ResourceName> {
  readonly resource: R;
  readonly info: ResourceInfo;
  readonly options: ListOptions;
}

interface Page {
  readonly items: readonly Json[];
  readonly next: string | undefined;
}

/** Every object over every page. A `continue` token that expired (410) starts the list again, so that it is of one moment. */
export async function listAll<R extends ResourceName>(
  transport: Transport,
  request: ListRequest<R>,
): Promise<readonly ResourceTypes[R][]> {
  for (let restarts = 0; ; restarts += 1) {
    try {
      return await listOnce(transport, request);
    } catch (error) {
      if (!(error instanceof Fault && error.code === "kube.Expired") || restarts >= maxRestarts) throw error;
    }
  }
}

async function listOnce<R extends ResourceName>(
  transport: Transport,
  request: ListRequest<R>,
): Promise<readonly ResourceTypes[R][]> {
  const { resource, info, options } = request;
  const where = options.namespace === undefined ? "" : ` in ${options.namespace}`;
  const doing = `list ${resource}${where}`;
  const all: ResourceTypes[R][] = [];
  let next: string | undefined;
  for (let page = 0; page < maxPages; page += 1) {
    const answer = await transport.send({
      method: "GET",
      path: pathOf(resource, info, options.namespace === undefined ? {} : { namespace: options.namespace }),
      query: {
        limit: String(pageSize),
        continue: next,
        labelSelector: options.labelSelector,
        fieldSelector: options.fieldSelector,
      },
      doing,
    });
    const read = pageOf(answer.body, doing);
    for (const item of read.items) {
      const object = objectOfAnswer(item, { resource, info, doing, onMalformed: options.onMalformed });
      // `shrink` keeps the kind of what it is given.
      if (object !== undefined)
        all.push(options.shrink === undefined ? object : (options.shrink(object) as typeof object));
    }
    if (read.next === undefined) return all;
    if (read.next === next) throw endless(doing, "hands out the same page again and again");
    next = read.next;
    if (isMemoryShort()) {
      const what = `${all.length} objects so far and more to come, which this process has no memory for`;
      throw new Fault("kube.TooLarge", `cannot ${doing}: ${what}`, { hint: memoryHint });
    }
  }
  throw endless(doing, `has more than ${maxPages} pages`);
}

function endless(doing: string, what: string): Fault {
  return new Fault("kube.InvalidResponse", `cannot ${doing}: the list ${what}`);
}

function pageOf(body: Json, doing: string): Page {
  const items = isObject(body) ? body["items"] : undefined;
  // Go writes an empty list as null.
  if (items !== null && !Array.isArray(items)) {
    throw new Fault("kube.InvalidResponse", `cannot ${doing}: the answer is not a list`);
  }
  const token = valueAt(body, "metadata", "continue");
  return { items: items ?? [], next: typeof token === "string" && token !== "" ? token : undefined };
}

/** What an object was asked for as. */
interface Asked<R extends ResourceName> {
  readonly resource: R;
  /** Given for items of lists, which lack their kind. */
  readonly info?: ResourceInfo;
  readonly doing: string;
  readonly onMalformed?: ListOptions["onMalformed"];
  /** Of what stands below an object, with a shape of its own. */
  readonly isPart?: boolean;
}

/**
 * An object as everything above relies on it: of its own shape, with its kind, without nulls and without the server's bookkeeping of
 * field owners. An API server serves no other; what does not fit is told to `onMalformed` and undefined, or is `kube.InvalidResponse`.
 */
export function objectOfAnswer<R extends ResourceName>(item: Json, asked: Asked<R>): ResourceTypes[R] | undefined {
  const { resource, info, doing } = asked;
  const object = isObject(item) ? tidied(objectAt(withoutNulls(item)), info) : undefined;
  const name = textAt(object, "metadata", "name");
  const problem = problemOf(object, name, asked);
  if (isSound<R>(object, problem)) return object;
  const namespace = textAt(object, "metadata", "namespace");
  const scope = [resources[resource].kind, [namespace, name].filter((one) => one !== undefined).join("/")];
  const malformed = { scope: scope.join(" ").trim(), problem: problem ?? "" };
  if (asked.onMalformed === undefined) {
    throw new Fault("kube.InvalidResponse", `cannot ${doing}: ${malformed.scope} ${malformed.problem}`);
  }
  asked.onMalformed(malformed);
  return undefined;
}

function problemOf(
  object: JsonObject | undefined,
  name: string | undefined,
  { resource, isPart }: Asked<ResourceName>,
): string | undefined {
  if (object === undefined) return "is no object";
  if (name === undefined) return "has no name";
  return isPart === true ? undefined : shapeProblem(resource, object);
}

/** Whether nothing was found wrong with an object, which makes it one of its API's. */
function isSound<R extends ResourceName>(
  object: JsonObject | undefined,
  problem: string | undefined,
): object is JsonObject & ResourceTypes[R] {
  return object !== undefined && problem === undefined;
}

/** Without the server's bookkeeping of field owners, and with its kind where lists leave it out. */
function tidied(object: JsonObject, info: ResourceInfo | undefined): JsonObject {
  const { managedFields, ...metadata } = objectAt(object["metadata"]);
  const plain = managedFields === undefined ? object : { ...object, metadata };
  if (info === undefined || object["kind"] !== undefined) return plain;
  const apiVersion = info.group === "" ? info.version : `${info.group}/${info.version}`;
  return { ...plain, apiVersion, kind: info.kind };
}
