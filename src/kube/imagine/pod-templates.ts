import { isList, isObject, listAt, textAt } from "../json.ts";
import type { Json, JsonObject, PodTemplate } from "../objects.ts";

/**
 * Where the pods of a custom resource stand. `each` leads to what holds a template, from the object down, with `[]` for every item of a
 * list and `{}` for every value of a map; the other paths go on from there.
 */
export interface TemplatePlace {
  readonly each?: string;
  readonly template: string;
  /** How many pods; `otherwise` where nothing says. */
  readonly replicas?: string;
  readonly otherwise?: number;
  /** Numbers that multiply them. */
  readonly times?: readonly string[];
  /** A lower bound that an autoscaler of the resource's own keeps. */
  readonly atLeast?: string;
}

/** A kind of custom resource with the places of its pod templates. */
export interface PodTemplateRow {
  readonly group: string;
  readonly kind: string;
  readonly pods: readonly TemplatePlace[];
}

const plain = { template: "spec.template", replicas: "spec.replicas" };
const ray = (spec: string): readonly TemplatePlace[] => [
  { each: `${spec}.headGroupSpec`, template: "template" },
  {
    each: `${spec}.workerGroupSpecs[]`,
    template: "template",
    replicas: "replicas",
    atLeast: "minReplicas",
    times: ["numOfHosts"],
  },
];
const training = (field: string): readonly TemplatePlace[] => [
  { each: `spec.${field}{}`, template: "template", replicas: "replicas" },
];

/** Kinds whose shape is known, from their CRDs. */
export const podTemplateRows: readonly PodTemplateRow[] = [
  { group: "argoproj.io", kind: "Rollout", pods: [plain] },
  { group: "apps.kruise.io", kind: "CloneSet", pods: [plain] },
  { group: "apps.kruise.io", kind: "StatefulSet", pods: [plain] },
  { group: "ray.io", kind: "RayCluster", pods: ray("spec") },
  { group: "ray.io", kind: "RayJob", pods: ray("spec.rayClusterSpec") },
  { group: "ray.io", kind: "RayService", pods: ray("spec.rayClusterConfig") },
  { group: "kubeflow.org", kind: "PyTorchJob", pods: training("pytorchReplicaSpecs") },
  { group: "kubeflow.org", kind: "TFJob", pods: training("tfReplicaSpecs") },
  { group: "kubeflow.org", kind: "MPIJob", pods: training("mpiReplicaSpecs") },
  { group: "kubeflow.org", kind: "XGBoostJob", pods: training("xgbReplicaSpecs") },
  { group: "kubeflow.org", kind: "PaddleJob", pods: training("paddleReplicaSpecs") },
  { group: "kubeflow.org", kind: "JAXJob", pods: training("jaxReplicaSpecs") },
  { group: "kubeflow.org", kind: "Notebook", pods: [{ template: "spec.template" }] },
  {
    group: "jobset.x-k8s.io",
    kind: "JobSet",
    pods: [
      {
        each: "spec.replicatedJobs[]",
        template: "template.spec.template",
        replicas: "template.spec.parallelism",
        times: ["replicas"],
      },
    ],
  },
  {
    group: "batch.volcano.sh",
    kind: "Job",
    pods: [{ each: "spec.tasks[]", template: "template", replicas: "replicas" }],
  },
  {
    group: "serving.knative.dev",
    kind: "Service",
    pods: [{ template: "spec.template", otherwise: 0 }],
  },
  {
    group: "actions.github.com",
    kind: "AutoscalingRunnerSet",
    pods: [{ ...plain, replicas: "spec.minRunners", otherwise: 0 }],
  },
  {
    group: "actions.summerwind.dev",
    kind: "RunnerDeployment",
    pods: [{ template: "spec.template", replicas: "spec.replicas" }],
  },
];

