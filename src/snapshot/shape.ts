import { isObject, listAt, objectAt } from "../kube/json.ts";
import type { Json, JsonObject } from "../kube/objects.ts";
import type { ResourceName } from "../kube/resources.ts";
import { fieldShapeOf } from "./field-shapes.ts";
import { misfitOf } from "./fields.ts";

/**
 * What an object lacks of the shape that everything after reading relies on; undefined when nothing. An API server never serves such an
 * object, but files written by hand hold them.
 */
export function shapeProblem(resource: ResourceName, object: JsonObject): string | undefined {
  const misfit = misfitOf(object, fieldShapeOf(resource));
  if (misfit !== undefined) return `has ${misfit.found} at ${misfit.path} where ${misfit.expected} belongs`;
  return specProblem(resource, object["spec"]);
}

function specProblem(resource: ResourceName, spec: unknown): string | undefined {
  switch (resource) {
    case "pods":
      return podProblem(spec);
    case "deployments":
    case "replicasets":
    case "statefulsets":
    case "daemonsets":
    case "jobs":
    case "replicationcontrollers":
      return templateProblem(spec);
    case "cronjobs":
      return templateProblem(objectAt(member(spec, "jobTemplate"))["spec"]);
    case "poddisruptionbudgets":
    case "persistentvolumes":
    case "persistentvolumeclaims":
      return isObject(spec) ? undefined : "has no spec";
    case "nodepools":
      return isObject(objectAt(member(spec, "template"))["spec"]) ? undefined : "has no spec.template.spec";
    case "ec2nodeclasses":
    case "provisioners":
      return isObject(spec) ? undefined : "has no spec";
    default:
      return undefined;
  }
}

function templateProblem(spec: unknown): string | undefined {
  const template = member(spec, "template");
  if (!isObject(template)) return "has no pod template";
  const problem = podProblem(template["spec"]);
  return problem === undefined ? undefined : `has a pod template that ${problem}`;
}

function podProblem(spec: unknown): string | undefined {
  if (!isObject(spec)) return "has no spec";
  return listAt(spec["containers"]).length === 0 ? "has no containers" : undefined;
}

function member(value: unknown, key: string): Json | undefined {
  return isObject(value) ? value[key] : undefined;
}
