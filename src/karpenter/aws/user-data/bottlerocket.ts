// Mirrors pkg/providers/amifamily/bootstrap/bottlerocket.go
// and pkg/providers/amifamily/bootstrap/bottlerocketsettings.go of karpenter-provider-aws v1.14.1.
import { isObject } from "../../../kube/json.ts";
import type { JsonObject, Labels } from "../../../kube/objects.ts";
import type { LaterSetting, ProviderBehaviour } from "../../behaviour.ts";
import { type BootstrapOptions, durationText, sortedEntries, type TextCodecs, type UserData } from "./options.ts";
import { printToml, type Toml, type TomlTable } from "./toml-print.ts";

/** Settings under `settings.kubernetes` that Karpenter carries through, in the order it prints them. Others are dropped. */
const allKeys = [
  "api-server",
  "cloud-provider",
  "cluster-certificate",
  "cluster-name",
  "cluster-dns-ip",
  "credential-providers",
  "node-labels",
  "node-taints",
  "max-pods",
  "static-pods",
  "eviction-hard",
  "eviction-soft",
  "eviction-soft-grace-period",
  "eviction-max-pod-grace-period",
  "kube-reserved",
  "system-reserved",
  "allowed-unsafe-sysctls",
  "server-tls-bootstrap",
  "registry-qps",
  "registry-burst",
  "event-qps",
  "event-burst",
  "kube-api-qps",
  "kube-api-burst",
  "container-log-max-size",
  "container-log-max-files",
  "cpu-manager-policy",
  "cpu-manager-policy-options",
  "cpu-manager-reconcile-period",
  "memory-manager-policy",
  "memory-manager-reserved-memory",
  "topology-manager-scope",
  "topology-manager-policy",
  "topology-manager-policy-options",
  "image-gc-high-threshold-percent",
  "image-gc-low-threshold-percent",
  "ids-per-pod",
  "cpu-cfs-quota-enforced",
  "shutdown-grace-period",
  "shutdown-grace-period-for-critical-pods",
  "cluster-domain",
  "seccomp-default",
  "pod-pids-limit",
  "device-ownership-from-security-context",
  "single-process-oom-kill",
  "container-log-max-workers",
  "container-log-monitor-interval",
  "hostname-override-source",
  "log-level",
] as const;

const laterSettings: readonly LaterSetting[] = [
  "memory-manager-policy",
  "topology-manager-policy-options",
  "memory-manager-reserved-memory",
];

/** Settings under `settings.kubernetes` that a release carries through, in the order it prints them. Others are dropped. */
export function bottlerocketKeys({
  bottlerocketSettings: known,
}: Pick<ProviderBehaviour, "bottlerocketSettings">): readonly string[] {
  const unknown: readonly string[] = laterSettings.filter((key) => !known.includes(key));
  return allKeys.filter((key) => !unknown.includes(key));
}

/** Fields of the tables inside, in the order they are printed. */
const innerKeys: Readonly<Record<string, readonly string[]>> = {
  "credential-providers": ["enabled", "cache-duration", "image-patterns", "environment"],
  "memory-manager-reserved-memory": ["enabled", "memory", "hugepages-2Mi", "hugepages-1Gi"],
  "static-pods": ["enabled", "manifest"],
};
const commandKeys = ["commands", "mode", "essential"];

/** Bottlerocket: the user's settings in TOML with Karpenter's own over them. */
export function bottlerocketUserData(options: BootstrapOptions, codecs: TextCodecs, bindsByDefault: boolean): UserData {
  let settings: JsonObject = {};
  if (options.custom !== undefined) {
    try {
      const parsed = codecs.parseToml(options.custom);
      settings = isObject(parsed) && isObject(parsed["settings"]) ? parsed["settings"] : {};
    } catch (error) {
      return { ok: false, reason: `invalid UserData toml: ${error instanceof Error ? error.message : "unreadable"}` };
    }
  }
  const commands = commandsOf(settings["bootstrap-commands"], options, bindsByDefault);
  const { "bootstrap-commands": _own, kubernetes: _kubernetes, ...others } = settings;
  const raw: Record<string, Toml | undefined> = { ...(others as Record<string, Toml>) };
  raw["kubernetes"] = kubernetesOf(isObject(settings["kubernetes"]) ? settings["kubernetes"] : {}, options);
  if (commands !== undefined) raw["bootstrap-commands"] = commands;
  return { ok: true, text: printToml({ settings: raw }) };
}