/** Operators that make pods of settings of their own, by group: their objects are named, their pods cannot be counted. */
const makers: Readonly<Record<string, readonly string[] | "all">> = {
  "monitoring.coreos.com": ["Prometheus", "PrometheusAgent", "Alertmanager", "ThanosRuler"],
  "kafka.strimzi.io": [
    "Kafka",
    "KafkaNodePool",
    "KafkaConnect",
    "KafkaBridge",
    "KafkaMirrorMaker2",
    "KafkaMirrorMaker",
    "StrimziPodSet",
  ],
  "core.strimzi.io": ["StrimziPodSet"],
  "elasticsearch.k8s.elastic.co": "all",
  "kibana.k8s.elastic.co": "all",
  "apm.k8s.elastic.co": "all",
  "beat.k8s.elastic.co": "all",
  "agent.k8s.elastic.co": "all",
  "logstash.k8s.elastic.co": "all",
  "enterprisesearch.k8s.elastic.co": "all",
  "maps.k8s.elastic.co": "all",
  "opensearch.opster.io": ["OpenSearchCluster"],
  "serving.kserve.io": ["InferenceService", "InferenceGraph", "LLMInferenceService"],
  "sparkoperator.k8s.io": ["SparkApplication", "ScheduledSparkApplication", "SparkConnect"],
  "flink.apache.org": ["FlinkDeployment", "FlinkSessionJob"],
  "argoproj.io": ["Workflow", "CronWorkflow", "ArgoCD"],
  "tekton.dev": ["TaskRun", "PipelineRun"],
  "postgresql.cnpg.io": ["Cluster", "Pooler"],
  "acid.zalan.do": ["postgresql"],
  "postgres-operator.crunchydata.com": ["PostgresCluster", "PGAdmin", "PGUpgrade"],
  "mysql.oracle.com": ["InnoDBCluster"],
  "k8s.mariadb.com": ["MariaDB", "MaxScale"],
  "pxc.percona.com": ["PerconaXtraDBCluster"],
  "psmdb.percona.com": ["PerconaServerMongoDB"],
  "mongodbcommunity.mongodb.com": ["MongoDBCommunity"],
  "mongodb.com": ["MongoDB", "MongoDBOpsManager"],
  "rabbitmq.com": ["RabbitmqCluster"],
  "redis.redis.opstreelabs.in": "all",
  "databases.spotahome.com": ["RedisFailover"],
  "cassandra.datastax.com": ["CassandraDatacenter"],
  "k8ssandra.io": ["K8ssandraCluster"],
  "scylla.scylladb.com": ["ScyllaCluster", "ScyllaDBDatacenter"],
  "crdb.cockroachlabs.com": ["CrdbCluster"],
  "clickhouse.altinity.com": ["ClickHouseInstallation"],
  "clickhouse-keeper.altinity.com": ["ClickHouseKeeperInstallation"],
  "pingcap.com": ["TidbCluster", "TidbMonitor"],
  "ceph.rook.io": ["CephCluster", "CephFilesystem", "CephObjectStore", "CephNFS", "CephRBDMirror"],
  "minio.min.io": ["Tenant"],
  "nats.io": ["NatsCluster"],
  "zookeeper.pravega.io": ["ZookeeperCluster"],
  "solr.apache.org": ["SolrCloud", "SolrPrometheusExporter"],
  "opentelemetry.io": ["OpenTelemetryCollector"],
  "jaegertracing.io": ["Jaeger"],
  "loki.grafana.com": ["LokiStack"],
  "tempo.grafana.com": ["TempoStack", "TempoMonolithic"],
  "grafana.integreatly.org": ["Grafana"],
  "operator.victoriametrics.com": ["VMSingle", "VMCluster", "VMAgent", "VMAlert", "VMAlertmanager", "VLogs"],
  "install.istio.io": ["IstioOperator"],
  "operator.knative.dev": ["KnativeServing", "KnativeEventing"],
  "keycloak.org": ["Keycloak"],
  "k8s.keycloak.org": ["Keycloak"],
  "keda.sh": ["ScaledJob"],
  "source.toolkit.fluxcd.io": [],
  "helm.toolkit.fluxcd.io": ["HelmRelease"],
  "helm.cattle.io": ["HelmChart"],
};

/** What an object of a kind that no snapshot holds makes of pods. */
export type Made =
  | { readonly kind: "counted"; readonly parts: readonly { readonly template: PodTemplate; readonly pods: number }[] }
  | { readonly kind: "not-counted" }
  | { readonly kind: "nothing" };

/** Looks an object of such a kind up in the table; one that holds a pod template anywhere makes pods, too. */
export function madeBy(object: JsonObject, rows: readonly PodTemplateRow[] = podTemplateRows): Made {
  const kind = textAt(object["kind"]) ?? "";
  const apiVersion = textAt(object["apiVersion"]) ?? "";
  const group = apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";
  const row = rows.findLast((one) => one.group === group && one.kind === kind);
  if (row !== undefined) {
    const parts = row.pods.flatMap((place) => partsOf(object, place));
    if (parts.length > 0) return { kind: "counted", parts };
  }
  const known = makers[group];
  const isMaker = row !== undefined || known === "all" || known?.includes(kind) === true;
  return isMaker || holdsPodTemplate(object["spec"], 0) ? { kind: "not-counted" } : { kind: "nothing" };
}

function partsOf(
  object: JsonObject,
  place: TemplatePlace,
): { readonly template: PodTemplate; readonly pods: number }[] {
  return reached(object, place.each ?? "").flatMap((holder) => {
    const [template] = reached(holder, place.template);
    if (!isPodTemplate(template)) return [];
    const wanted = wholeAt(holder, place.replicas) ?? place.otherwise ?? 1;
    const floor = wholeAt(holder, place.atLeast) ?? 0;
    const factors = (place.times ?? []).map((path) => wholeAt(holder, path) ?? 1);
    return [{ template, pods: factors.reduce((product, factor) => product * factor, Math.max(wanted, floor)) }];
  });
}

function wholeAt(holder: Json, path: string | undefined): number | undefined {
  const [value] = path === undefined ? [] : reached(holder, path);
  return typeof value === "number" && Number.isFinite(value) ? Math.max(0, Math.trunc(value)) : undefined;
}

/** Everything that a path leads to. */
function reached(from: Json | undefined, path: string): readonly Json[] {
  let here: readonly Json[] = from === undefined ? [] : [from];
  for (const step of path === "" ? [] : path.split(".")) {
    const name = step.replace(/(?:\[\]|\{\})$/, "");
    here = here.flatMap((one) => (isObject(one) && one[name] !== undefined ? [one[name]] : []));
    if (step.endsWith("[]")) here = here.flatMap((one) => listAt(one));
    else if (step.endsWith("{}"))
      here = here.flatMap((one) => (isObject(one) ? Object.values(one).flatMap((value) => value ?? []) : []));
  }
  return here;
}

/** Whether a value is a pod template: its spec has containers. */
export function isPodTemplate(value: Json | undefined): value is Json & PodTemplate {
  if (!isObject(value)) return false;
  const spec = value["spec"];
  return isObject(spec) && listAt(spec["containers"]).length > 0;
}

/** Deep enough for any CRD, and a bound. */
const maxDepth = 12;

function holdsPodTemplate(value: Json | undefined, depth: number): boolean {
  if (depth > maxDepth) return false;
  if (isList(value)) return value.some((item) => holdsPodTemplate(item, depth + 1));
  if (!isObject(value)) return false;
  if (isPodTemplate(value)) return true;
  return Object.values(value).some((member) => holdsPodTemplate(member, depth + 1));
}
