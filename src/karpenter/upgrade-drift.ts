import { isConditionTrue } from "../kube/conditions.ts";
import type { KubeObject } from "../kube/objects.ts";
import { nodeClassHashVersionKey } from "./aws/drift.ts";
import { annotationKeys } from "./labels.ts";

/** Versions of the two hashes by which a release tells that a node's template has changed. */
export interface HashVersions {
  readonly nodePool: string;
  readonly nodeClass: string;
}

/**
 * What the hashes make of the nodes that run. Only hashes of one version are compared: where the version differs, the new controller writes
 * its own hash over the old one, and only what had drifted before stays drifted (`nodepool/hash`, `nodeclass/hash`).
 */
export interface UpgradeDrift {
  readonly nodePoolHash: { readonly from: string; readonly to: string };
  readonly nodeClassHash: { readonly from: string; readonly to: string };
  /** Undefined: NodeClaims were not read. */
  readonly nodeClaims: number | undefined;
  /** NodeClaims whose hash of the EC2NodeClass or of the NodePool is written anew: nothing is replaced for it. */
  readonly rewritten: readonly string[];
  /** NodeClaims that had drifted before and are replaced under either release. */
  readonly drifted: readonly string[];
}

/** A NodeClaim as it was read: its conditions may be missing. */
type ReadClaim = KubeObject & { readonly status?: unknown };

/** What the hashes of one release make of the nodes that another one made. */
export function driftBetween(
  before: HashVersions,
  after: HashVersions,
  claims: readonly ReadClaim[] | undefined,
): UpgradeDrift {
  const all = claims ?? [];
  const names = (some: readonly ReadClaim[]): readonly string[] => some.map(({ metadata }) => metadata.name).sort();
  const isOlder = ({ metadata: { annotations = {} } }: ReadClaim): boolean => {
    const [pool, nodeClass] = [annotations[annotationKeys.nodePoolHashVersion], annotations[nodeClassHashVersionKey]];
    return (
      (pool !== undefined && pool !== after.nodePool) || (nodeClass !== undefined && nodeClass !== after.nodeClass)
    );
  };
  const drifted = all.filter((claim) => isConditionTrue(claim, "Drifted"));
  return {
    nodePoolHash: { from: before.nodePool, to: after.nodePool },
    nodeClassHash: { from: before.nodeClass, to: after.nodeClass },
    nodeClaims: claims?.length,
    rewritten: names(all.filter((claim) => !drifted.includes(claim) && isOlder(claim))),
    drifted: names(drifted),
  };
}
