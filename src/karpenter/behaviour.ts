/**
 * What releases of Karpenter decide otherwise than one another, one named difference each.
 *
 * The engines (`scheduling`, `disruption`, `karpenter/aws`) take a `KarpenterBehaviour` as data and never look at a version. Which release
 * decides how is a table (`behaviours.ts`); adding a release is adding to it. Files are those of sigs.k8s.io/karpenter, and from
 * `nodeClassHash` on those of karpenter-provider-aws.
 */
export interface KarpenterBehaviour extends SchedulingBehaviour, DisruptionBehaviour, ProviderBehaviour {}

/** Differences of a scheduling pass. */
export interface SchedulingBehaviour {
  /**
   * What DaemonSets take of a new node. `by-pool`: the sum of all daemons that fit the pool's template goes onto every type; `by-type`:
   * types are grouped by the daemons that fit them (`scheduling/scheduler.go`: getDaemonOverhead until v1.13, computeDaemonOverheadGroups).
   */
  readonly daemonOverhead: "by-pool" | "by-type";
  /**
   * Who shares a record of host ports. `by-claim-alone`: each new claim has its own, and daemons' ports are overlooked; `by-pool`: all new
   * claims of a pool write into one, so that a port is given out once in a pass; `by-claim`: each has a copy of the daemons' ports
   * (`scheduling/nodeclaim.go`, NewNodeClaim).
   */
  readonly hostPorts: "by-claim-alone" | "by-pool" | "by-claim";
  /**
   * Whether a pod made of a DaemonSet's template has a name. Without one, daemons that run nowhere yet hide each other's host ports: the
   * last one has its say (`utils/daemonset/daemonset.go`, PodForDaemonSet).
   */
  readonly namesDaemonPods: boolean;
  /** Whether terms beyond the first of a volume's node affinity or a class's topologies count (`scheduling/volumetopology.go`). */
  readonly volumeTerms: "first" | "alternatives";
  /** A pod whose PersistentVolume is being deleted is kept out of the pass (`scheduling/volumetopology.go`). */
  readonly refusesVolumesBeingDeleted: boolean;
  /**
   * When `limits.nodes` keeps a pool from making nodes on demand. Before v1.11 it was meant for static pools only; yet since v1.4 the
   * counting of a pool's resources leaves `nodes` in each machine's capacity, so that more machines than the limit exceed it like any other
   * (`state/cluster.go`, updateNodePoolResources; `scheduling/scheduler.go`).
   */
  readonly nodeLimit: "never" | "exceeded" | "reached";
  /** Whether what a pod was resized to in place counts, as its status tells it (`utils/resources/resources.go`, `utils/pod`). */
  readonly resizes: "ignored" | "of-all";
  /** Requirements of a new claim define the registered and initialized labels while it is packed (`scheduling/nodeclaimtemplate.go`). */
  readonly hasStartedLabels: boolean;
  /** What an offering's own capacity and overhead do to its type's (`cloudprovider/types.go`, computeAllocatable). */
  readonly offeringOverrides: "ignored" | "added" | "replacing";
  /** A type fits only where a fitting variant has an offering too, so that an error names both (`scheduling/nodeclaim.go`). */
  readonly judgesSizeWithOffering: boolean;
  /** Taints under `readiness.k8s.io/` are expected to go while a node starts (`scheduling/taints.go`). */
  readonly hasReadinessTaints: boolean;
  /** Which values of types count towards minValues: all, or those that the claim still allows (`cloudprovider/types.go`). */
  readonly minValuesCount: "all" | "allowed";
  /**
   * A reservation without machines left. `waits`: it is no offering, or makes strict mode wait; `falls-back`: it stays healthy and pods go
   * on without it where something else is offered (`scheduling/nodeclaim.go`, offeringsToReserve; Offering.Launchable).
   */
  readonly fullReservations: "wait" | "fall-back";
  /** Knows kube-scheduler's cluster default spread constraints (`scheduling/defaultconstraints.go`). */
  readonly hasDefaultSpread: boolean;
  /** Knows NodeOverlays, behind a gate: other prices and resources of types (`apis/v1alpha1/nodeoverlay.go`). */
  readonly hasNodeOverlays: boolean;
  /** Knows CapacityBuffers of `autoscaling.x-k8s.io/v1beta1`, behind a gate: room without pods (`controllers/capacitybuffer`). */
  readonly hasCapacityBuffers: boolean;
  /** Volumes a CSI driver takes whose CSINode entry names no count (`state/statenode.go`, `scheduling/volumeusage.go`). */
  readonly driverWithoutCount: "none" | "any";
  /** Types may say how many volumes attach to them (`scheduling/nodeclaim.go`, filterInstanceTypesByVolumeAttachmentLimits). */
  readonly hasTypeVolumeLimits: boolean;
  /** Instance types that a claim names at most (`scheduling/nodeclaimtemplate.go`, MaxInstanceTypes). */
  readonly maxInstanceTypes: number;
}

