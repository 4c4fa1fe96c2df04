// Our own: the real program has no such file.
import { usage } from "../fault/fault.ts";
import type { ClusterObjects } from "../kube/resources.ts";
import { clusterRelease } from "./cluster-release.ts";
import {
  defaultRelease,
  knownReleases,
  nearReleases,
  newestFor,
  type Release,
  releaseOf,
  supportsKubernetes,
} from "./releases.ts";

/** The release asked for, or the default. Throws a usage fault (`usage.unknown-karpenter`) for one that Dovetail does not know. */
export function chosenRelease(version: string | undefined): Release {
  const release = version === undefined ? defaultRelease : releaseOf(version);
  if (release !== undefined) return release;
  throw usage(
    "unknown-karpenter",
    `Karpenter ${version} is not a release that Dovetail knows`,
    `pass --karpenter-version with one of ${knownReleases}, for example ${nearReleases(version ?? "").join(", ")}`,
  );
}

/** What a cluster says about which Karpenter decides in it. */
export interface DecidingCluster {
  readonly objects: Pick<ClusterObjects, "deployments" | "configmaps">;
  /** `major.minor`; undefined where it was not read. */
  readonly kubernetesVersion?: string | undefined;
}

/**
 * The release that decides: the one asked for; else the one that runs in the cluster, by its controller's image; else the one that
 * `install` would install. Throws usage faults for one that is unknown (`usage.unknown-karpenter`), that the cluster's Kubernetes excludes
 * (`usage.karpenter-kubernetes`), and for a controller whose image names none (`usage.karpenter-image`).
 */
export function decidingRelease(cluster: DecidingCluster, asked: string | undefined): Release {
  if (asked !== undefined) return fitting(chosenRelease(asked), cluster.kubernetesVersion);
  const found = clusterRelease(cluster.objects);
  if (found.kind === "none") return defaultRelease;
  if (found.kind === "known") return found.release;
  const { image, version } = found;
  const why = version === undefined ? "names no release" : `is of Karpenter ${version}, which Dovetail does not know`;
  const near = version === undefined ? [defaultRelease.version] : nearReleases(version);
  throw usage(
    "karpenter-image",
    `the image of the cluster's Karpenter, ${image === "" ? "which is not set," : image}, ${why}`,
    `pass --karpenter-version with the release that it is, for example ${near.join(", ")}`,
  );
}

function fitting(release: Release, kubernetes: string | undefined): Release {
  if (kubernetes === undefined || !/^\d+\.\d+/.test(kubernetes) || supportsKubernetes(release, kubernetes))
    return release;
  const { version, kubernetes: range } = release;
  const other = newestFor(kubernetes);
  throw usage(
    "karpenter-kubernetes",
    `Karpenter ${version} supports Kubernetes ${range.min} to ${range.max}; the cluster runs ${kubernetes}`,
    other === undefined
      ? "no release that Dovetail knows supports it: leave --karpenter-version out, or upgrade the cluster first"
      : `pass --karpenter-version ${other.version}, the newest that supports it`,
  );
}
