import { type Minor, minors } from "./behaviours.ts";
import { minorRank, type Release, releaseOf } from "./releases.ts";

/**
 * Which releases an upgrade has to go through, and which Kubernetes each of them needs. Upstream lets none of these be left out: 0.31 is
 * the one that 0.32 can be taken back to, 0.32 alone serves both v1alpha5 and v1beta1, the newest patch of 0.33 to 0.37 alone can read what
 * 1.0 stores, and 1.0 alone serves both v1beta1 and v1 (karpenter-provider-aws, upgrade guide and migration guides of v1beta1 and v1).
 */
export interface Station {
  /** Without `v`. */
  readonly version: string;
  /** `0.31`, `1.15`. */
  readonly minor: string;
  /** API versions of Karpenter's own objects that it serves, oldest first. */
  readonly apis: readonly KarpenterApi[];
  /** Kubernetes `major.minor`, both included. */
  readonly kubernetes: { readonly min: string; readonly max: string };
  /** Versions of the hashes by which nodes are told to have drifted; `none` before there were versions. */
  readonly hashes: { readonly nodePool: string; readonly nodeClass: string };
  /** The release whose permissions and decisions are at hand; undefined for 0.17 to 0.31. */
  readonly release: Release | undefined;
}

/** An API version of Karpenter's own objects. */
export type KarpenterApi = "v1alpha5" | "v1beta1" | "v1";

/** One move from a station to the next. */
export interface Hop {
  readonly from: Station;
  readonly to: Station;
  /** Kubernetes minors to move to before it, one after another, with the release before still running. Empty where none is needed. */
  readonly kubernetesBefore: readonly string[];
  /** Kubernetes on which it is made; undefined where it was not read. */
  readonly kubernetes: string | undefined;
  /** The cluster's Kubernetes is newer than anything this release was made for: it can only be passed through at one's own risk. */
  readonly isBeyondKubernetes: boolean;
}

/** Newest patches of the releases before 0.32 that Dovetail cannot install, and the Kubernetes that upstream tested them on. */
const alphas: Readonly<Record<string, { readonly patch: number; readonly min: string; readonly max: string }>> = {
  "0.17": { patch: 0, min: "1.20", max: "1.24" },
  "0.18": { patch: 1, min: "1.20", max: "1.24" },
  "0.19": { patch: 3, min: "1.20", max: "1.24" },
  "0.20": { patch: 0, min: "1.20", max: "1.24" },
  "0.21": { patch: 1, min: "1.20", max: "1.24" },
  "0.22": { patch: 1, min: "1.21", max: "1.24" },
  "0.23": { patch: 0, min: "1.21", max: "1.24" },
  "0.24": { patch: 0, min: "1.21", max: "1.24" },
  "0.25": { patch: 0, min: "1.21", max: "1.25" },
  "0.26": { patch: 1, min: "1.21", max: "1.25" },
  "0.27": { patch: 8, min: "1.21", max: "1.25" },
  "0.28": { patch: 1, min: "1.22", max: "1.27" },
  "0.29": { patch: 2, min: "1.22", max: "1.27" },
  "0.30": { patch: 0, min: "1.22", max: "1.27" },
  "0.31": { patch: 5, min: "1.23", max: "1.28" },
};

/** The newest patch of v1's first release, at which what was stored as v1beta1 is stored anew. */
const firstStable = "1.0";
/** Both alpha and beta objects. */
const bridge = "0.32";
/** The last one of v1beta1. */
const lastBeta = "0.37";
/** The last one of v1alpha5, to which 0.32 can be taken back. */
const lastAlpha = "0.31";
/** Runs on Kubernetes before 1.23, which the last ones of v1alpha5 refuse, and on the two after it. */
const middleAlpha = "0.27";

