import { groupBy } from "../../../kube/group-by.ts";
import type { Node, Pod } from "../../../kube/objects.ts";
import type { Ec2NodeClass, NodeClaim, NodePool } from "../../../karpenter/api.ts";
import type { Core } from "../../world/core.ts";

/** The name under which Karpenter writes. */
export const by = "karpenter";
/** On NodeClaims and their Nodes: Karpenter ends the instance first. */
export const finalizer = "karpenter.sh/termination";
/** On nodes that are going. */
export const disruptedTaint = { key: "karpenter.sh/disrupted", effect: "NoSchedule" } as const;

/** NodePools and NodeClaims as typed objects: their CRDs were validated when they were written. */
export function nodePools(core: Core): readonly NodePool[] {
  return core.api.peek("nodepools") as readonly NodePool[];
}

/** NodeClaims as typed objects. */
export function nodeClaims(core: Core): readonly NodeClaim[] {
  return core.api.peek("nodeclaims") as readonly NodeClaim[];
}

/** EC2NodeClasses as typed objects. */
export function nodeClasses(core: Core): readonly Ec2NodeClass[] {
  return core.api.peek("ec2nodeclasses") as readonly Ec2NodeClass[];
}

/** The node of a claim once it has joined. */
export function nodeOfClaim(core: Core, claim: NodeClaim): Node | undefined {
  const id = claim.status?.providerID;
  return id === undefined ? undefined : core.api.peek("nodes").find((node) => node.spec?.providerID === id);
}

/** Pods bound to a node. */
export function podsOnNode(core: Core, name: string): readonly Pod[] {
  return core.api.peek("pods").filter((pod) => pod.spec.nodeName === name);
}

/** Bound pods by their node. */
export function podsByNode(core: Core): ReadonlyMap<string, readonly Pod[]> {
  return groupBy(core.api.peek("pods"), (pod) => pod.spec.nodeName);
}
