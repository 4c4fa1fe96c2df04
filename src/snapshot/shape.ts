import { isObject, listOf, objectOf } from "../kube/json.ts";
import type { JsonObject } from "../kube/objects.ts";
import type { ResourceName } from "../kube/resources.ts";

/**
 * What an object lacks of the shape that everything after reading relies on; undefined when nothing. An API server never serves such an
 * object, but files written by hand hold them.
 */
export function shapeProblem(resource: ResourceName, object: JsonObject): string | undefined {
  const spec = object["spec"];
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
      return templateProblem(objectOf(objectOf(spec)["jobTemplate"])["spec"]);
    case "poddisruptionbudgets":
    case "persistentvolumes":
    case "persistentvolumeclaims":
      return isObject(spec) ? undefined : "has no spec";
    case "nodepools":
      return isObject(objectOf(objectOf(spec)["template"])["spec"]) ? undefined : "has no spec.template.spec";
    case "ec2nodeclasses":
    case "provisioners":
      return isObject(spec) ? undefined : "has no spec";
    default:
      return undefined;
  }
}

function templateProblem(spec: unknown): string | undefined {
  const template = isObject(spec) ? spec["template"] : undefined;
  if (!isObject(template)) return "has no pod template";
  const problem = podProblem(template["spec"]);
  return problem === undefined ? undefined : `has a pod template that ${problem}`;
}

function podProblem(spec: unknown): string | undefined {
  if (!isObject(spec)) return "has no spec";
  const containers = listOf(spec["containers"]);
  return containers.length > 0 && containers.every(isObject) ? undefined : "has no containers";
}
