import { groupBy } from "../../../kube/group-by.ts";
import type { Node, Pod } from "../../../kube/objects.ts";
import type { Ec2NodeClass, NodeClaim, NodePool } from "../../../karpenter/api.ts";
import { indexes } from "../../store/indexes.ts";
import type { Store } from "../../store/store.ts";

/** On NodeClaims and their Nodes: Karpenter ends the instance first. */
export const finalizer = "karpenter.sh/termination";
/** On nodes that are going. */
export const disruptedTaint = { key: "karpenter.sh/disrupted", effect: "NoSchedule" } as const;

/** NodePools and NodeClaims as typed objects: their CRDs were validated when they were written. */
export function nodePools({ store }: { readonly store: Store }): readonly NodePool[] {
  return store.all("nodepools") as readonly NodePool[];
}

/** NodeClaims as typed objects. */
export function nodeClaims({ store }: { readonly store: Store }): readonly NodeClaim[] {
  return store.all("nodeclaims") as readonly NodeClaim[];
}

/** EC2NodeClasses as typed objects. */
export function nodeClasses({ store }: { readonly store: Store }): readonly Ec2NodeClass[] {
  return store.all("ec2nodeclasses") as readonly Ec2NodeClass[];
}

/** The node of a claim once it has joined. */
export function nodeOfClaim({ store }: { readonly store: Store }, claim: NodeClaim): Node | undefined {
  const id = claim.status?.providerID;
  return id === undefined ? undefined : store.by(indexes.nodes.byProvider, id)[0];
}

/** Pods bound to a node. */
export function podsOnNode({ store }: { readonly store: Store }, name: string): readonly Pod[] {
  return store.by(indexes.pods.byNode, name);
}

/** Bound pods by their node. */
export function podsByNode({ store }: { readonly store: Store }): ReadonlyMap<string, readonly Pod[]> {
  return groupBy(store.all("pods"), (pod) => pod.spec.nodeName);
}
