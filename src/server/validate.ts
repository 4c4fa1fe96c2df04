import { isObject, objectsAt, valueAt } from "../kube/json.ts";
import type { JsonObject } from "../kube/objects.ts";
import type { ResourceName } from "../kube/resources.ts";
import { compileSelector } from "../kube/selector.ts";
import { shapeProblem } from "../snapshot/shape.ts";
import type { Stored } from "../twin/store/objects.ts";
import { invalid } from "../twin/store/refusal.ts";

/** Where the pod template of each kind is. */
const templates: { readonly [R in ResourceName]?: readonly string[] } = {
  deployments: ["spec", "template"],
  replicasets: ["spec", "template"],
  statefulsets: ["spec", "template"],
  daemonsets: ["spec", "template"],
  replicationcontrollers: ["spec", "template"],
  jobs: ["spec", "template"],
  cronjobs: ["spec", "jobTemplate", "spec", "template"],
};

const selecting: ReadonlySet<ResourceName> = new Set(["deployments", "replicasets", "statefulsets", "daemonsets"]);

/** Throws `StatusRefusal` (Invalid) for an object that lacks what the programs of the world rely on, as a real server's schema does. */
export function mustBeWhole(resource: ResourceName, object: Stored): void {
  const problem = templateProblem(resource, object) ?? selectorProblem(resource, object) ?? misfit(resource, object);
  if (problem !== undefined) throw invalid({ resource, name: object.metadata.name }, problem);
}

function misfit(resource: ResourceName, object: Stored): string | undefined {
  const problem = shapeProblem(resource, object);
  return problem === undefined ? undefined : `spec: Invalid value: ${problem}`;
}

function templateProblem(resource: ResourceName, object: Stored): string | undefined {
  const path = resource === "pods" ? [] : templates[resource];
  if (path === undefined) return undefined;
  const containers = objectsAt(object, ...path, "spec", "containers");
  const field = [...path, "spec", "containers"].join(".");
  if (containers.length === 0) return `${field}: Required value`;
  const nameless = containers.findIndex((one) => typeof one["name"] !== "string");
  return nameless < 0 ? undefined : `${field}[${nameless}].name: Required value`;
}

function selectorProblem(resource: ResourceName, object: Stored): string | undefined {
  if (!selecting.has(resource)) return undefined;
  const selector = valueAt(object, "spec", "selector");
  if (!isObject(selector)) return "spec.selector: Required value";
  const labels = textsOf(valueAt(object, "spec", "template", "metadata", "labels"));
  const compiled = compileSelector(selector);
  if (compiled.ok && compiled.matches(labels)) return undefined;
  return `spec.template.metadata.labels: Invalid value: ${JSON.stringify(labels)}: \`selector\` does not match template \`labels\``;
}

function textsOf(labels: JsonObject[string]): Readonly<Record<string, string>> {
  const texts = Object.entries(isObject(labels) ? labels : {}).flatMap(([key, value]) =>
    typeof value === "string" ? [[key, value] as const] : [],
  );
  return Object.fromEntries(texts);
}
