import { fnv1a } from "../kube/text.ts";
import { isObject, objectAt, valueAt } from "../kube/json.ts";
import type { Json, JsonObject } from "../kube/objects.ts";
import type { ResourceName } from "../kube/resources.ts";
import { type Stored, withFields } from "../twin/store/objects.ts";

const quarter: JsonObject = { maxSurge: "25%", maxUnavailable: "25%" };

const bySpec: { readonly [R in ResourceName]?: (spec: JsonObject, object: Stored) => JsonObject } = {
  deployments: (spec) => ({
    replicas: 1,
    strategy: { type: "RollingUpdate", rollingUpdate: quarter },
    revisionHistoryLimit: 10,
    progressDeadlineSeconds: 600,
    ...spec,
  }),
  replicasets: (spec) => ({ replicas: 1, ...spec }),
  statefulsets: (spec) => ({
    replicas: 1,
    podManagementPolicy: "OrderedReady",
    updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 0 } },
    revisionHistoryLimit: 10,
    ...spec,
  }),
  daemonsets: (spec) => ({
    updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
    revisionHistoryLimit: 10,
    ...spec,
  }),
  jobs: (spec, { metadata }) => jobDefaults(spec, metadata.name),
  cronjobs: (spec) => ({
    concurrencyPolicy: "Allow",
    suspend: false,
    successfulJobsHistoryLimit: 3,
    failedJobsHistoryLimit: 1,
    ...spec,
  }),
  services: (spec, { metadata }) => ({
    type: "ClusterIP",
    sessionAffinity: "None",
    ...(spec["type"] === "ExternalName"
      ? {}
      : { clusterIP: addressFor(`${metadata.namespace ?? ""}/${metadata.name}`) }),
    ...spec,
    ports: servicePorts(spec["ports"]),
  }),
};

/** An object with what the API server fills in where its writer says nothing (kubernetes 1.35, `pkg/apis/*\/v1/defaults.go`). */
export function withDefaults(resource: ResourceName, object: Stored): Stored {
  const defaults = bySpec[resource];
  return defaults === undefined ? object : withFields(object, { spec: defaults(objectAt(object, "spec"), object) });
}

// A Job without a selector gets one of its own, which its pods carry.
function jobDefaults(spec: JsonObject, name: string): JsonObject {
  const whole = {
    parallelism: 1,
    completions: 1,
    backoffLimit: 6,
    completionMode: "NonIndexed",
    suspend: false,
    ...spec,
  };
  if (spec["selector"] !== undefined) return whole;
  const labels = { "batch.kubernetes.io/job-name": name, "job-name": name };
  const template = objectAt(spec, "template");
  const metadata = objectAt(template, "metadata");
  const labelled = { ...metadata, labels: { ...objectAt(metadata, "labels"), ...labels } };
  return {
    ...whole,
    selector: { matchLabels: { "batch.kubernetes.io/job-name": name } },
    template: { ...template, metadata: labelled },
  };
}

function servicePorts(ports: Json | undefined): Json {
  return Array.isArray(ports)
    ? ports.map((one: Json) =>
        isObject(one) ? { protocol: "TCP", targetPort: valueAt(one, "port") ?? 0, ...one } : one,
      )
    : [];
}

// From the service range that EKS takes by itself; the same for the same name.
function addressFor(name: string): string {
  const hash = fnv1a(name);
  return `172.20.${(hash >>> 8) & 0xff}.${hash & 0xff}`;
}
