// Our own: the real program has no such file.
import type { KarpenterBehaviour } from "./behaviour.ts";
import { behaviourOf, type Minor, minors, oldestMinor } from "./behaviours.ts";

/**
 * Which Karpenter releases Dovetail can set up and install, and what differs between their generations: API, identity,
 * node identity, chart, and the Kubernetes versions they run on.
 */
export interface Release {
  /** Without `v`: `1.14.1`. */
  readonly version: string;
  /** The release that decides in its place, where its own decisions are not in the table: those before v1 are decided as the oldest. */
  readonly decidedAs: Minor;
  /** How it decides. */
  readonly behaviour: KarpenterBehaviour;
  readonly line: "v1" | "v1beta1" | "v1alpha5";
  /** Key of the policy facts that this release is set up with. */
  readonly policyFacts: "v1.15" | "v1.14" | "v1.9" | "v0.37" | "v0.32" | "v0.16";
  /** Kubernetes `major.minor`, both ends included. */
  readonly kubernetes: { readonly min: string; readonly max: string };
  readonly hasPodIdentity: boolean;
  /** v1alpha5 takes a ready instance profile; later releases make their own from the node role. */
  readonly needsInstanceProfile: boolean;
  /** 0.16 consumes no interruption events. */
  readonly hasInterruptionQueue: boolean;
  readonly hasCrdChart: boolean;
  readonly namespace: string;
  readonly chart: string;
  readonly crdChart: string | undefined;
  /** Said with the plan when the facts at hand were read from a neighbouring release. */
  readonly caveat?: string;
}

/** The newest patch known of each minor, oldest minor first: what a version without a patch stands for. */
const newestPatch: Readonly<Record<string, number>> = {
  "0.16": 3,
  "0.32": 10,
  "0.33": 12,
  "0.34": 13,
  "0.35": 12,
  "0.36": 9,
  "0.37": 8,
  "1.0": 14,
  "1.1": 10,
  "1.2": 8,
  "1.3": 8,
  "1.4": 4,
  "1.5": 8,
  "1.6": 8,
  "1.7": 6,
  "1.8": 8,
  "1.9": 3,
  "1.10": 2,
  "1.11": 3,
  "1.12": 2,
  "1.13": 1,
  "1.14": 3,
  "1.15": 2,
};

/** The newest Kubernetes that releases before v1 run on. */
const newestForBeta: Readonly<Record<string, string>> = {
  "0.32": "1.28",
  "0.33": "1.28",
  "0.34": "1.29",
  "0.35": "1.29",
  "0.36": "1.29",
  "0.37": "1.30",
};

/**
 * A release by its version: `1.14.1`, `v0.37.8`, or without a patch (`1.15`), which stands for the newest one known. Undefined for a
 * version that Dovetail does not know, also for a patch of a minor that it does not know.
 */
export function releaseOf(text: string): Release | undefined {
  const match = /^v?(\d+)\.(\d+)(?:\.(\d+))?$/.exec(text);
  if (match === null) return undefined;
  const [, major = "", second = ""] = match;
  const minor = `${major}.${second}`;
  const newest = newestPatch[minor];
  if (newest === undefined) return undefined;
  const version = `${minor}.${match[3] ?? newest}`;
  if (minor === "0.16") return alpha(version);
  const known = minors.find((one) => one === minor);
  return known === undefined ? beta(version, minor) : stable(version, known);
}

/** What comes nearest to a version that is unknown, newest first; for messages. */
export function nearReleases(text: string): readonly string[] {
  const versions = Object.entries(newestPatch).map(([minor, patch]) => `${minor}.${patch}`);
  const wanted = /^v?(\d+)(?:\.(\d+))?/.exec(text);
  if (wanted === null) return [defaultRelease.version];
  const [, major = "", minor = "0"] = wanted;
  const away = (version: string): number => Math.abs(minorRank(version) - minorRank(`${major}.${minor}`));
  return versions.toSorted((a, b) => away(a) - away(b) || minorRank(b) - minorRank(a)).slice(0, 3);
}

