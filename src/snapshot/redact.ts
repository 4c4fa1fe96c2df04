import { isObject, listAt, objectAt, textAt } from "../kube/json.ts";
import type { Json, JsonObject, KubeObject } from "../kube/objects.ts";
import { withoutSecrets } from "./secret-text.ts";

/** Stands where a value was taken out. Code that needs the value must treat it as unknown. */
const redacted = "<redacted>";

/** Environment variables whose values decide something about nodes or autoscalers and hold no secrets. */
const openVariables = new RegExp(
  `^(${[
    "AWS_(REGION|DEFAULT_REGION|STS_REGIONAL_ENDPOINTS|ROLE_ARN)",
    "CLUSTER_(NAME|ENDPOINT)",
    "INTERRUPTION_QUEUE|QUEUE_URL|ENABLE_SQS_TERMINATION_DRAINING",
    "KUBERNETES_(MIN_VERSION|SERVICE_HOST|SERVICE_PORT)",
    "(ENABLE|WARM|MINIMUM|MAX|AWS_VPC_K8S_CNI|AWS_VPC_ENI|POD_SECURITY|DISABLE)_\\w+",
    "NETWORK_POLICY_ENFORCING_MODE|FEATURE_GATES|BATCH_(MAX|IDLE)_DURATION|VM_MEMORY_OVERHEAD_PERCENT|RESERVED_ENIS",
    "ISOLATED_VPC|EKS_CONTROL_PLANE|PREFERENCE_POLICY|MIN_VALUES_POLICY|INSTANCE_PROFILE|LOG_LEVEL",
  ].join("|")})$`,
);

/** Annotations that repeat applied configuration, with all its values. */
const appliedAnnotations = new RegExp(
  [
    "last-applied",
    "objectset\\.rio\\.cattle\\.io/applied",
    "kapp\\.k14s\\.io/original",
    "inject-template",
    "^deprecated\\.daemonset\\.template",
  ].join("|"),
);
const maxAnnotation = 1024;

/** ConfigMaps whose data Dovetail reads. Everything else keeps its keys only. */
const openConfigMaps = new Set([
  "aws-auth",
  "cluster-autoscaler-status",
  "cluster-autoscaler-priority-expander",
  "amazon-vpc-cni",
  "karpenter-global-settings",
]);
const statusAnnotation = "cluster-autoscaler.kubernetes.io/last-updated";

/**
 * Takes out what a snapshot must not hold: environment values, annotations with applied configuration, data of ConfigMaps that are not
 * read, secrets in arguments and user data, schemas of CRDs. Twice is the same as once. The list is kept in docs/guide/snapshot.md.
 */
export function redactObject<T extends KubeObject>(object: T): T {
  const plain = object as unknown as JsonObject;
  const metadata = redactMetadata(plain["metadata"]);
  // The kind decides which fields hold pods, data or schemas; all of them stay what they were in shape.
  return { ...plain, metadata, ...redactBody(object.kind, plain) } as unknown as T;
}

function redactBody(kind: string, object: JsonObject): JsonObject {
  const spec = object["spec"];
  if (kind === "ConfigMap") return redactConfigMap(object);
  if (!isObject(spec)) return {};
  switch (kind) {
    case "Pod":
      return { spec: redactPodSpec(spec) };
    case "CronJob": {
      const jobTemplate = objectAt(spec["jobTemplate"]);
      return {
        spec: { ...spec, jobTemplate: { ...jobTemplate, spec: redactTemplated(objectAt(jobTemplate["spec"])) } },
      };
    }
    case "CustomResourceDefinition":
      return { spec: { ...spec, versions: listAt(spec["versions"]).map(withoutSchema) } };
    default:
      if (isObject(spec["template"])) return { spec: redactTemplated(spec) };
      return typeof spec["userData"] === "string"
        ? { spec: { ...spec, userData: withoutSecrets(spec["userData"]) } }
        : {};
  }
}

