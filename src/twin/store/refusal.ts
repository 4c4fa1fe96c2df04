import type { Status } from "../../kube/status.ts";
import type { ObjectRef } from "../../kube/requests.ts";
import { type ResourceName, resources } from "../../kube/resources.ts";

/** The store says no, in the words of an API server. Whoever serves it sends the status as it is; a port makes a Fault of it. */
export class StatusRefusal extends Error {
  readonly status: Status;

  constructor(status: Status) {
    super(status.message ?? status.reason ?? "refused");
    this.name = "StatusRefusal";
    this.status = status;
  }
}

/** `deployments.apps`, `pods`: how messages name a resource. */
function qualified(resource: ResourceName): string {
  const { group } = resources[resource];
  return group === "" ? resource : `${resource}.${group}`;
}

function refused(
  code: number,
  reason: string,
  message: string,
  details: NonNullable<Status["details"]> | undefined,
): StatusRefusal {
  return new StatusRefusal({
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message,
    reason,
    ...(details === undefined ? {} : { details }),
    code,
  });
}

function detailsOf({ resource, name }: ObjectRef): NonNullable<Status["details"]> {
  const { group } = resources[resource];
  return { name, ...(group === "" ? {} : { group }), kind: resource };
}

/** No such object. */
export function noSuchObject(ref: ObjectRef): StatusRefusal {
  return refused(404, "NotFound", `${qualified(ref.resource)} "${ref.name}" not found`, detailsOf(ref));
}

/** No such API: its CustomResourceDefinition is not there. */
export function absentApi(): StatusRefusal {
  return refused(404, "NotFound", "the server could not find the requested resource", {});
}

/** The name is taken. */
export function alreadyExists(ref: ObjectRef): StatusRefusal {
  return refused(409, "AlreadyExists", `${qualified(ref.resource)} "${ref.name}" already exists`, detailsOf(ref));
}

/** Its namespace is being deleted. */
export function terminating(ref: ObjectRef, namespace: string): StatusRefusal {
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  const causes = [{ reason: "NamespaceTerminating", message: `namespace ${namespace} is being terminated` }];
  return refused(403, "Forbidden", `${qualified(ref.resource)} "${ref.name}" is forbidden: ${why}`, {
    ...detailsOf(ref),
    causes,
  });
}

/** Somebody wrote it between the reader's read and its write. */
export function modified(ref: ObjectRef): StatusRefusal {
  const why = "the object has been modified; please apply your changes to the latest version and try again";
  return conflict(ref, `Operation cannot be fulfilled on ${qualified(ref.resource)} "${ref.name}": ${why}`);
}

/** What the writer presumes is not so. */
export function conflict(ref: ObjectRef, message: string): StatusRefusal {
  return refused(409, "Conflict", message, detailsOf(ref));
}

/** The object breaks a rule of its kind. `problem` begins with the field. */
export function invalid(ref: ObjectRef, problem: string): StatusRefusal {
  const { kind } = resources[ref.resource];
  const [field = "", ...rest] = problem.split(": ");
  const causes = [{ reason: "FieldValueInvalid", message: rest.join(": "), field }];
  const message = `${kind} "${ref.name}" is invalid: ${problem}`;
  return refused(422, "Invalid", message, { ...detailsOf(ref), kind, causes });
}

/** The request itself cannot be read. */
export function badRequest(message: string): StatusRefusal {
  return refused(400, "BadRequest", message, undefined);
}

/** The patch's format is not for this kind of object. */
export function unsupportedMediaType(message: string): StatusRefusal {
  return refused(415, "UnsupportedMediaType", message, undefined);
}

/** The watch asks for changes that are forgotten. */
export function expired(from: number, oldest: number): StatusRefusal {
  return refused(410, "Expired", `too old resource version: ${from} (${oldest})`, undefined);
}
