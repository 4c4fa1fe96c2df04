import type { Ec2NodeClass, NodeClaim, NodePool } from "../../karpenter/api.ts";
import type { ResourceTypes } from "../../kube/resources.ts";

/**
 * The store's resources with the types of their items. Elsewhere an object of Karpenter's is whatever somebody wrote; what the store keeps
 * was held against its CRD when it was written.
 */
export interface StoredTypes extends ResourceTypes {
  readonly nodepools: NodePool;
  readonly nodeclaims: NodeClaim;
  readonly ec2nodeclasses: Ec2NodeClass;
}
