import { isObject, valueAt } from "../../../kube/json.ts";
import type { Json, JsonObject, KubeObject } from "../../../kube/objects.ts";
import { defaultRelease } from "../../../karpenter/releases.ts";
import type { ChartRequest } from "../../../kube/helm.ts";
import type { ChartObject } from "./chart-object.ts";
import { classicObjects, isClassicChart } from "./chart-classic.ts";
import { str } from "../../store/objects.ts";

const crdResources = [
  { plural: "nodepools", kind: "NodePool", group: "karpenter.sh", short: [] },
  { plural: "nodeclaims", kind: "NodeClaim", group: "karpenter.sh", short: [] },
  { plural: "ec2nodeclasses", kind: "EC2NodeClass", group: "karpenter.k8s.aws", short: ["ec2nc", "ec2ncs"] },
] as const;

/** What the charts `karpenter-crd` and `karpenter` of v1, and the one of 0.16.3, make; undefined for any other chart. */
export function chartObjects(request: ChartRequest): readonly ChartObject[] | undefined {
  if (isClassicChart(request.chart)) return classicObjects(request);
  const name = request.chart
    .split("/")
    .at(-1)
    ?.replace(/\.tgz$/, "")
    .replace(/-v?\d.*$/, "");
  if (name === "karpenter-crd") return crds(request);
  return name === "karpenter" ? controller(request) : undefined;
}

function crds(request: ChartRequest): readonly ChartObject[] {
  return crdResources.map(({ plural, kind, group, short }) => ({
    resource: "customresourcedefinitions",
    object: {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: {
        name: `${plural}.${group}`,
        labels: { "app.kubernetes.io/managed-by": "Helm" },
        annotations: {
          "meta.helm.sh/release-name": request.release,
          "meta.helm.sh/release-namespace": request.namespace,
        },
      },
      spec: {
        group,
        names: { kind, plural, singular: kind.toLowerCase(), shortNames: [...short] },
        scope: "Cluster",
        versions: [{ name: "v1", served: true, storage: true }],
      },
      status: {
        conditions: [
          { type: "Established", status: "True" },
          { type: "NamesAccepted", status: "True" },
        ],
      },
    },
  }));
}

function controller(request: ChartRequest): readonly ChartObject[] {
  const { values, namespace, release } = request;
  const text = (path: string, otherwise: string): string => {
    const value = valueAt(values, ...path.split("."));
    return typeof value === "string" && value !== "" ? value : otherwise;
  };
  const labels = { "app.kubernetes.io/name": "karpenter", "app.kubernetes.io/instance": release };
  const full = {
    ...labels,
    "app.kubernetes.io/managed-by": "Helm",
    "app.kubernetes.io/version": request.version ?? defaultRelease.version,
    "helm.sh/chart": `karpenter-${request.version ?? defaultRelease.version}`,
  };
  const metadata = {
    name: release,
    namespace,
    labels: full,
    annotations: {
      "meta.helm.sh/release-name": release,
      "meta.helm.sh/release-namespace": namespace,
      ...texts(valueAt(values, "additionalAnnotations")),
    },
  };
  const account = text("serviceAccount.name", release);
  const accountAnnotations = valueAt(values, "serviceAccount", "annotations");
  const cluster = { name: release, labels: full };
  return [
    {
      resource: "serviceaccounts",
      object: {
        apiVersion: "v1",
        kind: "ServiceAccount",
        metadata: {
          ...metadata,
          name: account,
          annotations: { ...metadata.annotations, ...texts(accountAnnotations) },
        },
      },
    },
    ...rights({ release, namespace, account, metadata: cluster }),
    ...network(metadata, labels),
    { resource: "deployments", object: deployment(request, { metadata, labels, account }) },
  ];
}

function rights(of: {
  readonly release: string;
  readonly namespace: string;
  readonly account: string;
  readonly metadata: KubeObject["metadata"] & JsonObject;
}): readonly ChartObject[] {
  const { release, namespace, account, metadata } = of;
  return [
    {
      resource: "clusterroles",
      object: { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", metadata, rules: [] },
    },
    {
      resource: "clusterrolebindings",
      object: {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "ClusterRoleBinding",
        metadata,
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: release },
        subjects: [{ kind: "ServiceAccount", name: account, namespace }],
      },
    },
  ];
}

