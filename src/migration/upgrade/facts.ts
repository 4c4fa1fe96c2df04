import { minorRank } from "../../karpenter/releases.ts";
import type { KarpenterInstallation } from "../../karpenter/installations.ts";
import { type Station, stationOf } from "../../karpenter/upgrade-path.ts";
import type { ClusterObjects } from "../../kube/resources.ts";
import type { Manifest } from "../../translation/assemble.ts";
import type { Finding } from "../../findings/finding.ts";

/** What an upgrade is planned from. */
export interface UpgradeFacts {
  readonly clusterName: string | undefined;
  readonly region: string | undefined;
  readonly accountId: string | undefined;
  /** `major.minor`; undefined where it was not read. */
  readonly kubernetesVersion: string | undefined;
  readonly objects: ClusterObjects;
  /** Undefined where no controller was found and the user said which one runs. */
  readonly installation: KarpenterInstallation | undefined;
  readonly from: Station;
  readonly to: Station;
  /** Karpenter's objects as v1, and as v1beta1 of 0.32; what stood against it. */
  readonly v1: readonly Manifest[];
  readonly v1beta1: readonly Manifest[];
  readonly conversionFindings: readonly Finding[];
  /** Options that name the source, for reading commands of ours: ` --context prod`, or nothing; and for `setup`, which reads no files. */
  readonly sourceWords: string;
  readonly setupWords: string;
  /** When the cluster was read, ISO 8601. */
  readonly readAt: string;
}

/** Where a move stands: the facts, and the two releases. */
export interface MoveFacts {
  readonly facts: UpgradeFacts;
  readonly from: Station;
  readonly to: Station;
}

/** Whether a move comes to a minor, or passes it: it was left before, and the new one is it or later. */
export function passes({ from, to }: MoveFacts, minor: string): boolean {
  const at = stationOf(minor);
  return at !== undefined && minorRank(from.minor) < minorRank(at.minor) && minorRank(at.minor) <= minorRank(to.minor);
}