function redactTemplated(spec: JsonObject): JsonObject {
  const template = objectAt(spec["template"]);
  const podSpec = template["spec"];
  return {
    ...spec,
    template: {
      ...template,
      ...(template["metadata"] === undefined ? {} : { metadata: redactMetadata(template["metadata"]) }),
      ...(isObject(podSpec) && Array.isArray(podSpec["containers"]) ? { spec: redactPodSpec(podSpec) } : {}),
    },
  };
}

function redactMetadata(metadata: Json | undefined): Json {
  if (!isObject(metadata)) return metadata ?? {};
  const { managedFields: _, ...rest } = metadata;
  const annotations = rest["annotations"];
  return isObject(annotations) ? { ...rest, annotations: redactAnnotations(annotations) } : rest;
}

function redactAnnotations(annotations: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(annotations).map(([key, value]) => {
      const isHidden = appliedAnnotations.test(key) || (typeof value === "string" && value.length > maxAnnotation);
      return [key, isHidden ? redacted : typeof value === "string" ? withoutSecrets(value) : value];
    }),
  );
}

function redactPodSpec(spec: JsonObject): JsonObject {
  const lists: Record<string, Json> = {};
  for (const key of ["containers", "initContainers", "ephemeralContainers"]) {
    const list = spec[key];
    if (Array.isArray(list)) lists[key] = (list as readonly Json[]).map(redactContainer);
  }
  return { ...spec, ...lists };
}

function redactContainer(container: Json): Json {
  if (!isObject(container)) return container;
  const changed: Record<string, Json> = {};
  if (Array.isArray(container["env"])) changed["env"] = (container["env"] as readonly Json[]).map(redactVariable);
  for (const key of ["command", "args"]) {
    const list = container[key];
    if (Array.isArray(list)) changed[key] = redactArguments(list as readonly Json[]);
  }
  for (const key of ["livenessProbe", "readinessProbe", "startupProbe", "lifecycle"]) {
    if (container[key] !== undefined) changed[key] = redactStrings(container[key]);
  }
  return { ...container, ...changed };
}

function redactVariable(variable: Json): Json {
  if (!isObject(variable) || typeof variable["value"] !== "string") return variable;
  return openVariables.test(textAt(variable["name"]) ?? "") ? variable : { ...variable, value: redacted };
}

/** `--token`, `abc` as two arguments are a flag and its secret. */
function redactArguments(list: readonly Json[]): readonly Json[] {
  return list.map((item, i) => {
    if (typeof item !== "string") return item;
    const before = list[i - 1];
    const follows =
      typeof before === "string" && /^-.*(password|passwd|secret|token|api-?key|credential)s?$/i.test(before);
    return follows && !item.startsWith("-") ? redacted : withoutSecrets(item);
  });
}

/** Probes and hooks carry headers and shell lines: texts in them are cleaned, and every HTTP header's value goes. */
function redactStrings(value: Json | undefined): Json {
  if (typeof value === "string") return withoutSecrets(value);
  if (Array.isArray(value)) return (value as readonly Json[]).map(redactStrings);
  if (!isObject(value)) return value ?? null;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => {
      if (key !== "httpHeaders") return [key, redactStrings(member)];
      return [key, listAt(member).map((header) => (isObject(header) ? { ...header, value: redacted } : header))];
    }),
  );
}

function redactConfigMap(object: JsonObject): JsonObject {
  const metadata = objectAt(object["metadata"]);
  const isStatus = objectAt(metadata["annotations"])[statusAnnotation] !== undefined;
  if (isStatus || openConfigMaps.has(textAt(metadata["name"]) ?? ""))
    return { data: redactStrings(object["data"] ?? {}) };
  const hidden: Record<string, Json> = {};
  for (const field of ["data", "binaryData"]) {
    if (!isObject(object[field])) continue;
    hidden[field] = Object.fromEntries(Object.keys(objectAt(object[field])).map((key) => [key, redacted]));
  }
  return hidden;
}

function withoutSchema(version: Json): Json {
  if (!isObject(version)) return version;
  const { schema: _, ...rest } = version;
  return rest;
}
