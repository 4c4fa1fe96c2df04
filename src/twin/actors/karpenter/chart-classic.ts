import { isObject, valueAt } from "../../../kube/json.ts";
import type { Json, JsonObject, KubeObject } from "../../../kube/objects.ts";
import type { ChartRequest } from "../../../kube/helm.ts";
import { str } from "../../store/objects.ts";
import type { ChartObject } from "./chart-object.ts";

/** Images as the chart 0.16.3 pins them. */
const images = {
  controller:
    "public.ecr.aws/karpenter/controller:v0.16.3@sha256:68db4f092cf9cc83f5ef9e2fbc5407c2cb682e81f64dfaa700a7602ede38b1cf",
  webhook:
    "public.ecr.aws/karpenter/webhook:v0.16.3@sha256:96a2d9b06d6bc5127801f358f74b1cf2d289b423a2e9ba40c573c0b14b17dafa",
} as const;

const webhookPort = 8443;

/** Whether a chart is the one of 0.16.3, which is published as a file and carries its CRDs. */
export function isClassicChart(chart: string): boolean {
  return /(^|\/)karpenter-v?0\.16\.3\.tgz$/.test(chart);
}

/** What the chart 0.16.3 makes, its `crds/` folder included; not its webhook configurations and certificate, which nothing here reads. */
export function classicObjects(request: ChartRequest): readonly ChartObject[] {
  const { release, namespace, values } = request;
  const labels = { "app.kubernetes.io/name": "karpenter", "app.kubernetes.io/instance": release };
  const full = {
    "helm.sh/chart": "karpenter-0.16.3",
    ...labels,
    "app.kubernetes.io/version": "0.16.3",
    "app.kubernetes.io/managed-by": "Helm",
  };
  const annotations = {
    "meta.helm.sh/release-name": release,
    "meta.helm.sh/release-namespace": namespace,
    ...texts(valueAt(values, "additionalAnnotations")),
  };
  const named = valueAt(values, "serviceAccount", "name");
  const account = typeof named === "string" && named !== "" ? named : release;
  const metadata = { name: release, namespace, labels: full, annotations };
  return [
    ...crds(),
    {
      resource: "serviceaccounts",
      object: {
        apiVersion: "v1",
        kind: "ServiceAccount",
        metadata: {
          ...metadata,
          name: account,
          annotations: { ...annotations, ...texts(valueAt(values, "serviceAccount", "annotations")) },
        },
      },
    },
    ...rights({ release, namespace, account, labels: full }),
    ...network(metadata, labels),
    { resource: "deployments", object: deployment(values, { metadata, labels, account }) },
  ];
}

