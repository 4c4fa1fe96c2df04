/** Reads of resources whose CRD may not be there (yet, or any more). */
import type { KubeObject } from "../../kube/objects.ts";
import type { ResourceName } from "../../kube/resources.ts";
import type { ListOptions, ObjectRef } from "../../kube/requests.ts";
import { Fault } from "../../fault/fault.ts";
import type { Reading } from "../../ports/world.ts";

/** Undefined when the object or its whole kind does not exist. */
export async function getIfServed(
  world: Reading,
  ref: ObjectRef & { readonly resource: ResourceName },
): Promise<KubeObject | undefined> {
  return served(() => world.cluster.get(ref), undefined);
}

/** Empty when the kind does not exist. */
export async function listIfServed(
  world: Reading,
  resource: ResourceName,
  options: ListOptions = {},
): Promise<readonly KubeObject[]> {
  return served(() => world.cluster.list(resource, options), []);
}

/** Whether an answer means that the API server does not know the kind. */
export function isUnserved(error: unknown): boolean {
  return error instanceof Fault && (error.code === "kube.AbsentApi" || error.code === "kube.NotFound");
}

async function served<T>(read: () => Promise<T>, absent: T): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (isUnserved(error)) return absent;
    throw error;
  }
}
