import type { KubeObject, Metadata } from "../../kube/objects.ts";
import type { ResourceInfo, ResourceName, ResourceTypes } from "../../kube/resources.ts";
import type { ListOptions } from "../../kube/requests.ts";
import { Fault } from "../../fault/fault.ts";
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
  readonly items: readonly unknown[];
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
      doing: `list ${resource}${options.namespace === undefined ? "" : ` in ${options.namespace}`}`,
    });
    const read = pageOf(answer.body, resource);
    for (const item of read.items) {
      const object = tidied<R>(item, info);
      // `shrink` keeps the kind of what it is given.
      all.push(options.shrink === undefined ? object : (options.shrink(object) as ResourceTypes[R]));
    }
    next = read.next;
    if (next === undefined) return all;
  }
  throw new Fault("kube.Failed", `cannot list ${resource}: more than ${maxPages} pages`);
}

function pageOf(body: unknown, resource: string): Page {
  if (typeof body !== "object" || body === null || !("items" in body)) {
    throw new Fault("kube.Failed", `cannot list ${resource}: the answer is not a list`);
  }
  const items = Array.isArray(body.items) ? body.items : [];
  const metadata = "metadata" in body ? body.metadata : undefined;
  const token =
    typeof metadata === "object" && metadata !== null && "continue" in metadata ? metadata.continue : undefined;
  return { items, next: typeof token === "string" && token !== "" ? token : undefined };
}

/** An API object with its kind filled in (items of lists lack it) and without the server's bookkeeping of field owners. */
export function tidied<R extends ResourceName>(item: unknown, info?: ResourceInfo): ResourceTypes[R] {
  const object = item as Partial<KubeObject> & { readonly metadata?: Metadata & { managedFields?: unknown } };
  if (object.metadata !== undefined) delete object.metadata.managedFields;
  if (info === undefined || object.kind !== undefined) return object as ResourceTypes[R];
  const apiVersion = info.group === "" ? info.version : `${info.group}/${info.version}`;
  return { ...object, apiVersion, kind: info.kind } as ResourceTypes[R];
}
