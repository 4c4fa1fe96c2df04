/**
 * Which Karpenter releases Dovetail can set up and install, and what differs between their generations: API, identity,
 * node identity, chart, and the Kubernetes versions they run on.
 */
export interface Release {
  /** Without `v`: `1.14.1`. */
  readonly version: string;
  readonly line: "v1" | "v1beta1" | "v1alpha5";
  /** Key of the policy facts that this release is set up with. */
  readonly policyFacts: "v1.14" | "v0.37" | "v0.32" | "v0.16";
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

/** What is installed unless another version is asked for. */
export const defaultRelease = "1.14.1";

/** The releases by minor version: newest Kubernetes each runs on. */
const newestKubernetes: Readonly<Record<string, string>> = {
  "0.32": "1.28",
  "0.33": "1.28",
  "0.34": "1.29",
  "0.35": "1.29",
  "0.36": "1.29",
  "0.37": "1.30",
  "1.0": "1.31",
  "1.1": "1.31",
  "1.2": "1.32",
  "1.3": "1.32",
  "1.4": "1.32",
  "1.5": "1.33",
  "1.6": "1.34",
  "1.7": "1.34",
  "1.8": "1.34",
  "1.9": "1.35",
  "1.10": "1.35",
  "1.11": "1.35",
  "1.12": "1.36",
  "1.13": "1.36",
  "1.14": "1.36",
};

/** Release facts of a version such as `1.14.1`, `v0.37.8` or `0.16.3`; undefined for one that Dovetail cannot set up. */
export function releaseOf(text: string): Release | undefined {
  const match = /^v?(\d+)\.(\d+)\.(\d+)$/.exec(text);
  if (match === null) return undefined;
  const [, major = "", minor = "", patch = ""] = match;
  const version = `${major}.${minor}.${patch}`;
  if (major === "0" && minor === "16") return alpha(version);
  const max = newestKubernetes[`${major}.${minor}`];
  if (max === undefined) return undefined;
  return major === "0" ? beta(version, Number(minor), max) : stable(version, Number(minor), max);
}

/** Whether a Kubernetes `major.minor` lies within what the release supports. */
export function supportsKubernetes(release: Release, kubernetesVersion: string): boolean {
  const is = minorOf(kubernetesVersion);
  return minorOf(release.kubernetes.min) <= is && is <= minorOf(release.kubernetes.max);
}

/** For messages: what `releaseOf` accepts. */
export const knownReleases = "1.0 to 1.14, 0.32 to 0.37, 0.16";

const oci = "oci://public.ecr.aws/karpenter";

function stable(version: string, minor: number, max: string): Release {
  return {
    version,
    line: "v1",
    policyFacts: "v1.14",
    // 1.14.1 refuses to start outside 1.26 to 1.36.
    kubernetes: { min: minor >= 9 ? "1.26" : "1.25", max },
    hasPodIdentity: true,
    needsInstanceProfile: false,
    hasInterruptionQueue: true,
    hasCrdChart: true,
    namespace: "kube-system",
    chart: `${oci}/karpenter`,
    crdChart: `${oci}/karpenter-crd`,
    ...(minor === 14 ? {} : { caveat: `the controller's permissions are those of 1.14; ${version} may need fewer` }),
  };
}

function beta(version: string, minor: number, max: string): Release {
  return {
    version,
    line: "v1beta1",
    policyFacts: minor === 32 ? "v0.32" : "v0.37",
    kubernetes: { min: "1.23", max },
    // The AWS SDK of 0.33 was the first that reads Pod Identity's credentials.
    hasPodIdentity: minor >= 33,
    needsInstanceProfile: false,
    hasInterruptionQueue: true,
    hasCrdChart: true,
    namespace: minor === 32 ? "karpenter" : "kube-system",
    chart: `${oci}/karpenter`,
    crdChart: `${oci}/karpenter-crd`,
    ...(minor === 32 || minor === 37
      ? {}
      : { caveat: `the controller's permissions are those of 0.37; ${version} may need fewer` }),
  };
}

function alpha(version: string): Release {
  return {
    version,
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

function minorOf(kubernetesVersion: string): number {
  const [major = "0", minor = "0"] = kubernetesVersion.split(".");
  return Number(major) * 1000 + Number.parseInt(minor, 10);
}