/** A release as a station, by `major.minor.patch` or `major.minor`; undefined for one that Dovetail knows nothing of. */
export function stationOf(text: string): Station | undefined {
  const match = /^v?(\d+\.\d+)(?:\.(\d+))?$/.exec(text);
  const minor = match?.[1] ?? "";
  const alpha = alphas[minor];
  if (alpha !== undefined) {
    const { patch, min, max } = alpha;
    const version = `${minor}.${match?.[2] ?? patch}`;
    return {
      version,
      minor,
      apis: ["v1alpha5"],
      kubernetes: { min, max },
      hashes: hashesOf(minor),
      release: undefined,
    };
  }
  const release = releaseOf(text);
  if (release === undefined) return undefined;
  const { version, kubernetes } = release;
  return { version, minor, apis: apisOf(minor, release), kubernetes, hashes: hashesOf(minor), release };
}

/** Minors between 0.16 and the newest, oldest first. */
export const upgradableMinors: readonly string[] = [
  "0.16",
  ...Object.keys(alphas),
  "0.32",
  "0.33",
  "0.34",
  "0.35",
  "0.36",
  "0.37",
  ...minors,
];

/** Whether one release comes before another, by minor and then by patch. */
export function isBefore(a: Station, b: Station): boolean {
  const [x, y] = [upgradableMinors.indexOf(a.minor), upgradableMinors.indexOf(b.minor)];
  return x === y ? patchOf(a) < patchOf(b) : x < y;
}

/** The moves from one release to a newer one, in order. Empty where they are the same. */
export function hopsBetween(from: Station, to: Station, kubernetes: string | undefined): readonly Hop[] {
  const hops: Hop[] = [];
  let [at, cluster] = [from, kubernetes];
  for (const next of stationsBetween(from, to, kubernetes)) {
    const before = cluster === undefined ? [] : minorsUpTo(cluster, next.kubernetes.min);
    cluster = before.at(-1) ?? cluster;
    const isBeyondKubernetes = cluster !== undefined && minorRank(cluster) > minorRank(next.kubernetes.max);
    hops.push({ from: at, to: next, kubernetesBefore: before, kubernetes: cluster, isBeyondKubernetes });
    at = next;
  }
  return hops;
}

function stationsBetween(from: Station, to: Station, kubernetes: string | undefined): readonly Station[] {
  const isOld = kubernetes !== undefined && minorRank(kubernetes) < minorRank("1.23");
  const bridging = lastPatchesOf(from);
  const wanted = [...(isOld ? [middleAlpha] : []), lastAlpha, bridge, bridging, firstStable];
  const stations = wanted.flatMap((minor) => stationOf(minor) ?? []);
  const between = stations.filter((one) => isBefore(from, one) && isBefore(one, to));
  // Whoever stops in between needs no station that only a later one asks for.
  const last = isBefore(from, to) ? [to] : [];
  return [...between, ...last].filter((one, i, all) => all.findIndex(({ version }) => version === one.version) === i);
}

/** From 0.33 on the newest patch of the own minor reads what 1.0 stores; from older ones the way leads over the last of v1beta1. */
function lastPatchesOf({ minor }: Station): string {
  return /^0\.3[3-7]$/.test(minor) ? minor : lastBeta;
}

function minorsUpTo(is: string, wanted: string): readonly string[] {
  const steps: string[] = [];
  for (let at = minorRank(is) + 1; at <= minorRank(wanted); at++) steps.push(`1.${at % 1000}`);
  return steps;
}

function apisOf(minor: string, { line }: Release): readonly KarpenterApi[] {
  if (minor === bridge) return ["v1alpha5", "v1beta1"];
  if (minor === firstStable) return ["v1beta1", "v1"];
  return [line];
}

/** Before v1 as their newest patches write them: v1 up to 0.35, v2 of 0.36 and 0.37; v1alpha5 had hashes without a version, or none. */
function hashesOf(minor: string): Station["hashes"] {
  const stable = isStable(minor) ? releaseOf(minor)?.behaviour : undefined;
  if (stable !== undefined) return { nodePool: stable.nodePoolHash, nodeClass: stable.nodeClassHash };
  if (/^0\.3[67]$/.test(minor)) return { nodePool: "v2", nodeClass: "v2" };
  if (/^0\.3[2-5]$/.test(minor)) return { nodePool: "v1", nodeClass: "v1" };
  return { nodePool: "none", nodeClass: "none" };
}

function isStable(minor: string): minor is Minor {
  return minors.some((one) => one === minor);
}

function patchOf({ version }: Station): number {
  return Number(version.split(".")[2]);
}
