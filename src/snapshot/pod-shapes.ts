import type { FieldShape } from "./fields.ts";

/** Texts by key. */
export const textsByKey: FieldShape = { mapOf: "text" };
const labels: FieldShape = { mapOf: "label value", keys: "label key" };
/** Quantities by resource. */
export const amounts: FieldShape = { mapOf: "amount" };
/** A list of texts. */
export const textList: FieldShape = { listOf: "text" };
/** A list of objects with these fields, of which `needs` must be there. */
export const list = (fields: Readonly<Record<string, FieldShape>>, ...needs: readonly string[]): FieldShape => ({
  listOf: { fields, needs },
});

/** Metadata of any object. */
export const metadata: FieldShape = {
  fields: {
    name: "name",
    namespace: "label name",
    uid: "text",
    resourceVersion: "text",
    generation: "integer",
    creationTimestamp: "text",
    deletionTimestamp: "text",
    labels,
    annotations: { mapOf: "text", keys: "annotation key" },
    ownerReferences: list(
      { apiVersion: "version", kind: "kind", name: "owner name", uid: "text", controller: "flag" },
      "kind",
      "name",
    ),
    finalizers: textList,
  },
};

const expressions = list({ key: "text", operator: "text", values: textList }, "key", "operator");
/** A label selector. */
export const labelSelector: FieldShape = { fields: { matchLabels: textsByKey, matchExpressions: expressions } };
/** Taints of a node or a NodePool. */
export const taints = list({ key: "text", value: "text", effect: "text" }, "key", "effect");
/** Status conditions. */
export const conditions = list(
  { type: "text", status: "text", reason: "text", message: "text", lastTransitionTime: "text" },
  "type",
  "status",
);

/** Tolerations of a pod or of a RuntimeClass. */
export const tolerations = list({
  key: "text",
  operator: "text",
  value: "text",
  effect: "text",
  tolerationSeconds: "integer",
});

const nodeSelectorTerm: FieldShape = { fields: { matchExpressions: expressions, matchFields: expressions } };
/** A required node selector. */
export const nodeSelector: FieldShape = {
  fields: { nodeSelectorTerms: { listOf: nodeSelectorTerm } },
  needs: ["nodeSelectorTerms"],
};
const podAffinityTerm: FieldShape = {
  fields: {
    labelSelector,
    namespaceSelector: labelSelector,
    namespaces: textList,
    topologyKey: "text",
    matchLabelKeys: textList,
    mismatchLabelKeys: textList,
  },
  needs: ["topologyKey"],
};
const podAffinity: FieldShape = {
  fields: {
    requiredDuringSchedulingIgnoredDuringExecution: { listOf: podAffinityTerm },
    preferredDuringSchedulingIgnoredDuringExecution: list(
      { weight: "integer", podAffinityTerm },
      "weight",
      "podAffinityTerm",
    ),
  },
};
const affinity: FieldShape = {
  fields: {
    nodeAffinity: {
      fields: {
        requiredDuringSchedulingIgnoredDuringExecution: nodeSelector,
        preferredDuringSchedulingIgnoredDuringExecution: list(
          { weight: "integer", preference: nodeSelectorTerm },
          "weight",
          "preference",
        ),
      },
    },
    podAffinity,
    podAntiAffinity: podAffinity,
  },
};

/** Requests and limits. */
export const containerResources: FieldShape = { fields: { requests: amounts, limits: amounts, claims: "list" } };
/** What a PersistentVolumeClaim asks for. */
export const claimSpec: FieldShape = {
  fields: { storageClassName: "text", volumeName: "text", accessModes: textList, resources: containerResources },
};
const containers = list({
  name: "label name",
  image: "text",
  command: textList,
  args: textList,
  env: list({ name: "text", value: "text", valueFrom: "object" }),
  resources: containerResources,
  restartPolicy: "text",
  ports: list({
    containerPort: "integer",
    hostPort: "integer",
    hostIP: "text",
    protocol: "text",
    name: "text",
  }),
  readinessProbe: "object",
});

/** Spec of a pod or of a pod template. */
export const podSpec: FieldShape = {
  fields: {
    nodeName: "text",
    nodeSelector: labels,
    affinity,
    tolerations,
    topologySpreadConstraints: list(
      {
        maxSkew: "integer",
        topologyKey: "text",
        whenUnsatisfiable: "text",
        labelSelector,
        minDomains: "integer",
        nodeAffinityPolicy: "text",
        nodeTaintsPolicy: "text",
        matchLabelKeys: textList,
      },
      "maxSkew",
      "topologyKey",
      "whenUnsatisfiable",
    ),
    containers,
    initContainers: containers,
    resources: containerResources,
    overhead: amounts,
    volumes: list(
      {
        name: "text",
        persistentVolumeClaim: { fields: { claimName: "name", readOnly: "flag" }, needs: ["claimName"] },
        ephemeral: { fields: { volumeClaimTemplate: { fields: { metadata, spec: claimSpec } } } },
        hostPath: "object",
        emptyDir: "object",
        csi: "object",
        awsElasticBlockStore: "object",
      },
      "name",
    ),
    hostNetwork: "flag",
    priority: "integer",
    priorityClassName: "text",
    preemptionPolicy: "text",
    schedulerName: "text",
    schedulingGates: list({ name: "text" }, "name"),
    serviceAccountName: "text",
    restartPolicy: "text",
    terminationGracePeriodSeconds: "integer",
    resourceClaims: "list",
  },
};

const containerStatuses = list(
  {
    name: "text",
    ready: "flag",
    restartCount: "integer",
    image: "text",
    imageID: "text",
    state: "object",
    resources: containerResources,
    allocatedResources: amounts,
  },
  "name",
);

/** A pod. */
export const pod: FieldShape = {
  fields: {
    metadata,
    spec: podSpec,
    status: {
      fields: {
        phase: "text",
        conditions,
        nominatedNodeName: "text",
        startTime: "text",
        containerStatuses,
        initContainerStatuses: containerStatuses,
        podIP: "text",
        qosClass: "text",
      },
    },
  },
};