function network(metadata: KubeObject["metadata"] & JsonObject, labels: JsonObject): readonly ChartObject[] {
  return [
    {
      resource: "services",
      object: {
        apiVersion: "v1",
        kind: "Service",
        metadata,
        spec: {
          type: "ClusterIP",
          ports: [{ name: "http-metrics", port: 8080, targetPort: "http-metrics", protocol: "TCP" }],
          selector: labels,
        },
      },
    },
    {
      resource: "poddisruptionbudgets",
      object: {
        apiVersion: "policy/v1",
        kind: "PodDisruptionBudget",
        metadata,
        spec: { maxUnavailable: 1, selector: { matchLabels: labels } },
      },
    },
  ];
}

function deployment(
  request: ChartRequest,
  parts: { readonly metadata: JsonObject; readonly labels: JsonObject; readonly account: string },
): KubeObject & JsonObject {
  const { values } = request;
  const replicas = valueAt(values, "replicas");
  const version = request.version ?? defaultRelease.version;
  const custom = valueAt(values, "affinity");
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { ...parts.metadata, name: request.release, namespace: request.namespace },
    spec: {
      replicas: typeof replicas === "number" ? replicas : 2,
      selector: { matchLabels: parts.labels },
      template: {
        metadata: {
          labels: { ...parts.labels },
          ...(isObject(valueAt(values, "podAnnotations")) ? { annotations: valueAt(values, "podAnnotations") } : {}),
        },
        spec: {
          serviceAccountName: parts.account,
          priorityClassName: "system-cluster-critical",
          containers: [container(values, version)],
          nodeSelector: { "kubernetes.io/os": "linux", ...texts(valueAt(values, "nodeSelector")) },
          affinity: isObject(custom) ? { ...defaultAffinity(parts.labels), ...custom } : defaultAffinity(parts.labels),
          topologySpreadConstraints: [
            {
              maxSkew: 1,
              topologyKey: "topology.kubernetes.io/zone",
              whenUnsatisfiable: "DoNotSchedule",
              labelSelector: { matchLabels: parts.labels },
            },
          ],
          tolerations: tolerationsOf(values),
          ...(valueAt(values, "hostNetwork") === true ? { hostNetwork: true } : {}),
        },
      },
    },
  };
}

function tolerationsOf(values: JsonObject): Json {
  return valueAt(values, "tolerations") ?? [{ key: "CriticalAddonsOnly", operator: "Exists" }];
}

// The controller never runs on a node that it manages, and its replicas not on one node.
function defaultAffinity(labels: JsonObject): JsonObject {
  const terms = [{ matchExpressions: [{ key: "karpenter.sh/nodepool", operator: "DoesNotExist" }] }];
  return {
    nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } },
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        { topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels: labels } },
      ],
    },
  };
}

function container(values: JsonObject, version: string): JsonObject {
  const settings = valueAt(values, "settings");
  const named = isObject(settings) ? Object.entries(settings) : [];
  const env = named
    .filter(([, value]) => typeof value !== "object" && value !== undefined && value !== "")
    .map(([key, value]) => ({
      name: key.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase(),
      value: str(value),
    }));
  const resources = valueAt(values, "controller", "resources");
  return {
    name: "controller",
    image: `public.ecr.aws/karpenter/controller:${version}`,
    env: [
      { name: "KUBERNETES_MIN_VERSION", value: "1.19.0-0" },
      { name: "KARPENTER_SERVICE", value: "karpenter" },
      ...env,
    ],
    ports: [
      { name: "http-metrics", containerPort: 8080, protocol: "TCP" },
      { name: "http", containerPort: 8081, protocol: "TCP" },
    ],
    livenessProbe: { httpGet: { path: "/healthz", port: "http" }, initialDelaySeconds: 30, timeoutSeconds: 30 },
    readinessProbe: { httpGet: { path: "/readyz", port: "http" }, initialDelaySeconds: 5, timeoutSeconds: 30 },
    ...(isObject(resources) ? { resources } : {}),
  };
}

function texts(value: Json | undefined): Readonly<Record<string, string>> {
  return isObject(value) ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, str(one)])) : {};
}
