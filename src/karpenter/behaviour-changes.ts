// Our own: the real program has no such file.
import { isList, isObject } from "../kube/json.ts";
import type { Json } from "../kube/objects.ts";
import type { KarpenterBehaviour } from "./behaviour.ts";
import { behaviourIds, behaviourOf, fidelityOf, type Minor } from "./behaviours.ts";

/** What each behaviour is about, in a few words. */
export const behaviourWords: Readonly<Record<keyof KarpenterBehaviour, string>> = {
  daemonOverhead: "what DaemonSets take of a new node",
  hostPorts: "who shares a record of host ports",
  namesDaemonPods: "daemons that run nowhere yet have a name",
  volumeTerms: "terms of a volume's node affinity that count",
  refusesVolumesBeingDeleted: "a pod whose volume is being deleted waits",
  nodeLimit: "when limits.nodes stops a pool",
  resizes: "pods resized in place count as resized",
  hasStartedLabels: "a new claim defines the started labels",
  offeringOverrides: "what an offering does to its type's capacity",
  judgesSizeWithOffering: "size is judged with the offering",
  hasReadinessTaints: "readiness.k8s.io/ taints are expected to go",
  minValuesCount: "values that count towards minValues",
  fullReservations: "what a full reservation makes pods do",
  hasDefaultSpread: "knows a cluster's default topology spread",
  hasNodeOverlays: "knows NodeOverlays, behind a gate",
  hasCapacityBuffers: "knows CapacityBuffers, behind a gate",
  driverWithoutCount: "volumes of a CSI driver that names no count",
  hasTypeVolumeLimits: "types may limit their volumes",
  maxInstanceTypes: "instance types that a claim names at most",
  consolidationOrder: "what consolidation takes first",
  emptiness: "what makes a node empty",
  hasBalancedPolicy: "knows the policy Balanced",
  sparesYoungNodes: "no pod moves onto a node within consolidateAfter",
  podDoNotDisrupt: "do-not-disrupt of a pod",
  candidatePrice: "what a candidate costs",
  evictionCost: "how a pod's cost of eviction is annotated",
  nodeRepair: "who replaces ill nodes",
  canTerminateFirst: "knows gates by which a node goes first",
  hasReboots: "knows nodes that are being rebooted",
  forceDeleteHasGrace: "a forced deletion has a second of grace",
  nodePoolHash: "version of a NodePool's hash",
  nodeClassHash: "version of an EC2NodeClass's hash",
  kubernetes: "Kubernetes it runs on",
  kubelet: "fields of spec.kubelet",
  nodeClassFields: "later fields of EC2NodeClass",
  filtersByFamily: "leaves out types that the image cannot boot",
  hasZonalShift: "leaves out zones under a zonal shift",
  addressShortage: "what a subnet without addresses closes",
  bottlerocketRootVolume: "root volume of Bottlerocket where none is named",
  bottlerocketSettings: "later settings of Bottlerocket",
  enclaves: "what asks for Nitro Enclaves",
  hasInterruptibleReservations: "reservations may be interruptible",
  reservedFailures: "what a failed launch does to its reservation",
  brokenMinValues: "a launch whose cut to 60 types breaks minValues",
  launchReasons: "later reasons of failed launches",
  shortageCodes: "later codes of EC2 that count as a shortage",
};

/** One thing that two releases decide otherwise. */
export interface BehaviourChange {
  /** As `docs/fidelity.md` numbers it. */
  readonly id: string;
  readonly what: string;
  readonly from: string;
  readonly to: string;
  /** In one of the two it is known from source only. */
  readonly isReadOnly: boolean;
}

/** What two minor releases decide otherwise, scheduling first; empty where they decide alike. */
export function behaviourChanges(from: Minor, to: Minor): readonly BehaviourChange[] {
  const [a, b] = [behaviourOf(from), behaviourOf(to)];
  const readOnly = new Set([from, to].flatMap((minor) => fidelityOf(minor).readOnly));
  return behaviourIds()
    .flatMap(({ key, id }) => {
      const [before, after] = [behaviourText(a[key]), behaviourText(b[key])];
      if (before === after) return [];
      return [{ id, what: behaviourWords[key], from: before, to: after, isReadOnly: readOnly.has(id) }];
    })
    .toSorted((x, y) => rank(x.id) - rank(y.id) || x.id.localeCompare(y.id, "en", { numeric: true }));
}

// Scheduling, disruption, hashes of the core, the AWS provider.
function rank(id: string): number {
  return "SDGA".indexOf(id.slice(0, 1));
}

/** A value of the table as text: `yes`, `by-pool`, `1.26 to 1.37`. */
export function behaviourText(value: Json): string {
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (isList(value)) return value.length === 0 ? "none" : value.map(behaviourText).join(", ");
  if (isObject(value)) return `${behaviourText(value["min"] ?? "")} to ${behaviourText(value["max"] ?? "")}`;
  return String(value);
}
