// Our own: the real program has no such file.
import type { ClusterObjects } from "../kube/resources.ts";
import { karpentersOf } from "./installations.ts";
import { type Release, releaseOf } from "./releases.ts";

/** What a cluster says of the Karpenter that decides in it. */
export type ClusterRelease =
  /** None is deployed. */
  | { readonly kind: "none" }
  | { readonly kind: "known"; readonly release: Release; readonly image: string }
  /** The image names no release (a digest, `latest`), or one that Dovetail does not know (`version`). */
  | { readonly kind: "unknown"; readonly image: string; readonly version: string | undefined };

/** The release of a cluster's Karpenter by its controller's image: the one that runs, where several are deployed. */
export function clusterRelease(objects: Pick<ClusterObjects, "deployments" | "configmaps">): ClusterRelease {
  const all = karpentersOf(objects);
  const one = all.find(({ replicas }) => replicas > 0) ?? all[0];
  if (one === undefined) return { kind: "none" };
  const { image, version } = one;
  const release = version === undefined ? undefined : releaseOf(version);
  return release === undefined ? { kind: "unknown", image, version } : { kind: "known", release, image };
}