function kubernetesOf(custom: JsonObject, options: BootstrapOptions): TomlTable {
  const { kubelet } = options;
  const taints: Record<string, string[]> = {};
  for (const { key, value = "", effect } of options.taints) (taints[key] ??= []).push(`${value}:${effect}`);
  const graces = kubelet.evictionSoftGracePeriod;
  const own: Readonly<Record<string, Toml | undefined>> = {
    "api-server": options.clusterEndpoint,
    "cluster-name": options.clusterName,
    "node-labels": mergedLabels(isObject(custom["node-labels"]) ? custom["node-labels"] : {}, options.labels),
    "node-taints": taints,
    "max-pods": kubelet.maxPods,
    "cluster-dns-ip": kubelet.clusterDNS?.[0],
    "system-reserved": kubelet.systemReserved,
    "kube-reserved": kubelet.kubeReserved,
    "eviction-hard": kubelet.evictionHard,
    "eviction-soft": kubelet.evictionSoft,
    "eviction-soft-grace-period":
      graces === undefined
        ? undefined
        : Object.fromEntries(Object.entries(graces).map(([key, value]) => [key, durationText(value)])),
    "eviction-max-pod-grace-period": kubelet.evictionMaxPodGracePeriod,
    "image-gc-high-threshold-percent": numberText(kubelet.imageGCHighThresholdPercent),
    "image-gc-low-threshold-percent": numberText(kubelet.imageGCLowThresholdPercent),
    "cpu-cfs-quota-enforced": kubelet.cpuCFSQuota,
  };
  const table = new Map<string, Toml | undefined>();
  for (const key of bottlerocketKeys(options.behaviour)) {
    const inner = innerKeys[key];
    const given = inner === undefined ? custom[key] : orderedTables(custom[key], inner);
    table.set(key, filled(own[key] ?? (given as Toml | undefined)));
  }
  // Karpenter's own word or none, whatever the user wrote.
  table.set("cluster-certificate", options.caBundle);
  return table;
}

// Empty maps and lists are left out.
function filled(value: Toml | undefined): Toml | undefined {
  if (typeof value !== "object") return value;
  const size = value instanceof Map ? value.size : Object.keys(value).length;
  return size === 0 ? undefined : value;
}

function mergedLabels(custom: JsonObject, own: Labels): TomlTable {
  return { ...(custom as Labels), ...own };
}

function numberText(value: number | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}

function orderedTables(value: unknown, keys: readonly string[]): TomlTable | undefined {
  if (!isObject(value)) return undefined;
  return new Map(sortedEntries(value).map(([name, table]) => [name, ordered(table, keys)]));
}

function ordered(value: unknown, keys: readonly string[]): TomlTable {
  const table = isObject(value) ? value : {};
  return new Map(keys.map((key) => [key, table[key] as Toml | undefined]));
}

function commandsOf(value: unknown, options: BootstrapOptions, bindsByDefault: boolean): TomlTable | undefined {
  const isRaid = options.instanceStorePolicy === "RAID0";
  if (!isObject(value) && !isRaid) return undefined;
  const bind = ["apiclient", "ephemeral-storage", "bind"];
  const dirs = bindsByDefault ? [] : ["--dirs", "/var/lib/containerd", "/var/lib/kubelet", "/var/log/pods"];
  const mount = {
    commands: [
      ["apiclient", "ephemeral-storage", "init"],
      [...bind, ...dirs],
    ],
    essential: true,
    mode: "always",
  };
  const all = { ...(isObject(value) ? value : {}), ...(isRaid ? { "000-mount-instance-storage": mount } : {}) };
  return orderedTables(all, commandKeys);
}