/** Differences of the disruption methods. */
export interface DisruptionBehaviour {
  /** Which candidate consolidation takes first: least cost of evictions, or most saved for it (`disruption/consolidation.go`). */
  readonly consolidationOrder: "cost" | "savings";
  /** What makes a node empty: nothing to reschedule, or nothing that costs anything (`disruption/types.go`, IsEmpty). */
  readonly emptiness: "no-pods" | "no-cost";
  /** Knows the policy `Balanced` (`disruption/balanced.go`). */
  readonly hasBalancedPolicy: boolean;
  /** Consolidation moves no pod onto a node still within `consolidateAfter` (`scheduling/existingnode.go`). */
  readonly sparesYoungNodes: boolean;
  /** `do-not-disrupt` on a pod may be a duration (`utils/pod/scheduling.go`). */
  readonly podDoNotDisrupt: "literal" | "duration";
  /** What a candidate costs: the cheapest offering that fits its labels, or the offering it is (`disruption/types.go`). */
  readonly candidatePrice: "cheapest" | "own";
  /** How a pod's cost of eviction is annotated (`utils/disruption/disruption.go`, EvictionCost). */
  readonly evictionCost: "deletion-cost-float" | "own-key-int32";
  /** Who replaces ill nodes, once its gate is on (`node/health`, `disruption/repair.go`). */
  readonly nodeRepair: "none" | "controller" | "method";
  /** Knows the gates by which a node goes before its replacement is there (`disruption/helpers.go`). */
  readonly canTerminateFirst: boolean;
  /** Knows nodes that are being rebooted (`disruption/types.go`, condition Rebooting). */
  readonly hasReboots: boolean;
  /** A pod is deleted by force with at least a second of grace (`terminator/terminator.go`). */
  readonly forceDeleteHasGrace: boolean;
  /** Version of the hash by which a NodePool's template is told to have changed (`apis/v1/nodepool.go`). */
  readonly nodePoolHash: "v3";
}

/** Differences of the AWS provider. */
export interface ProviderBehaviour {
  /** Version of the hash by which an EC2NodeClass is told to have changed (`apis/v1/ec2nodeclass.go`). */
  readonly nodeClassHash: "v3" | "v4" | "v5" | "v6";
  /** Kubernetes `major.minor` the controller runs on, both included (`providers/version/version.go`). */
  readonly kubernetes: { readonly min: string; readonly max: string };
  /** `spec.kubelet`: fields the API knows, or any (`apis/v1/ec2nodeclass.go`). */
  readonly kubelet: "typed" | "open";
  /**
   * Fields of a class's spec that not every v1 release knows, as far as this one does (`apis/v1/ec2nodeclass.go`). The API server drops the
   * others before the controller sees them.
   */
  readonly nodeClassFields: readonly LaterField[];
  /** Leaves out types that an image family cannot boot: a1 with AL2023 (`providers/instancetype/compatibility`). */
  readonly filtersByFamily: boolean;
  /** Zones under an ARC zonal shift are left out (`providers/arczonalshift`). */
  readonly hasZonalShift: boolean;
  /** What a subnet without free addresses makes unavailable (`cache/unavailableofferings.go`). */
  readonly addressShortage: "zone" | "subnet";
  /** Bottlerocket's root volume where the class names none (`providers/amifamily/bottlerocket.go`). */
  readonly bottlerocketRootVolume: "4Gi" | "6Gi";
  /** Settings of Bottlerocket that are carried through beside those that always were (`bootstrap/bottlerocketsettings.go`). */
  readonly bottlerocketSettings: readonly LaterSetting[];
  /** What asks for Nitro Enclaves: nothing, a resource among the requests, or the class (`amifamily/resolver.go`, EnclaveEnabled). */
  readonly enclaves: "never" | "requested" | "by-class";
  /** Reservations may be interruptible: requirement key, label and event (`apis/v1/labels.go`). */
  readonly hasInterruptibleReservations: boolean;
  /**
   * What a launch into a reservation that fails does to it (`instance/instance.go`, updateUnavailableOfferingsCache). `any`: it counts as
   * full whatever the error; `shortage`: only after a shortage; `told-apart`: full where EC2 says that it is, else ill for a while, and one
   * that is full stays available, with nothing left (`offering/reserved_capacity_resolver.go`).
   */
  readonly reservedFailures: "any" | "shortage" | "told-apart";
  /** How a launch ends whose cut to 60 types breaks minValues (`instance/instance.go`, filterInstanceTypes). */
  readonly brokenMinValues: "create-error" | "insufficient-capacity";
  /** Reasons of failed launches that not every v1 release can name, as far as this one can (`errors/errors.go`, ToReasonMessage). */
  readonly launchReasons: readonly LaterReason[];
  /** Codes of EC2 that count as a shortage beside those that always did (`errors/errors.go`, unfulfillableCapacityErrorCodes). */
  readonly shortageCodes: readonly string[];
}

/** Fields of an EC2NodeClass's spec that came after v1.0. */
export type LaterField =
  | "placementGroupSelector"
  | "networkInterfaces"
  | "connectionTracking"
  | "cpuOptions"
  | "enclaveOptions";

/** Settings of Bottlerocket that Karpenter learnt to carry through after v1.0. */
export type LaterSetting =
  | "memory-manager-policy"
  | "topology-manager-policy-options"
  | "memory-manager-reserved-memory";

/** Reasons of failed launches that came after v1.0. */
export type LaterReason = "FreeTierIneligible" | "SecurityGroupSubnetVPCMismatch" | "UserDataSizeLimitExceeded";
