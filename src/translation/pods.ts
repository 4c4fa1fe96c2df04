import { reservedInterfaces } from "../aws/vpc-cni.ts";
import { makeFinding } from "../findings/finding.ts";
import { translationFindings } from "../findings/translation.ts";
import { families, type FamilyName } from "../karpenter/aws/families.ts";
import { groupBy } from "../kube/group-by.ts";
import { instanceTypeOf, podCapacityOf } from "../kube/node.ts";
import type { Draft } from "./draft.ts";
import type { Facts } from "./facts.ts";

/** How many pods the nodes of one type hold, as their kubelets report it, beside what Karpenter would count for the type. */
interface TypePods {
  readonly type: string;
  readonly reported: number;
  readonly counted: number;
}

/**
 * Pods per node. Karpenter counts them by network interfaces and writes the number into every node; where today's kubelets hold another
 * number, `maxPods` says theirs. A number that a document of the group says stands.
 */
export function takePods(draft: Draft, facts: Facts): void {
  if (draft.kubelet["maxPods"] !== undefined) return;
  const nodes = (facts.input.nodes ?? []).filter((node) => draft.nodeGroup.nodeNames.includes(node.metadata.name));
  const known = podsByType(draft, facts, nodes);
  if (known.length === 0) return noteUnseen(draft, facts);
  const others = known.filter(({ reported, counted }) => reported !== counted);
  if (others.length === 0) return;
  const numbers = new Set(known.map(({ reported }) => reported));
  const least = Math.min(...numbers);
  const unseen = draft.instanceTypes.filter((type) => !known.some((one) => one.type === type));
  // Fewer pods than Karpenter would count on a larger type is a loss that one number cannot avoid; more is what today's nodes hold.
  const isWritten = numbers.size === 1 || known.every(({ reported, counted }) => reported >= counted);
  const list = known.map(({ type, reported, counted }) => `${reported} on ${type} (Karpenter counts ${counted})`);
  if (isWritten) {
    draft.kubelet["maxPods"] = least;
    draft.ledger.open("nodeStatus", { capacity: { pods: least } }).changed("capacity.pods", {
      to: "EC2NodeClass spec.kubelet.maxPods",
      becomes: least,
      why: `today's nodes hold ${list.join(", ")}`,
    });
    if (numbers.size === 1 && unseen.length === 0) return;
  }
  const about = { nodeGroup: draft.nodeGroup.name, pods: list, unseen, written: isWritten ? least : 0 };
  draft.ledger.find(makeFinding(translationFindings, "DV2037", `nodegroup/${draft.nodeGroup.name}`, about));
}

// Karpenter's own count without maxPods; with custom networking `install` tells the controller of the interface without pods.
function podsByType(draft: Draft, facts: Facts, nodes: NonNullable<Facts["input"]["nodes"]>): readonly TypePods[] {
  const reserved = reservedInterfaces(facts.input.cni);
  return [...groupBy(nodes, instanceTypeOf)].flatMap(([type, ofType]): TypePods[] => {
    const reported = ofType.flatMap((node) => podCapacityOf(node) ?? []);
    const counted = countedPods(draft, facts, type, reserved);
    if (reported.length === 0 || counted === undefined) return [];
    return [{ type, reported: Math.min(...reported), counted }];
  });
}

function countedPods(draft: Draft, facts: Facts, type: string, reserved: number): number | undefined {
  const family: FamilyName = isFamily(draft.image?.family) ? draft.image.family : "Custom";
  const info = facts.input.instanceTypes?.named(type);
  const density = families[family].limitsPodsByInterfaces ? info?.interfacePods(reserved) : 110;
  const perCore = draft.kubelet["podsPerCore"];
  if (density === undefined || info === undefined || typeof perCore !== "number" || perCore <= 0) return density;
  return families[family].honoursPodsPerCore ? Math.min(perCore * info.vcpus, density) : density;
}

function isFamily(name: string | undefined): name is FamilyName {
  return name !== undefined && Object.hasOwn(families, name);
}

/** No node tells, and the CNI says that nodes will hold another number than interfaces allow. */
function noteUnseen(draft: Draft, { input }: Facts): void {
  const { cni } = input;
  if (cni?.isPrefixDelegation !== true || draft.nodeGroup.nodeNames.length > 0) return;
  const about = { nodeGroup: draft.nodeGroup.name, pods: [], unseen: [...draft.instanceTypes], written: 0 };
  draft.ledger.find(makeFinding(translationFindings, "DV2037", `nodegroup/${draft.nodeGroup.name}`, about));
}
