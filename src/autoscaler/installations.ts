// Our own: the real program has no such file.
import { isObject, objectAt, isList } from "../kube/json.ts";
import type { ConfigMap, Container, JsonObject, KubeObject, Labels, Workload } from "../kube/objects.ts";
import type { ClusterObjects } from "../kube/resources.ts";
import { lastValue, flagsOf } from "./flags/read.ts";
import { setting } from "./flags/settings.ts";
import { yamlIn } from "../yaml/read.ts";
import { parseStatusText } from "./status.ts";
import type { AutoscalerInstallation } from "./types.ts";

/** `registry.k8s.io/autoscaling/cluster-autoscaler:v1.35.0`, its architectures and mirrors. */
const image = /(^|\/)cluster-autoscaler(-(amd64|arm64))?(?=$|[:@])/;
const chartNames = new Set(["aws-cluster-autoscaler", "cluster-autoscaler"]);

/** Every Cluster Autoscaler in the cluster, running or scaled to zero, in any namespace and under any name. */
export function findInstallations(
  objects: ClusterObjects,
  kubernetesVersion: string | undefined,
): readonly AutoscalerInstallation[] {
  const workloads = [...(objects.deployments ?? []), ...(objects.statefulsets ?? [])];
  return workloads.flatMap((workload) => {
    const found = recognise(workload);
    return found === undefined ? [] : [describe(workload, found, { objects, kubernetesVersion })];
  });
}

interface Recognised {
  readonly container: Container;
  readonly foundBy: readonly string[];
}

function recognise(workload: Workload): Recognised | undefined {
  const { containers } = workload.spec.template.spec;
  const byImage = containers.find((one) => image.test(one.image ?? ""));
  const labels = { ...workload.spec.template.metadata?.labels, ...workload.metadata.labels };
  const label = labelOf(labels);
  // Labels alone may be those of an exporter beside it: the container must also be told what only CA is told.
  const byFlags = containers.find((one) => {
    const flags = flagsOf(one);
    return flags.has("node-group-auto-discovery") || (flags.has("nodes") && flags.has("cloud-provider"));
  });
  const container = byImage ?? (label === undefined ? undefined : byFlags);
  if (container === undefined) return undefined;
  return {
    container,
    foundBy: [
      ...(byImage === undefined ? [] : [`image ${byImage.image ?? ""}`]),
      ...(label === undefined ? [] : [`label ${label}`]),
      ...(byImage === undefined ? ["its flags"] : []),
    ],
  };
}

function labelOf(labels: Labels): string | undefined {
  if (chartNames.has(labels["app.kubernetes.io/name"] ?? ""))
    return `app.kubernetes.io/name=${labels["app.kubernetes.io/name"]}`;
  if (labels["helm.sh/chart"]?.startsWith("cluster-autoscaler-") === true)
    return `helm.sh/chart=${labels["helm.sh/chart"]}`;
  for (const key of ["app", "k8s-app"]) if (labels[key] === "cluster-autoscaler") return `${key}=cluster-autoscaler`;
  return labels["k8s-addon"]?.startsWith("cluster-autoscaler.") === true
    ? `k8s-addon=${labels["k8s-addon"]}`
    : undefined;
}

function describe(
  workload: Workload,
  { container, foundBy }: Recognised,
  about: {
    readonly objects: ClusterObjects;
    readonly kubernetesVersion: string | undefined;
  },
): AutoscalerInstallation {
  const flags = flagsOf(container);
  const namespace = lastValue(flags, "namespace") ?? workload.metadata.namespace ?? "kube-system";
  const version = /:v?(\d+\.\d+\.\d+)/.exec(container.image ?? "")?.[1];
  const maps = about.objects.configmaps ?? [];
  const statusName = lastValue(flags, "status-config-map-name") ?? "cluster-autoscaler-status";
  const find = (name: string): ConfigMap | undefined =>
    maps.find((one) => one.metadata.name === name && one.metadata.namespace === namespace);
  const statusMap = find(statusName);
  const status = statusMap === undefined ? undefined : readStatus(statusMap);
  const priorityMap = find("cluster-autoscaler-priority-expander");
  const priorities = priorityMap === undefined ? undefined : readPriorities(priorityMap);
  const release = releaseOf(workload);
  const signals = statusMap === undefined ? [] : [`ConfigMap ${namespace}/${statusName}`];
  return {
    namespace: workload.metadata.namespace ?? "default",
    deployment: workload.metadata.name,
    replicas: workload.spec.replicas ?? 1,
    version,
    image: container.image ?? "",
    flags,
    // CA's minor version follows the cluster's.
    expanders: setting(flags, "expander", version ?? about.kubernetesVersion)
      .split(",")
      .map((one) => one.trim()),
    foundBy: [...foundBy, ...signals],
    ...(release === undefined ? {} : { helmRelease: release }),
    ...(status === undefined ? {} : { status }),
    ...(priorities === undefined ? {} : { priorities }),
  };
}

function releaseOf(workload: KubeObject): string | undefined {
  const { annotations = {}, labels = {} } = workload.metadata;
  const isHelm = labels["app.kubernetes.io/managed-by"] === "Helm" || labels["heritage"] === "Helm";
  return annotations["meta.helm.sh/release-name"] ?? (isHelm ? labels["app.kubernetes.io/instance"] : undefined);
}

function readStatus(map: ConfigMap): JsonObject | undefined {
  const text = map.data?.["status"];
  if (text === undefined) return undefined;
  const updated = map.metadata.annotations?.["cluster-autoscaler.kubernetes.io/last-updated"];
  const last: JsonObject = updated === undefined ? {} : { lastUpdated: updated };
  // YAML from 1.30 on; before, sentences of its own.
  if (/^(Cluster-autoscaler status at|Initializing)/.test(text)) return { ...parseStatusText(text), ...last };
  const parsed = yamlIn(text);
  return isObject(parsed) ? { ...parsed, ...last } : undefined;
}

function readPriorities(map: ConfigMap): ReadonlyMap<number, readonly string[]> | undefined {
  const parsed = yamlIn(map.data?.["priorities"] ?? "");
  if (!isObject(parsed)) return undefined;
  const tiers = Object.entries(objectAt(parsed)).flatMap(([priority, patterns]) => {
    const list = isList(patterns) ? patterns.filter((one) => typeof one === "string") : [];
    return /^-?\d+$/.test(priority) ? [[Number(priority), list] as const] : [];
  });
  return new Map(tiers.toSorted(([a], [b]) => b - a));
}