function crds(): readonly ChartObject[] {
  const rows = [
    { plural: "provisioners", kind: "Provisioner", group: "karpenter.sh", version: "v1alpha5" },
    { plural: "awsnodetemplates", kind: "AWSNodeTemplate", group: "karpenter.k8s.aws", version: "v1alpha1" },
  ];
  return rows.map(({ plural, kind, group, version }) => ({
    resource: "customresourcedefinitions",
    isOfCrdFolder: true,
    object: {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: `${plural}.${group}` },
      spec: {
        group,
        names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List`, categories: ["karpenter"] },
        scope: "Cluster",
        versions: [{ name: version, served: true, storage: true }],
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

function rights(of: {
  readonly release: string;
  readonly namespace: string;
  readonly account: string;
  readonly labels: Readonly<Record<string, string>>;
}): readonly ChartObject[] {
  const { release, namespace, account, labels } = of;
  const apiVersion = "rbac.authorization.k8s.io/v1";
  return [
    {
      resource: "clusterroles",
      object: { apiVersion, kind: "ClusterRole", metadata: { name: release, labels }, rules: [] },
    },
    {
      resource: "clusterrolebindings",
      object: {
        apiVersion,
        kind: "ClusterRoleBinding",
        metadata: { name: release, labels },
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
          ports: [
            { name: "http-metrics", port: 8080, targetPort: "http-metrics", protocol: "TCP" },
            { name: "https-webhook", port: 443, targetPort: "https-webhook", protocol: "TCP" },
          ],
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

const defaultAffinity = {
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ matchExpressions: [{ key: "karpenter.sh/provisioner-name", operator: "DoesNotExist" }] }],
    },
  },
};

function deployment(
  values: JsonObject,
  parts: { readonly metadata: JsonObject; readonly labels: JsonObject; readonly account: string },
): KubeObject & JsonObject {
  const replicas = valueAt(values, "replicas");
  const { metadata, labels } = parts;
  const affinity = valueAt(values, "affinity");
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { ...metadata, name: str(metadata["name"]) },
    spec: {
      replicas: typeof replicas === "number" ? replicas : 2,
      revisionHistoryLimit: 10,
      strategy: { rollingUpdate: { maxUnavailable: 1 } },
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: parts.account,
          priorityClassName: "system-cluster-critical",
          containers: [controller(values), webhook(values)],
          nodeSelector: { "kubernetes.io/os": "linux" },
          affinity: isObject(affinity) ? affinity : defaultAffinity,
          tolerations: [{ key: "CriticalAddonsOnly", operator: "Exists" }],
          topologySpreadConstraints: [
            {
              maxSkew: 1,
              topologyKey: "topology.kubernetes.io/zone",
              whenUnsatisfiable: "ScheduleAnyway",
              labelSelector: { matchLabels: labels },
            },
          ],
          ...(valueAt(values, "hostNetwork") === true ? { hostNetwork: true } : {}),
        },
      },
    },
  };
}

function controller(values: JsonObject): JsonObject {
  return {
    name: "controller",
    image: images.controller,
    env: environment(values, "controller"),
    ports: [
      { name: "http-metrics", containerPort: 8080, protocol: "TCP" },
      { name: "http", containerPort: 8081, protocol: "TCP" },
    ],
    livenessProbe: { httpGet: { path: "/healthz", port: "http" }, initialDelaySeconds: 30, timeoutSeconds: 30 },
    readinessProbe: { httpGet: { path: "/readyz", port: "http" }, timeoutSeconds: 30 },
    resources: valueAt(values, "controller", "resources") ?? sizes("1", "1Gi"),
  };
}

function webhook(values: JsonObject): JsonObject {
  return {
    name: "webhook",
    image: images.webhook,
    args: [`-port=${webhookPort}`],
    env: [{ name: "KUBERNETES_MIN_VERSION", value: "1.19.0-0" }, ...environment(values, "webhook")],
    ports: [{ name: "https-webhook", containerPort: webhookPort, protocol: "TCP" }],
    livenessProbe: { httpGet: { port: "https-webhook", scheme: "HTTPS" }, initialDelaySeconds: 30 },
    readinessProbe: { httpGet: { port: "https-webhook", scheme: "HTTPS" } },
    resources: valueAt(values, "webhook", "resources") ?? sizes("200m", "100Mi"),
  };
}

function sizes(cpu: string, memory: string): JsonObject {
  return { requests: { cpu, memory }, limits: { cpu, memory } };
}

function environment(values: JsonObject, containerName: string): JsonObject[] {
  const given = (name: string, ...path: readonly string[]): JsonObject[] => {
    const value = valueAt(values, ...path);
    return value === undefined || value === "" ? [] : [{ name, value: str(value) }];
  };
  return [
    ...given("CLUSTER_NAME", "clusterName"),
    ...given("CLUSTER_ENDPOINT", "clusterEndpoint"),
    { name: "KARPENTER_SERVICE", value: "karpenter" },
    { name: "SYSTEM_NAMESPACE", valueFrom: { fieldRef: { fieldPath: "metadata.namespace" } } },
    ...given("AWS_DEFAULT_INSTANCE_PROFILE", "aws", "defaultInstanceProfile"),
    {
      name: "MEMORY_LIMIT",
      valueFrom: { resourceFieldRef: { containerName, divisor: "0", resource: "limits.memory" } },
    },
  ];
}

function texts(value: Json | undefined): Readonly<Record<string, string>> {
  return isObject(value) ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, str(one)])) : {};
}
