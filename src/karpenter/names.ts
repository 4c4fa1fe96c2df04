/**
 * The names of everything that a Karpenter installation needs in AWS, derived from the cluster's name alone, so that setup, install,
 * translation and the emitters agree without asking each other. They follow upstream's getting-started templates where those fix a name.
 */
export interface KarpenterNames {
  /** The node role; also the name of its instance profile where one is needed (before v1beta1). */
  readonly nodeRole: string;
  readonly controllerRole: string;
  /** Managed policies of the controller by the short name that the policy facts use (`NodeLifecyclePolicy`). */
  readonly controllerPolicy: (policy: string) => string;
  /** Interruption queue, named like the cluster as upstream does. */
  readonly queue: string;
  /** EventBridge rule by its short name (`SpotInterruptionRule`). */
  readonly eventRule: (rule: string) => string;
  readonly discoveryTag: { readonly key: string; readonly value: string };
}

/** Subnets and security groups with this tag and the cluster's name as value are found by node classes. */
export const discoveryTagKey = "karpenter.sh/discovery";

/** The service account of the controller. */
export const controllerServiceAccount = "karpenter";

const maxRole = 64;
const maxPolicy = 128;
const maxRule = 64;
const maxQueue = 80;

/** All names for one cluster. */
export function karpenterNames(clusterName: string): KarpenterNames {
  return {
    nodeRole: shorten(`KarpenterNodeRole-${clusterName}`, maxRole),
    controllerRole: shorten(`KarpenterControllerRole-${clusterName}`, maxRole),
    controllerPolicy: (policy) => shorten(`${controllerPolicyStem(policy)}-${clusterName}`, maxPolicy),
    queue: shorten(clusterName, maxQueue),
    eventRule: (rule) => shorten(`Karpenter${rule}-${clusterName}`, maxRule),
    discoveryTag: { key: discoveryTagKey, value: clusterName },
  };
}

/** Cuts a name to what the service allows; the checksum of the whole name keeps two long cluster names apart. */
export function shorten(name: string, max: number): string {
  if (name.length <= max) return name;
  const sum = checksum(name);
  return `${name.slice(0, max - sum.length - 1)}-${sum}`;
}

// `NodeLifecyclePolicy` becomes `KarpenterControllerNodeLifecyclePolicy`; `KarpenterControllerPolicy` stays.
function controllerPolicyStem(policy: string): string {
  return policy.startsWith("Karpenter") ? policy : `KarpenterController${policy}`;
}

/** Eight hex digits that tell names and manifests apart (FNV-1a, 32 bits). Not for secrets. */
export function checksum(text: string): string {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) {
    hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  }
  return hash.toString(16).padStart(8, "0");
}

/**
 * A part of a file's name: small letters, digits and `.-_` only, never the name of a folder above, and short enough for any disk. What
 * had to be changed gets a checksum, so that two names never become one.
 */
export function fileWord(text: string): string {
  const small = text.toLowerCase();
  const safe = small
    .replaceAll(/[^a-z0-9._-]/g, "-")
    .replaceAll(/\.{2,}/g, "-")
    .replace(/^[.-]/, "-");
  const isSame = safe === text && safe.length <= maxFileWord && safe !== "";
  return isSame ? safe : `${safe.slice(0, maxFileWord - 9)}-${checksum(text)}`;
}

const maxFileWord = 120;
