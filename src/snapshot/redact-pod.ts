import { isObject, listAt, objectAt, textAt } from "../kube/json.ts";
import type { Json, JsonObject } from "../kube/objects.ts";
import { withoutSecrets } from "./secret-text.ts";
import { isSecretKey } from "./secret-words.ts";

/** Stands where a value was taken out. Code that needs the value must treat it as unknown. */
export const redacted = "<redacted>";

/**
 * Variables that are read, and whose they are: Cluster Autoscaler, Karpenter, the VPC CNI, the Node Termination Handler, and what tells the
 * cluster's name. Values of all others are nobody's business here.
 */
const openVariables: ReadonlySet<string> = new Set([
  ..."AWS_REGION AWS_DEFAULT_REGION AWS_STS_REGIONAL_ENDPOINTS AWS_ROLE_ARN AWS_CLUSTER_NAME EKS_CLUSTER_NAME".split(
    " ",
  ),
  ..."CLUSTER_NAME CLUSTER_ENDPOINT INTERRUPTION_QUEUE QUEUE_URL ENABLE_SQS_TERMINATION_DRAINING".split(" "),
  ..."ENABLE_SPOT_INTERRUPTION_DRAINING ENABLE_SCHEDULED_EVENT_DRAINING ENABLE_REBALANCE_MONITORING".split(" "),
  ..."ENABLE_REBALANCE_DRAINING KUBERNETES_MIN_VERSION KUBERNETES_SERVICE_HOST KUBERNETES_SERVICE_PORT".split(" "),
  ..."FEATURE_GATES BATCH_MAX_DURATION BATCH_IDLE_DURATION VM_MEMORY_OVERHEAD_PERCENT RESERVED_ENIS".split(" "),
  ..."ISOLATED_VPC EKS_CONTROL_PLANE PREFERENCE_POLICY MIN_VALUES_POLICY INSTANCE_PROFILE LOG_LEVEL AWS_DEFAULT_INSTANCE_PROFILE".split(
    " ",
  ),
  ..."DISABLE_WEBHOOK DISABLE_LEADER_ELECTION DISABLE_DRY_RUN MEMORY_LIMIT IGNORE_DRA_REQUESTS".split(" "),
  ..."ENABLE_PREFIX_DELEGATION ENABLE_POD_ENI ENABLE_IPv4 ENABLE_IPv6 ENABLE_V4_EGRESS ENABLE_V6_EGRESS".split(" "),
  ..."ENABLE_SUBNET_DISCOVERY ENABLE_NFTABLES ENABLE_IP_COOLDOWN ENABLE_BANDWIDTH_PLUGIN ENABLE_IMDS_ONLY_MODE".split(
    " ",
  ),
  ..."WARM_ENI_TARGET WARM_IP_TARGET WARM_PREFIX_TARGET MINIMUM_IP_TARGET MAX_ENI".split(" "),
  ..."AWS_VPC_ENI_MTU AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG AWS_VPC_K8S_CNI_EXTERNALSNAT ENI_CONFIG_LABEL_DEF".split(" "),
  ..."AWS_VPC_K8S_CNI_RANDOMIZESNAT AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS AWS_VPC_K8S_CNI_CONFIGURE_RPFILTER".split(" "),
  ..."AWS_VPC_K8S_CNI_VETHPREFIX AWS_VPC_CNI_NODE_PORT_SUPPORT POD_SECURITY_GROUP_ENFORCING_MODE".split(" "),
  ..."DISABLE_TCP_EARLY_DEMUX DISABLE_INTROSPECTION DISABLE_METRICS DISABLE_NETWORK_RESOURCE_PROVISIONING".split(" "),
  ..."NETWORK_POLICY_ENFORCING_MODE ANNOTATE_POD_IP ADDITIONAL_ENI_TAGS VPC_ID ENI_CONFIG_ANNOTATION_DEF".split(" "),
]);

/** Programs whose arguments are read, by image or by the container's name where an image has one of its own. */
const readImages =
  /(?:^|\/)(?:cluster-autoscaler|karpenter(?:[/-]controller)?|amazon-k8s-cni|aws-load-balancer-controller)(?:-[\w.]{1,20})?(?:[:@]|$)/;
const readNames = /^(?:aws-)?(?:cluster-autoscaler|karpenter|aws-node|aws-load-balancer-controller)$/;

