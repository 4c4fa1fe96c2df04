/**
 * What differs between releases of kube-scheduler: one named difference each. Engines take a `Behaviour`; nobody compares version text.
 */
export interface Behaviour {
  /** Kubernetes minor release. */
  readonly version: string;
  /**
   * NodeResourcesBalancedAllocation scores how the pod changes a node's balance, not the balance that results
   * (kubernetes 1.36, plugins/noderesources/balanced_allocation.go).
   */
  readonly balanceScoresTheChange: boolean;
  /**
   * A waiting pod is looked at again when a pod goes whose own anti-affinity refused it, and when its own labels change; pods that are
   * nominated count as placed in the hints of InterPodAffinity and PodTopologySpread
   * (kubernetes 1.36, plugins/interpodaffinity/plugin.go, plugins/podtopologyspread/plugin.go).
   */
  readonly hintsSeeForeignAntiAffinity: boolean;
  /** ImageLocality counts image volumes too (kubernetes 1.36, plugins/imagelocality/image_locality.go). */
  readonly imageVolumesScore: boolean;
  /**
   * A CSI driver may ask that nodes on which it is not installed refuse (`preventPodSchedulingIfMissing`; kubernetes 1.36,
   * plugins/nodevolumelimits/csi.go).
   */
  readonly driversMayPreventScheduling: boolean;
  /** A node is named in the pod's status before volumes are bound (NominatedNodeNameForExpectation, kubernetes 1.35). */
  readonly nominatesBeforeBindingVolumes: boolean;
  /** Equal pods in a row may take the next node of an old ranking (OpportunisticBatching, kubernetes 1.35). */
  readonly batchesEqualPods: boolean;
  /** Score weight of DynamicResources, which says 0 for every pod without claims. */
  readonly dynamicResourcesWeight: number;
}

const v34: Behaviour = {
  version: "1.34",
  balanceScoresTheChange: false,
  hintsSeeForeignAntiAffinity: false,
  imageVolumesScore: false,
  driversMayPreventScheduling: false,
  nominatesBeforeBindingVolumes: false,
  batchesEqualPods: false,
  dynamicResourcesWeight: 1,
};

const v35: Behaviour = {
  ...v34,
  version: "1.35",
  nominatesBeforeBindingVolumes: true,
  batchesEqualPods: true,
  dynamicResourcesWeight: 2,
};

const v36: Behaviour = {
  ...v35,
  version: "1.36",
  balanceScoresTheChange: true,
  hintsSeeForeignAntiAffinity: true,
  imageVolumesScore: true,
  driversMayPreventScheduling: true,
};

/** Releases whose behaviour is known, oldest first. 1.35 and 1.36 are proven against recordings, 1.34 is read from its source. */
export const schedulerReleases: readonly Behaviour[] = [v34, v35, v36];

/** The release that decides when nobody says which. */
export const defaultSchedulerRelease: Behaviour = v35;

/**
 * The behaviour of a Kubernetes version such as `1.35`, `v1.35.4` or `1.35.4-eks-1`; for a version that is not known that of the nearest
 * one: the oldest for older ones, the newest for newer ones.
 */
export function nearestSchedulerRelease(version: string): Behaviour {
  const minor = minorOf(version);
  if (minor === undefined) return defaultSchedulerRelease;
  return schedulerReleases.findLast((one) => (minorOf(one.version) ?? 0) <= minor) ?? v34;
}

// A number that grows with the minor release.
function minorOf(version: string): number | undefined {
  const [, major, minor] = /^v?(\d+)\.(\d+)(?:\D|$)/.exec(version) ?? [];
  return major === undefined || minor === undefined ? undefined : Number(major) * 1000 + Number(minor);
}
