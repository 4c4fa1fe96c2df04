import { groupBy } from "../group-by.ts";
import { objectAt, objectsAt, plainOf, valueAt } from "../json.ts";
import type {
  Container,
  Json,
  JsonObject,
  KubeObject,
  Labels,
  PodSpec,
  ResourceTexts,
  Toleration,
} from "../objects.ts";
import { withLimitsAsRequests } from "../pod-requests.ts";
import type { ClusterObjects } from "../resources.ts";

/** What admission makes of the pods of a source's namespaces. Build once per source. */
export interface Admission {
  admit(spec: PodSpec, namespace: string): Admitted;
}

/** A pod's spec as the API server would keep it. */
export interface Admitted {
  readonly spec: PodSpec;
  /** A RuntimeClass that the source does not hold: what it adds is not known. */
  readonly unknownRuntime?: string;
  /** A PriorityClass that the source does not hold. */
  readonly unknownPriority?: string;
}

/** Two classes that every cluster has. */
const builtIn: Readonly<Record<string, number>> = {
  "system-cluster-critical": 2_000_000_000,
  "system-node-critical": 2_000_001_000,
};

/**
 * Defaulting and the admission plugins that change what a pod asks for: limits as requests, LimitRanger, RuntimeClass, Priority
 * (Kubernetes 1.32, plugin/pkg/admission).
 */
export function admissionOf(objects: ClusterObjects): Admission {
  const ranges = groupBy(objects.limitranges ?? [], (range) => range.metadata.namespace ?? "default");
  const defaults = new Map(Array.from(ranges, ([namespace, list]) => [namespace, list.flatMap(defaultsOf)]));
  const runtimes = new Map((objects.runtimeclasses ?? []).map((one) => [one.metadata.name, one]));
  const classes = objects.priorityclasses ?? [];
  const values = new Map(classes.map((one) => [one.metadata.name, one.value]));
  const standard = classes.filter((one) => one.globalDefault === true).toSorted((a, b) => a.value - b.value)[0];
  return {
    admit(given, namespace) {
      const limits = defaults.get(namespace) ?? [];
      const filled = (container: Container): Container => limits.reduce(withDefaults, withLimitsAsRequests(container));
      const { runtimeClassName, priorityClassName } = given;
      const runtime = runtimeClassName === undefined ? undefined : runtimes.get(runtimeClassName);
      const named = priorityClassName ?? standard?.metadata.name;
      const priority = given.priority ?? values.get(named ?? "") ?? builtIn[named ?? ""];
      const spec: PodSpec = {
        ...given,
        containers: given.containers.map(filled),
        ...(given.initContainers === undefined ? {} : { initContainers: given.initContainers.map(filled) }),
        ...(priority === undefined ? {} : { priority }),
        ...(priorityClassName === undefined && standard !== undefined
          ? { priorityClassName: standard.metadata.name }
          : {}),
      };
      return {
        spec: runtime === undefined ? spec : withRuntime(spec, runtime),
        ...(runtimeClassName !== undefined && runtime === undefined ? { unknownRuntime: runtimeClassName } : {}),
        ...(priorityClassName !== undefined && priority === undefined ? { unknownPriority: priorityClassName } : {}),
      };
    },
  };
}

interface ContainerDefaults {
  readonly requests: ResourceTexts;
  readonly limits: ResourceTexts;
}

/** `SetDefaults_LimitRangeItem`: a maximum is the default limit, a default limit the default request, then a minimum. */
function defaultsOf(range: KubeObject): readonly ContainerDefaults[] {
  const items = objectsAt(plainOf(range), "spec", "limits").filter((one) => one["type"] === "Container");
  return items.map((item) => {
    const texts = (field: string): ResourceTexts => amountsAt(item[field]);
    const limits = { ...texts("max"), ...texts("default") };
    return { limits, requests: { ...texts("min"), ...limits, ...texts("defaultRequest") } };
  });
}

// LimitRanger fills in what a container does not name (`mergePodResourceRequirements`).
function withDefaults(container: Container, defaults: ContainerDefaults): Container {
  const { requests, limits } = container.resources ?? {};
  return {
    ...container,
    resources: {
      ...container.resources,
      requests: { ...defaults.requests, ...requests },
      limits: { ...defaults.limits, ...limits },
    },
  };
}

// Overhead is the class's own; its node selector and tolerations join the pod's.
function withRuntime(spec: PodSpec, runtime: KubeObject): PodSpec {
  const plain = plainOf(runtime);
  const overhead = amountsAt(valueAt(plain, "overhead", "podFixed"));
  const selector = labelsAt(valueAt(plain, "scheduling", "nodeSelector"));
  const tolerations = objectsAt(plain, "scheduling", "tolerations").filter(isToleration);
  return {
    ...spec,
    ...(Object.keys(overhead).length === 0 ? {} : { overhead }),
    ...(Object.keys(selector).length === 0 ? {} : { nodeSelector: { ...spec.nodeSelector, ...selector } }),
    ...(tolerations.length === 0 ? {} : { tolerations: [...(spec.tolerations ?? []), ...tolerations] }),
  };
}

/** Quantities of an object; what is none is left out. */
function amountsAt(value: Json | undefined): ResourceTexts {
  const entries = Object.entries(objectAt(value)).flatMap(([name, amount]) => {
    return typeof amount === "string" || typeof amount === "number" ? [[name, amount] as const] : [];
  });
  return Object.fromEntries(entries);
}

function labelsAt(value: Json | undefined): Labels {
  const entries = Object.entries(objectAt(value));
  return Object.fromEntries(entries.flatMap(([key, text]) => (typeof text === "string" ? [[key, text] as const] : [])));
}

function isToleration(value: JsonObject): value is JsonObject & Toleration {
  return ["key", "operator", "value", "effect"].every(
    (key) => value[key] === undefined || typeof value[key] === "string",
  );
}