/**
 * A pod's spec with what decides about it: where it may run, what it asks for, what it mounts. What its programs are told goes, except what
 * the few that are read are told.
 */
export function redactPodSpec(spec: JsonObject): JsonObject {
  const changed: Record<string, Json> = {};
  for (const key of ["containers", "initContainers", "ephemeralContainers"]) {
    if (Array.isArray(spec[key])) changed[key] = listAt(spec, key).map(redactContainer);
  }
  if (Array.isArray(spec["volumes"])) changed["volumes"] = listAt(spec, "volumes").map(redactVolume);
  for (const key of ["hostAliases", "dnsConfig", "securityContext"])
    if (spec[key] !== undefined) changed[key] = redactLeaves(spec[key]);
  return { ...spec, ...changed };
}

function redactContainer(container: Json): Json {
  if (!isObject(container)) return container;
  const changed: Record<string, Json> = {};
  const image = textAt(container, "image");
  if (image !== undefined) changed["image"] = withoutSecrets(image);
  const env = listAt(container, "env");
  if (env.length > 0) changed["env"] = env.map(redactVariable);
  const isRead = readImages.test(image ?? "") || readNames.test(textAt(container, "name") ?? "");
  for (const key of ["command", "args"]) {
    if (Array.isArray(container[key])) changed[key] = isRead ? redactArguments(listAt(container, key)) : [redacted];
  }
  for (const key of ["livenessProbe", "readinessProbe", "startupProbe", "lifecycle", "securityContext"]) {
    if (container[key] !== undefined) changed[key] = redactLeaves(container[key]);
  }
  return { ...container, ...changed };
}

function redactVariable(variable: Json): Json {
  if (!isObject(variable) || typeof variable["value"] !== "string") return variable;
  const name = textAt(variable, "name") ?? "";
  if (!openVariables.has(name)) return { ...variable, value: redacted };
  return { ...variable, value: withoutSecrets(variable["value"]) };
}

/** `--token`, `abc` as two arguments are a flag and its secret. */
function redactArguments(list: readonly Json[]): readonly Json[] {
  return list.map((item, i) => {
    if (typeof item !== "string") return item;
    const before = list[i - 1];
    const follows =
      typeof before === "string" && before.startsWith("-") && !before.includes("=") && isSecretKey(before);
    return follows && !item.startsWith("-") ? redacted : withoutSecrets(item);
  });
}

/** Members of a volume's source that decide where a pod may run. */
const volumeFacts: Readonly<Record<string, readonly string[]>> = {
  persistentVolumeClaim: ["claimName", "readOnly"],
  emptyDir: ["medium", "sizeLimit"],
  hostPath: ["path", "type"],
  configMap: ["name", "optional"],
  secret: ["secretName", "optional"],
  csi: ["driver", "readOnly"],
  awsElasticBlockStore: ["volumeID", "fsType", "partition", "readOnly"],
  flexVolume: ["driver"],
};

function redactVolume(volume: Json): Json {
  if (!isObject(volume)) return volume;
  return Object.fromEntries(
    Object.entries(volume).map(([key, value]) => {
      if (key === "name" || key === "ephemeral") return [key, value];
      return [key, picked(value, volumeFacts[key] ?? [])];
    }),
  );
}

/** Only these members of an object. */
export function picked(value: Json | undefined, members: readonly string[]): Json {
  if (!isObject(value)) return typeof value === "string" ? redacted : (value ?? null);
  const kept = members.filter((key) => value[key] !== undefined);
  return Object.fromEntries(kept.map((key) => [key, value[key]]));
}

/** The same shape with numbers, switches and names of kinds, and every other text taken out. */
function redactLeaves(value: Json | undefined, key = ""): Json {
  if (typeof value === "string") return leafNames.has(key) ? value : redacted;
  if (Array.isArray(value)) return listAt(value).map((item) => redactLeaves(item, key));
  if (!isObject(value)) return value ?? null;
  return Object.fromEntries(
    Object.entries(objectAt(value)).map(([name, member]) => [name, redactLeaves(member, name)]),
  );
}

const leafNames = new Set([
  "scheme",
  "port",
  "type",
  "seccompProfile",
  "procMount",
  "fsGroupChangePolicy",
  "stopSignal",
]);