/** Whether a Kubernetes `major.minor` lies within what the release supports. */
export function supportsKubernetes(release: Release, kubernetesVersion: string): boolean {
  const is = minorRank(kubernetesVersion);
  return minorRank(release.kubernetes.min) <= is && is <= minorRank(release.kubernetes.max);
}

/** The newest release that supports a Kubernetes `major.minor`; undefined when none does. */
export function newestFor(kubernetesVersion: string): Release | undefined {
  return Object.keys(newestPatch)
    .toSorted((a, b) => minorRank(b) - minorRank(a))
    .flatMap((minor) => releaseOf(minor) ?? [])
    .find((release) => supportsKubernetes(release, kubernetesVersion));
}

/** For messages: what `releaseOf` accepts. */
export const knownReleases = `1.0 to ${minors.at(-1) ?? ""}, 0.32 to 0.37, 0.16`;

const oci = "oci://public.ecr.aws/karpenter";

/** What is installed, and decided by, unless another version is asked for or found. */
export const defaultRelease: Release = stable("1.15.2", "1.15");

function stable(version: string, minor: Minor): Release {
  const behaviour = behaviourOf(minor);
  return {
    version,
    decidedAs: minor,
    behaviour,
    line: "v1",
    policyFacts: stablePolicies(minor).facts,
    kubernetes: behaviour.kubernetes,
    hasPodIdentity: true,
    needsInstanceProfile: false,
    hasInterruptionQueue: true,
    hasCrdChart: true,
    namespace: "kube-system",
    chart: `${oci}/karpenter`,
    crdChart: `${oci}/karpenter-crd`,
    ...(stablePolicies(minor).isOwn
      ? {}
      : {
          caveat: `the controller's permissions are those of ${stablePolicies(minor).facts.slice(1)}; ${version} may need fewer`,
        }),
  };
}

/** Whose permissions a release is set up with: its own, or those of the next one that are at hand. 1.13's are 1.14's word for word. */
function stablePolicies(minor: Minor): { readonly facts: "v1.15" | "v1.14" | "v1.9"; readonly isOwn: boolean } {
  const at = minors.indexOf(minor);
  if (at > minors.indexOf("1.14")) return { facts: "v1.15", isOwn: minor === "1.15" };
  if (at > minors.indexOf("1.9")) return { facts: "v1.14", isOwn: minor === "1.14" || minor === "1.13" };
  return { facts: "v1.9", isOwn: minor === "1.9" };
}

function beta(version: string, minor: string): Release {
  const isFirst = minor === "0.32";
  return {
    version,
    decidedAs: oldestMinor,
    behaviour: behaviourOf(oldestMinor),
    line: "v1beta1",
    policyFacts: isFirst ? "v0.32" : "v0.37",
    kubernetes: { min: "1.23", max: newestForBeta[minor] ?? "1.28" },
    // The AWS SDK of 0.33 was the first that reads Pod Identity's credentials.
    hasPodIdentity: !isFirst,
    needsInstanceProfile: false,
    hasInterruptionQueue: true,
    hasCrdChart: true,
    namespace: isFirst ? "karpenter" : "kube-system",
    chart: `${oci}/karpenter`,
    crdChart: `${oci}/karpenter-crd`,
    ...(isFirst || minor === "0.37"
      ? {}
      : { caveat: `the controller's permissions are those of 0.37; ${version} may need fewer` }),
  };
}

function alpha(version: string): Release {
  return {
    version,
    decidedAs: oldestMinor,
    behaviour: behaviourOf(oldestMinor),
    line: "v1alpha5",
    policyFacts: "v0.16",
    kubernetes: { min: "1.19", max: "1.22" },
    hasPodIdentity: false,
    needsInstanceProfile: true,
    hasInterruptionQueue: false,
    hasCrdChart: false,
    namespace: "karpenter",
    // Charts before 0.17 were published as files, not in a registry.
    chart: `https://charts.karpenter.sh/karpenter-${version}.tgz`,
    crdChart: undefined,
  };
}

/** `major.minor` of a release, Karpenter's or Kubernetes', as a number that sorts: 0.37 before 1.0, 1.9 before 1.10. */
export function minorRank(version: string): number {
  const [major = "0", minor = "0"] = version.split(".");
  return Number(major) * 1000 + Number.parseInt(minor, 10);
}
