import type { ResourceTexts } from "../kube/objects.ts";

/** One label requirement as Karpenter's API writes it. */
export interface RequirementSpec {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
  readonly minValues?: number;
}

/** Instance type in one zone and capacity type (and reservation): its price and whether it can be had. */
export interface Offering {
  readonly requirements: readonly RequirementSpec[];
  /** USD per hour as Karpenter compares it. Where it is unknown Karpenter reads 0; `isPriceKnown` false keeps that visible to reports. */
  readonly price: number;
  readonly isPriceKnown?: boolean;
  readonly available: boolean;
  readonly reservationCapacity?: number;
  /** Changes the type's capacity and overhead where this offering is used; how, is the release's (`offeringOverrides`). */
  readonly capacityOverride?: ResourceTexts;
  readonly overheadOverride?: Overhead;
}

/** What the system keeps for itself on a node. */
export interface Overhead {
  readonly kubeReserved?: ResourceTexts;
  readonly systemReserved?: ResourceTexts;
  readonly evictionThreshold?: ResourceTexts;
}

/** An EC2 instance type as Karpenter's scheduler sees it under one NodeClass. */
export interface InstanceType {
  readonly name: string;
  readonly requirements: readonly RequirementSpec[];
  readonly offerings: readonly Offering[];
  readonly capacity: ResourceTexts;
  readonly overhead?: Overhead;
  /** Volumes that attach at most, by CSI driver; drivers that are absent have no limit known beforehand. */
  readonly volumeLimits?: Readonly<Record<string, number>>;
}
