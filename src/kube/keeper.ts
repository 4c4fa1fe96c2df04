import type { KubeObject } from "./objects.ts";

/** Who writes an object, so that a change of the object itself does not last. */
export interface Keeper {
  /** `operator`: at once; `gitops`: at its next look; `helm`: at the next upgrade. */
  readonly kind: "operator" | "gitops" | "helm";
  /** `Kafka stream/events`, `Argo CD application shop`, `Helm release shop`. */
  readonly title: string;
  /** Where the owner says it, as far as that is known: `spec.podDisruptionBudget`. */
  readonly field?: string;
}

/** Owners that Kubernetes' own controllers make: no operator stands behind them. */
const builtIn = new Set([
  "CronJob",
  "DaemonSet",
  "Deployment",
  "Job",
  "Node",
  "ReplicaSet",
  "ReplicationController",
  "StatefulSet",
]);

/** Where operators let their users shape what they make, by kind of the owner and of the object. */
const fields: Readonly<Record<string, string>> = {
  "Elasticsearch PodDisruptionBudget": "spec.podDisruptionBudget",
  "Kafka PodDisruptionBudget": "spec.kafka.template.podDisruptionBudget",
  "KafkaConnect PodDisruptionBudget": "spec.template.podDisruptionBudget",
  "Cluster PodDisruptionBudget": "spec.enablePDB",
  "CephCluster PodDisruptionBudget": "spec.disruptionManagement",
  "RabbitmqCluster StatefulSet": "spec.override.statefulSet",
  "Prometheus StatefulSet": "spec.podMetadata",
};

/** Managers that are no program of the cluster, by the recommended label. */
const byHand = /^(helm|kustomize|kubectl|tiller|terraform|pulumi|dovetail|eks)$/i;

/** Who writes an object; undefined where nothing on it says that anybody but its users does. */
export function keeperOf(object: KubeObject): Keeper | undefined {
  const { labels = {}, annotations = {}, ownerReferences = [], namespace } = object.metadata;
  const owner = ownerReferences.find((one) => !builtIn.has(one.kind));
  if (owner !== undefined) {
    const field = fields[`${owner.kind} ${object.kind}`];
    const title = `${owner.kind} ${namespace === undefined ? "" : `${namespace}/`}${owner.name}`;
    return { kind: "operator", title, ...(field === undefined ? {} : { field }) };
  }
  const application = (annotations["argocd.argoproj.io/tracking-id"] ?? "").split(":")[0] ?? "";
  const argo = application === "" ? labels["argocd.argoproj.io/instance"] : application;
  if (argo !== undefined) return { kind: "gitops", title: `Argo CD application ${argo}` };
  const kustomization = labels["kustomize.toolkit.fluxcd.io/name"];
  if (kustomization !== undefined) return { kind: "gitops", title: `Flux Kustomization ${kustomization}` };
  const helmRelease = labels["helm.toolkit.fluxcd.io/name"];
  if (helmRelease !== undefined) return { kind: "gitops", title: `Flux HelmRelease ${helmRelease}` };
  const manager = labels["app.kubernetes.io/managed-by"];
  if (manager !== undefined && !byHand.test(manager))
    return { kind: "operator", title: `what ${manager} makes it from` };
  const release = annotations["meta.helm.sh/release-name"];
  return release === undefined ? undefined : { kind: "helm", title: `Helm release ${release}` };
}
