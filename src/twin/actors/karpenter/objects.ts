import { objectAt } from "../../../kube/json.ts";
import type { Node, Pod } from "../../../kube/objects.ts";
import type { Ec2NodeClass, NodeClaim, NodePool } from "../../../karpenter/api.ts";
import { indexes } from "../../store/indexes.ts";
import { claimsByPool, claimsByProvider } from "./waking.ts";
import type { AwsAccount } from "../../account/account.ts";
import { str } from "../../store/objects.ts";
import type { Store } from "../../store/store.ts";

/** On NodeClaims and their Nodes: Karpenter ends the instance first. */
export const finalizer = "karpenter.sh/termination";
/** On nodes that are going. */
export const disruptedTaint = { key: "karpenter.sh/disrupted", effect: "NoSchedule" } as const;

/** NodePools and NodeClaims as typed objects: their CRDs were validated when they were written. */
export function nodePools({ store }: { readonly store: Store }): readonly NodePool[] {
  return store.all("nodepools");
}

/** NodeClaims as typed objects. */
export function nodeClaims({ store }: { readonly store: Store }): readonly NodeClaim[] {
  return store.all("nodeclaims");
}

/** The NodeClaim of an EC2 instance; undefined for one that Karpenter did not ask for. */
export function claimOfMachine(
  here: { readonly store: Store; readonly account: AwsAccount },
  id: string,
): NodeClaim | undefined {
  const zone = objectAt(here.account.table("ec2.instances")[id], "Placement")["AvailabilityZone"];
  const found = here.store.by(claimsByProvider, `aws:///${str(zone)}/${id}`);
  return found[0];
}

/** The NodeClaims of a pool. */
export function claimsOfPool({ store }: { readonly store: Store }, pool: string): readonly NodeClaim[] {
  return store.by(claimsByPool, pool);
}

/** The NodeClaim of a node; undefined for a node that Karpenter did not make. */
export function claimOfNode({ store }: { readonly store: Store }, node: Node): NodeClaim | undefined {
  const id = node.spec?.providerID;
  return id === undefined ? undefined : store.by(claimsByProvider, id)[0];
}

/** EC2NodeClasses as typed objects. */
export function nodeClasses({ store }: { readonly store: Store }): readonly Ec2NodeClass[] {
  return store.all("ec2nodeclasses");
}

/** The node of a claim once it has joined. Undefined before. */
export function nodeOfClaim({ store }: { readonly store: Store }, claim: NodeClaim): Node | undefined {
  const id = claim.status?.providerID;
  return id === undefined ? undefined : store.by(indexes.nodes.byProvider, id)[0];
}

/** Pods bound to a node. */
export function podsOnNode({ store }: { readonly store: Store }, name: string): readonly Pod[] {
  return store.by(indexes.pods.byNode, name);
}
