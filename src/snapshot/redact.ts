import { isObject, listAt, objectAt, objectsAt, plainOf, textAt } from "../kube/json.ts";
import type { Json, JsonObject, KubeObject } from "../kube/objects.ts";
import { withoutPackedSecrets } from "./packed-secrets.ts";
import { before } from "../kube/text.ts";
import { picked, redacted, redactPodSpec } from "./redact-pod.ts";
import { redactTags, withoutSecretValues } from "./redact-values.ts";
import { withoutSecrets } from "./secret-text.ts";

/** ConfigMaps whose data Dovetail reads. Everything else keeps its keys only. */
const openConfigMaps = new Set([
  "aws-auth",
  "cluster-autoscaler-status",
  "cluster-autoscaler-priority-expander",
  "amazon-vpc-cni",
  "karpenter-global-settings",
]);
const statusAnnotation = "cluster-autoscaler.kubernetes.io/last-updated";

/** Annotations that are read, by the domain of their key; those of other domains are nobody's business here. */
const openDomains = new Set(
  [
    "dovetail dovetail.dev dovetail.sh karpenter.sh karpenter.k8s.aws compatibility.karpenter.sh compatibility.karpenter.k8s.aws",
    "cluster-autoscaler.kubernetes.io autoscaling.k8s.io eks.amazonaws.com vpc.amazonaws.com k8s.amazonaws.com",
    "crd.k8s.amazonaws.com alpha.eksctl.io storageclass.kubernetes.io storageclass.beta.kubernetes.io pv.kubernetes.io",
    "volume.kubernetes.io volume.beta.kubernetes.io storage.alpha.kubernetes.io helm.sh meta.helm.sh argocd.argoproj.io",
    "kwok.x-k8s.io keda.sh autoscaling.keda.sh",
  ]
    .join(" ")
    .split(" "),
);
const openKeys = new Set([
  "kubernetes.io/config.mirror",
  "kubernetes.io/config.source",
  "kubernetes.io/limit-ranger",
  "deployment.kubernetes.io/revision",
  "controller.kubernetes.io/pod-deletion-cost",
  "app.kubernetes.io/managed-by",
  "batch.kubernetes.io/job-completion-index",
  "scheduler.alpha.kubernetes.io/critical-pod",
  "scheduler.alpha.kubernetes.io/node-selector",
  "node.alpha.kubernetes.io/ttl",
  "cluster-autoscaler.kubernetes.io/last-updated",
]);

/**
 * Takes out what a snapshot must not hold. Kept is what is known to be needed: what decides where pods run and nodes come from. Twice is
 * the same as once. The list is kept in docs/guide/snapshot.md.
 */
export function redactObject<T extends KubeObject>(object: T): T {
  const plain = plainOf(object);
  const changed = { ...redactWithin(plain), ...redactBody(object.kind, plain) };
  // The kind decides which fields hold pods, data or schemas; all of them stay what they were in shape.
  return { ...object, ...changed };
}

/** Metadata and conditions, which every kind has. */
function redactWithin(object: JsonObject): JsonObject {
  const status = object["status"];
  return {
    metadata: redactMetadata(object["metadata"]),
    ...(isObject(status) ? { status: redactStatus(status) } : {}),
  };
}

function redactBody(kind: string, object: JsonObject): JsonObject {
  const spec = object["spec"];
  switch (kind) {
    case "ConfigMap":
      return redactConfigMap(object);
    case "StorageClass":
      return { mountOptions: [], parameters: picked(object["parameters"] ?? {}, classParameters) };
    case "PriorityClass":
      return { description: redacted };
    case "ServiceAccount":
      return { secrets: [], imagePullSecrets: [] };
    default:
      return isObject(spec) ? { spec: redactSpec(kind, spec) } : {};
  }
}

function redactSpec(kind: string, spec: JsonObject): JsonObject {
  switch (kind) {
    case "Pod":
      return redactPodSpec(spec);
    case "CronJob": {
      const jobTemplate = objectAt(spec["jobTemplate"]);
      const job = redactTemplated(objectAt(jobTemplate["spec"]));
      const metadata =
        jobTemplate["metadata"] === undefined ? {} : { metadata: redactMetadata(jobTemplate["metadata"]) };
      return { ...spec, jobTemplate: { ...jobTemplate, ...metadata, spec: job } };
    }
    case "CustomResourceDefinition": {
      const { conversion: _, ...rest } = spec;
      return { ...rest, versions: listAt(spec["versions"]).map(withoutSchema) };
    }
    case "PersistentVolume":
      return redactVolumeSpec(spec);
    case "HorizontalPodAutoscaler":
      return objectAt(picked(spec, ["scaleTargetRef", "minReplicas", "maxReplicas", "behavior"]));
    case "VolumeAttachment":
      return objectAt(picked(spec, ["attacher", "nodeName", "source"]));
    case "Service":
      return objectAt(picked(spec, ["type", "selector", "clusterIP", "ports"]));
    default:
      return redactNodeSpec(isObject(spec["template"]) ? redactTemplated(spec) : spec);
  }
}

