import { isList, isObject, printed, valueAt } from "../kube/json.ts";
import type { Json, JsonObject } from "../kube/objects.ts";
import type { Objection } from "./objection.ts";

const signals = [
  "memory.available",
  "nodefs.available",
  "nodefs.inodesFree",
  "imagefs.available",
  "imagefs.inodesFree",
  "pid.available",
];
const reservable = ["cpu", "memory", "ephemeral-storage", "pid"];

/** Fields that Karpenter itself puts into a node's configuration; the others reach only nodes whose image takes the whole of it. */
const mapped = [
  "clusterDNS",
  "maxPods",
  "podsPerCore",
  "systemReserved",
  "kubeReserved",
  "evictionHard",
  "evictionSoft",
  "evictionSoftGracePeriod",
  "evictionMaxPodGracePeriod",
  "imageGCHighThresholdPercent",
  "imageGCLowThresholdPercent",
  "cpuCFSQuota",
];

/** What the AWS provider knows of the open `spec.kubelet` of one EC2NodeClass. */
export interface KubeletFacts {
  /** Names of fields that the kubelet has. */
  readonly fields: readonly string[];
  /** The image family's name; undefined where the schema refuses what would tell it. */
  readonly family: string | undefined;
}

/**
 * What Karpenter's controller refuses in an open `spec.kubelet`, which the API server takes as it is (karpenter-provider-aws v1.15.2,
 * `apis/v1/kubeletconfiguration_validation.go` and `controllers/nodeclass/validation.go`). Types of fields that Dovetail does not write are
 * not checked.
 */
export function openKubeletViolations(spec: JsonObject, { fields, family }: KubeletFacts): readonly Objection[] {
  const kubelet = valueAt(spec, "kubelet");
  if (!isObject(kubelet)) return [];
  return [
    ...unknownFields(kubelet, fields),
    ...evictions(kubelet),
    ...reservations(kubelet),
    ...numbers(kubelet),
    ...unsupported(family, kubelet),
  ];
}

function objection(field: string, rule: string, message: string): Objection {
  return { path: `spec.kubelet.${field}`, rule, message };
}

function unknownFields(kubelet: JsonObject, fields: readonly string[]): readonly Objection[] {
  const own = "registerWithTaints" in kubelet;
  return [
    ...Object.keys(kubelet)
      .filter((field) => !fields.includes(field))
      .map((field) => objection(field, "kubelet field", `the kubelet has no field ${field}`)),
    ...(own ? [objection("registerWithTaints", "kubelet field", "Karpenter sets it from the NodeClaim's taints")] : []),
  ];
}

function evictions(kubelet: JsonObject): readonly Objection[] {
  const found: Objection[] = [];
  for (const field of ["evictionHard", "evictionSoft", "evictionSoftGracePeriod", "evictionMinimumReclaim"]) {
    for (const signal of keysOf(kubelet[field])) {
      if (signals.includes(signal)) continue;
      found.push(objection(`${field}.${signal}`, "eviction signals", `${signal} is not one of ${signals.join(", ")}`));
    }
  }
  const [soft, graces] = [keysOf(kubelet["evictionSoft"]), keysOf(kubelet["evictionSoftGracePeriod"])];
  const pairs = "evictionSoft and evictionSoftGracePeriod must name the same signals";
  for (const signal of soft.filter((one) => !graces.includes(one)))
    found.push(objection(`evictionSoft.${signal}`, "eviction signals", pairs));
  for (const signal of graces.filter((one) => !soft.includes(one)))
    found.push(objection(`evictionSoftGracePeriod.${signal}`, "eviction signals", pairs));
  return found;
}

function reservations(kubelet: JsonObject): readonly Objection[] {
  return ["kubeReserved", "systemReserved"].flatMap((field) =>
    keysOf(kubelet[field])
      .filter((resource) => !reservable.includes(resource))
      .map((resource) =>
        objection(`${field}.${resource}`, "reserved resources", `only ${reservable.join(", ")} may be reserved`),
      ),
  );
}

function numbers(kubelet: JsonObject): readonly Objection[] {
  const found: Objection[] = [];
  const [high, low] = [kubelet["imageGCHighThresholdPercent"], kubelet["imageGCLowThresholdPercent"]];
  for (const field of ["imageGCHighThresholdPercent", "imageGCLowThresholdPercent"]) {
    const value = kubelet[field];
    if (typeof value === "number" && (value < 0 || value > 100))
      found.push(objection(field, "percentage", `${value} is not between 0 and 100`));
  }
  if (typeof high === "number" && typeof low === "number" && high <= low)
    found.push(objection("imageGCHighThresholdPercent", "percentage", "it must be above imageGCLowThresholdPercent"));
  for (const field of ["maxPods", "podsPerCore", "evictionMaxPodGracePeriod"]) {
    const value = kubelet[field];
    if (typeof value === "number" && value < 0) found.push(objection(field, "count", `${value} is negative`));
  }
  if (typeof kubelet["maxPods"] === "string")
    found.push(
      objection("maxPods", "gate NodeClassCEL", `the expression ${printed(kubelet["maxPods"])} needs the gate`),
    );
  return found;
}

// AL2023 is told the whole of it; what other families would drop in silence is refused, and their one address of a DNS server too.
function unsupported(family: string | undefined, kubelet: JsonObject): readonly Objection[] {
  if (family === undefined || family === "AL2023" || family === "Custom") return [];
  const dropped = Object.keys(kubelet).filter(
    (field) => !mapped.includes(field) || (field === "podsPerCore" && family === "Bottlerocket"),
  );
  const dns = kubelet["clusterDNS"];
  return [
    ...dropped.map((field) => objection(field, "image family", `nodes of ${family} are not told of it`)),
    ...(isList(dns) && dns.length > 1
      ? [objection("clusterDNS", "image family", `nodes of ${family} take one address, not ${dns.length}`)]
      : []),
  ];
}

function keysOf(value: Json | undefined): readonly string[] {
  return isObject(value) ? Object.keys(value) : [];
}
