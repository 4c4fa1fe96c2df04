import { z } from "zod";
import type { AwsOperation } from "../aws/operations.ts";
import { isObject } from "../kube/json.ts";
import type { Json, JsonObject } from "../kube/objects.ts";
import type { ResourceName } from "../kube/resources.ts";

/** What a step asks of the API server, as RBAC names it. */
export type KubeAccess =
  | `${"get" | "list" | "create" | "patch" | "delete"} ${ResourceName}`
  | "create pods/eviction"
  | "patch deployments/scale";

/** What whoever runs a step must be allowed, acting and undoing alike: a step that cannot be taken back is not begun. */
export interface Needs {
  readonly aws: readonly AwsOperation[];
  readonly kube: readonly KubeAccess[];
}

/** One kind of step: the form of what it carries and records, whether it can be taken back, and what it must be allowed. */
export interface KindSpec {
  /** Everything the handler needs to act again after a crash, on another machine. */
  readonly params: z.ZodType;
  /** The exact value that undo restores. */
  readonly before: z.ZodType;
  /** Identifies what was made. */
  readonly after: z.ZodType;
  readonly undo: "restore" | "none";
  readonly needs: Needs;
}

/** A readonly object with these members; further ones are let be, for those who read a journal of a later minor version. */
export function objectForm<S extends z.ZodRawShape>(shape: S): z.ZodReadonly<z.ZodObject<S>> {
  return z.object(shape).readonly();
}

/** A readonly list. */
export function listForm<T extends z.ZodType>(item: T): z.ZodReadonly<z.ZodArray<T>> {
  return z.array(item).readonly();
}

/** Texts in a list. */
export const textsForm = listForm(z.string());

/** Any JSON: the text it came from was parsed as such. */
export const jsonForm = z.custom<Json>(() => true);

/** Any JSON object. */
export const jsonObjectForm = z.custom<JsonObject>(isObject, "is no object");

/** Nothing recorded. */
export const nothingForm = z.null();

/** A bound in milliseconds. */
export const millisecondsForm = z.number().positive();

/** A whole number of nodes, pods or replicas. */
export const countForm = z.int().nonnegative();

/** A name that the API server would admit: nothing else may come out of a journal into a command or a path. */
export const kubeNameForm = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9.:]{0,251}[a-z0-9])?$/, "is no name of a Kubernetes object");