/** Of a node class or a Provisioner: the script and the tags of its nodes. */
function redactNodeSpec(spec: JsonObject): JsonObject {
  const { userData, tags, provider } = spec;
  return {
    ...spec,
    ...(typeof userData === "string" ? { userData: withoutPackedSecrets(userData) } : {}),
    ...(isObject(tags) ? { tags: redactTags(tags) } : {}),
    ...(isObject(provider) ? { provider: redactNodeSpec(provider) } : {}),
  };
}

function redactTemplated(spec: JsonObject): JsonObject {
  const template = objectAt(spec["template"]);
  const podSpec = template["spec"];
  const claims = spec["volumeClaimTemplates"];
  return {
    ...spec,
    template: {
      ...template,
      ...(template["metadata"] === undefined ? {} : { metadata: redactMetadata(template["metadata"]) }),
      ...(isObject(podSpec) && Array.isArray(podSpec["containers"]) ? { spec: redactPodSpec(podSpec) } : {}),
    },
    ...(Array.isArray(claims)
      ? {
          volumeClaimTemplates: objectsAt(claims).map((one) => ({ ...one, metadata: redactMetadata(one["metadata"]) })),
        }
      : {}),
  };
}

function redactMetadata(metadata: Json | undefined): Json {
  if (!isObject(metadata)) return metadata ?? {};
  const { managedFields: _, ...rest } = metadata;
  const annotations = rest["annotations"];
  return isObject(annotations) ? { ...rest, annotations: redactAnnotations(annotations) } : rest;
}

function redactAnnotations(annotations: JsonObject): JsonObject {
  return withoutSecretValues(
    Object.fromEntries(
      Object.entries(annotations).map(([key, value]) => [
        key,
        openKeys.has(key) || openDomains.has(before(key, "/")) ? value : redacted,
      ]),
    ),
    // What a hand-over keeps in annotations of its own is read back whole.
    (key) => key.startsWith("dovetail"),
  );
}

/** Messages of conditions tell of everything; they are shown, and so they go by the rules for texts. */
function redactStatus(status: JsonObject): JsonObject {
  const { attachmentMetadata: _, userData: __, ...rest } = status;
  const cleaned = (value: Json): Json => {
    if (!isObject(value)) return value;
    const message = value["message"];
    return typeof message === "string" ? { ...value, message: withoutSecrets(message) } : value;
  };
  const message = textAt(rest["message"]);
  return {
    ...rest,
    ...(message === undefined ? {} : { message: withoutSecrets(message) }),
    ...(Array.isArray(rest["conditions"]) ? { conditions: listAt(rest, "conditions").map(cleaned) } : {}),
  };
}

/** Of StorageClasses of AWS: what a volume will be. */
const classParameters = [
  ..."type fsType fstype iopsPerGB allowAutoIOPSPerGBIncrease iops throughput encrypted kmsKeyId blockExpress".split(
    " ",
  ),
  ..."csi.storage.k8s.io/fstype provisioningMode fileSystemId directoryPerms basePath zone zones".split(" "),
];

const volumeSources: Readonly<Record<string, readonly string[]>> = {
  csi: ["driver", "volumeHandle", "fsType", "readOnly"],
  awsElasticBlockStore: ["volumeID", "fsType", "partition", "readOnly"],
  local: ["path", "fsType"],
  hostPath: ["path", "type"],
  claimRef: ["kind", "namespace", "name", "uid", "apiVersion"],
};
const volumeFacts = new Set(
  "accessModes capacity nodeAffinity persistentVolumeReclaimPolicy storageClassName volumeMode".split(" "),
);

function redactVolumeSpec(spec: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(spec)
      .filter(([key]) => key !== "mountOptions")
      .map(([key, value]) => [key, volumeFacts.has(key) ? value : picked(value, volumeSources[key] ?? [])]),
  );
}

function redactConfigMap(object: JsonObject): JsonObject {
  const metadata = objectAt(object["metadata"]);
  const isStatus = objectAt(metadata["annotations"])[statusAnnotation] !== undefined;
  if (isStatus || openConfigMaps.has(textAt(metadata["name"]) ?? "")) {
    const data = Object.entries(objectAt(object["data"]));
    const clean = data.map(([key, value]) => [
      key,
      typeof value === "string" ? withoutSecrets(value) : (value ?? null),
    ]);
    return { data: Object.fromEntries(clean) };
  }
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
