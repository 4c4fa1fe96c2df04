import { isObject, listOf, objectOf } from "../kube/json.ts";
import type { Json, JsonObject } from "../kube/objects.ts";
import type { ResourceName } from "../kube/resources.ts";

/**
 * What an object lacks of the shape that everything after reading relies on; undefined when nothing. An API server never serves such an
 * object, but files written by hand hold them.
 */
export function shapeProblem(resource: ResourceName, object: JsonObject): string | undefined {
  return metadataProblem(object["metadata"]) ?? specProblem(resource, object["spec"]);
}

function metadataProblem(metadata: unknown): string | undefined {
  if (!isObject(metadata)) return undefined;
  if (notList(metadata["ownerReferences"])) return "has metadata.ownerReferences that are no list";
  for (const key of ["labels", "annotations"])
    if (notTexts(metadata[key])) return `has metadata.${key} that are no texts`;
  return undefined;
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
      return templateProblem(objectOf(member(spec, "jobTemplate"))["spec"]);
    case "poddisruptionbudgets":
    case "persistentvolumes":
    case "persistentvolumeclaims":
      return isObject(spec) ? undefined : "has no spec";
    case "nodepools":
      return isObject(objectOf(member(spec, "template"))["spec"]) ? undefined : "has no spec.template.spec";
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
  const problem = metadataProblem(template["metadata"]) ?? podProblem(template["spec"]);
  return problem === undefined ? undefined : `has a pod template that ${problem}`;
}

function podProblem(spec: unknown): string | undefined {
  if (!isObject(spec)) return "has no spec";
  const containers = listOf(spec["containers"]);
  if (containers.length === 0 || !containers.every(isObject)) return "has no containers";
  const list = podLists.find((key) => notList(spec[key]));
  if (list !== undefined) return `has ${list} that are no list`;
  if (notTexts(spec["nodeSelector"])) return "has a nodeSelector of other values than texts";
  const all = [...containers, ...listOf(spec["initContainers"])].filter(isObject);
  const inContainer = containerLists.find((key) => all.some((container) => notList(container[key])));
  return inContainer === undefined ? undefined : `has a container whose ${inContainer} are no list`;
}

const podLists = ["initContainers", "volumes", "tolerations", "topologySpreadConstraints"];
const containerLists = ["command", "args", "env", "ports"];

function member(value: unknown, key: string): Json | undefined {
  return isObject(value) ? value[key] : undefined;
}

function notList(value: Json | undefined): boolean {
  return value !== undefined && value !== null && !Array.isArray(value);
}

function notTexts(value: Json | undefined): boolean {
  if (value === undefined || value === null) return false;
  if (!isObject(value)) return true;
  for (const key in value) if (typeof value[key] !== "string") return true;
  return false;
}
