// Mirrors pkg/providers/amifamily/resolver.go of karpenter-provider-aws v1.14.1.
import type { JsonObject, Labels, Taint } from "../../../kube/objects.ts";
import type { ProviderBehaviour } from "../../behaviour.ts";
import { familyAlias, familyNameOf, familyOf } from "../families.ts";
import { resolvedKubelet, type ResolvedKubelet } from "../kubelet.ts";
import type { ImageStatus, NodeClassSpec } from "../node-class.ts";
import { bottlerocketUserData } from "./bottlerocket.ts";
import { al2UserData, nodeadmUserData, windowsUserData } from "./families.ts";
import type { BootstrapOptions, TextCodecs, UserData } from "./options.ts";

/** The cluster as nodes are told of it. */
export interface UserDataCluster {
  readonly name: string;
  readonly endpoint: string;
  readonly caBundle?: string;
  /** Service CIDR. */
  readonly cidr?: string;
  readonly dnsIp?: string;
}

/** What decides the user data of one launch template. */
export interface UserDataInput {
  readonly behaviour: ProviderBehaviour;
  readonly spec: NodeClassSpec;
  readonly images: readonly ImageStatus[];
  readonly cluster: UserDataCluster;
  readonly labels: Labels;
  readonly taints: readonly Taint[];
  readonly startupTaints: readonly Taint[];
  readonly capacityType: string;
  /** Pods of the instance types that share the template. */
  readonly maxPods: number;
}

const unregistered: Taint = { key: "karpenter.sh/unregistered", effect: "NoExecute" };

/** The exact text that Karpenter puts into a launch template for the NodeClass's family. */
export function userDataOf(input: UserDataInput, codecs: TextCodecs): UserData {
  const options = bootstrapOptions(input);
  const family = familyOf(input.spec);
  switch (family.name) {
    case "AL2":
      return al2UserData(options);
    case "AL2023":
      return nodeadmUserData(options, codecs);
    case "Bottlerocket":
      return bottlerocketUserData(options, codecs, bindsByDefault(input));
    case "Custom":
      return { ok: true, text: input.spec.userData ?? "" };
    case "Windows2019":
    case "Windows2022":
    case "Windows2025":
      return windowsUserData(options);
  }
}

/** What the family's script is made from. */
export function bootstrapOptions(input: UserDataInput): BootstrapOptions {
  const { behaviour, spec, cluster } = input;
  const written = resolvedKubelet(spec, behaviour);
  const isDnsOpen = (written.clusterDNS ?? []).length === 0 && cluster.dnsIp !== undefined;
  const dns = isDnsOpen ? [cluster.dnsIp] : written.clusterDNS;
  const kubelet = {
    ...written,
    maxPods: written.maxPods ?? input.maxPods,
    ...(dns === undefined ? {} : { clusterDNS: dns }),
  };
  const taints = [...input.taints, ...input.startupTaints];
  const isThere = taints.some((taint) => taint.key === unregistered.key && taint.effect === unregistered.effect);
  return {
    behaviour,
    clusterName: cluster.name,
    clusterEndpoint: cluster.endpoint,
    ...(cluster.cidr === undefined ? {} : { clusterCidr: cluster.cidr }),
    kubelet,
    ...(behaviour.kubelet === "open" ? { openKubelet: openKubelet(spec.kubelet ?? {}, kubelet) } : {}),
    taints: isThere ? taints : [...taints, unregistered],
    labels: nodeLabels(input),
    ...(cluster.caBundle === undefined ? {} : { caBundle: cluster.caBundle }),
    ...(spec.userData === undefined ? {} : { custom: spec.userData }),
    ...(spec.instanceStorePolicy === undefined ? {} : { instanceStorePolicy: spec.instanceStorePolicy }),
  };
}

/** The open map with what was resolved in the place of what was written (`amifamily/resolver.go`, resolveLaunchTemplates, v1.15). */
function openKubelet(
  written: JsonObject,
  { maxPods, clusterDNS, kubeReserved, systemReserved }: ResolvedKubelet,
): JsonObject {
  const isFilled = (map: Labels | undefined): boolean => map !== undefined && Object.keys(map).length > 0;
  return {
    ...written,
    ...(maxPods === undefined ? {} : { maxPods }),
    ...(clusterDNS === undefined ? {} : { clusterDNS }),
    ...(isFilled(kubeReserved) ? { kubeReserved } : {}),
    ...(isFilled(systemReserved) ? { systemReserved } : {}),
  };
}

/** Labels of the claim that a kubelet may set on its own node. */
function nodeLabels(input: UserDataInput): Labels {
  const all: Labels = {
    ...input.labels,
    "karpenter.sh/capacity-type": input.capacityType,
    ...(familyNameOf(input.spec) === "Custom" ? {} : { "karpenter.sh/do-not-sync-taints": "true" }),
  };
  return Object.fromEntries(Object.entries(all).filter(([key]) => !isRestricted(key)));
}

function isRestricted(label: string): boolean {
  const slash = label.indexOf("/");
  const domain = slash < 0 ? "" : label.slice(0, slash);
  return ["node-restriction.kubernetes.io", "kubernetes.io", "k8s.io"].some(
    (restricted) => domain === restricted || domain.endsWith(`.${restricted}`),
  );
}

/** Bottlerocket 1.46 and later mount the usual folders by themselves. */
export function bindsByDefault({ spec, images }: Pick<UserDataInput, "spec" | "images">): boolean {
  const version = imageVersion(spec, images);
  if (version === "latest") return true;
  const [major, minor, patch] = version.replace(/^v+/, "").split(".");
  if (patch === undefined || !/^\d+$/.test(major ?? "") || !/^\d+$/.test(minor ?? "")) return false;
  return Number(major) > 1 || (Number(major) === 1 && Number(minor) >= 46);
}

function imageVersion(spec: NodeClassSpec, images: readonly ImageStatus[]): string {
  const terms = spec.amiSelectorTerms ?? [];
  const bottlerockets = images.filter((image) => (image.name ?? "").includes("bottlerocket"));
  const found = [
    familyAlias(spec)?.version,
    ...terms.map((term) => versionIn(term.name ?? "")),
    ...terms.map((term) => versionIn(bottlerockets.find((image) => image.id === term.id)?.name ?? "")),
    ...bottlerockets.map((image) => versionIn(image.name ?? "")),
  ];
  return found.find((version) => version !== undefined && version !== "") ?? "";
}

// bottlerocket-aws-k8s-1.33-x86_64-v1.46.0-431fe75a
function versionIn(name: string): string | undefined {
  return name.split("-").find((part) => part.startsWith("v") && part.includes("."));
}
