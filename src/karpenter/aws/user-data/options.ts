// Mirrors pkg/providers/amifamily/bootstrap/bootstrap.go of karpenter-provider-aws v1.14.1.
import type { JsonObject, Labels, Taint } from "../../../kube/objects.ts";
import { goDurationText, parseGoDuration } from "../../../kube/go-duration.ts";
import type { ProviderBehaviour } from "../../behaviour.ts";
import type { ResolvedKubelet } from "../kubelet.ts";

/** What a node is told when it boots. */
export interface BootstrapOptions {
  readonly clusterName: string;
  readonly clusterEndpoint: string;
  /** Service CIDR; only AL2023 needs it. */
  readonly clusterCidr?: string;
  readonly behaviour: ProviderBehaviour;
  /** With maxPods and clusterDNS filled in. */
  readonly kubelet: ResolvedKubelet;
  /** The open map of releases that have one, filled in likewise: nodeadm is told all of it. */
  readonly openKubelet?: JsonObject;
  readonly taints: readonly Taint[];
  readonly labels: Labels;
  readonly caBundle?: string;
  /** The NodeClass's own user data. */
  readonly custom?: string;
  readonly instanceStorePolicy?: string;
}

/** Parsers that the pure layers may not import. They throw on malformed text. */
export interface TextCodecs {
  parseYaml(text: string): unknown;
  parseToml(text: string): unknown;
}

/** User data as EC2 stores it (decoded), or why it cannot be made. */
export type UserData =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly reason: string; readonly isNotReady?: boolean };

/** Kubelet flags, as AL2 and Windows pass them. Maps are in key order; the real program's order is random. */
export function kubeletArgs(options: BootstrapOptions): readonly string[] {
  const { kubelet } = options;
  const number = (flag: string, value: number | undefined): string => (value === undefined ? "" : `${flag}=${value}`);
  const graces = Object.fromEntries(
    Object.entries(kubelet.evictionSoftGracePeriod ?? {}).map(([signal, grace]) => [signal, durationText(grace)]),
  );
  return [
    labelArg(options.labels),
    taintArg(options.taints),
    number("--max-pods", kubelet.maxPods),
    number("--pods-per-core", kubelet.podsPerCore),
    mapArg("--system-reserved", kubelet.systemReserved, "="),
    mapArg("--kube-reserved", kubelet.kubeReserved, "="),
    mapArg("--eviction-hard", kubelet.evictionHard, "<"),
    mapArg("--eviction-soft", kubelet.evictionSoft, "<"),
    mapArg("--eviction-soft-grace-period", graces, "="),
    number("--eviction-max-pod-grace-period", kubelet.evictionMaxPodGracePeriod),
    number("--image-gc-high-threshold", kubelet.imageGCHighThresholdPercent),
    number("--image-gc-low-threshold", kubelet.imageGCLowThresholdPercent),
    kubelet.cpuCFSQuota === undefined ? "" : `--cpu-cfs-quota=${kubelet.cpuCFSQuota}`,
  ].filter((arg) => arg !== "");
}

/** A duration as Go prints it. */
export function durationText(written: string): string {
  const nanos = parseGoDuration(written);
  return nanos === undefined ? written : goDurationText(nanos);
}

/** The flag that sets node labels; empty without labels. */
export function labelArg(labels: Labels): string {
  const pairs = sortedEntries(labels).map(([key, value]) => `${key}=${value}`);
  return pairs.length === 0 ? "" : `--node-labels=${quoted(pairs.join(","))}`;
}

function taintArg(taints: readonly Taint[]): string {
  return `--register-with-taints=${quoted(taints.map(taintText).join(","))}`;
}

function taintText({ key, value = "", effect }: Taint): string {
  if (effect === "") return value === "" ? key : `${key}=${value}:`;
  return value === "" ? `${key}:${effect}` : `${key}=${value}:${effect}`;
}

function mapArg(flag: string, map: Labels | undefined, separator: string): string {
  const pairs = sortedEntries(map ?? {}).map(([key, value]) => `${key}${separator}${value}`);
  return pairs.length === 0 ? "" : `${flag}=${quoted(pairs.join(","))}`;
}

/** Entries by key in byte order. */
export function sortedEntries<T>(map: Readonly<Record<string, T>>): readonly (readonly [string, T])[] {
  return Object.entries(map).toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

// Go's %q; labels, taints and quantities hold nothing that JSON would quote otherwise.
function quoted(text: string): string {
  return JSON.stringify(text);
}
