import type { Labels, QuantityText } from "../../kube/objects.ts";
import type { Ec2NodeClass } from "../api.ts";
import type { RequirementSpec } from "../instance-type.ts";

/** `spec` of an EC2NodeClass (`karpenter.k8s.aws/v1`), typed. The CRD's schema has been checked before anything reads this. */
export interface NodeClassSpec {
  readonly subnetSelectorTerms?: readonly SelectorTerm[];
  readonly securityGroupSelectorTerms?: readonly SelectorTerm[];
  readonly capacityReservationSelectorTerms?: readonly ReservationTerm[];
  readonly placementGroupSelector?: { readonly name?: string; readonly id?: string };
  readonly associatePublicIPAddress?: boolean;
  readonly ipPrefixCount?: number;
  readonly amiSelectorTerms?: readonly ImageTerm[];
  readonly amiFamily?: string;
  readonly userData?: string;
  readonly role?: string;
  readonly instanceProfile?: string;
  readonly tags?: Labels;
  readonly kubelet?: Kubelet;
  readonly blockDeviceMappings?: readonly BlockDeviceMapping[];
  readonly instanceStorePolicy?: string;
  readonly networkInterfaces?: readonly NetworkInterface[];
  readonly detailedMonitoring?: boolean;
  readonly metadataOptions?: MetadataOptions;
  readonly connectionTracking?: Readonly<Record<string, number>>;
  readonly context?: string;
  readonly cpuOptions?: { readonly nestedVirtualization?: string };
}

/** Selects subnets or security groups. */
export interface SelectorTerm {
  readonly tags?: Labels;
  readonly id?: string;
  readonly name?: string;
}

/** Selects capacity reservations. */
export interface ReservationTerm {
  readonly tags?: Labels;
  readonly id?: string;
  readonly ownerID?: string;
  readonly instanceMatchCriteria?: string;
}

/** Selects images. */
export interface ImageTerm {
  readonly alias?: string;
  readonly tags?: Labels;
  readonly id?: string;
  readonly name?: string;
  readonly owner?: string;
  readonly ssmParameter?: string;
}

/** Karpenter's typed subset of the kubelet's configuration. */
export interface Kubelet {
  readonly clusterDNS?: readonly string[];
  readonly maxPods?: number;
  readonly podsPerCore?: number;
  readonly systemReserved?: Labels;
  readonly kubeReserved?: Labels;
  readonly evictionHard?: Labels;
  readonly evictionSoft?: Labels;
  readonly evictionSoftGracePeriod?: Labels;
  readonly evictionMaxPodGracePeriod?: number;
  readonly imageGCHighThresholdPercent?: number;
  readonly imageGCLowThresholdPercent?: number;
  readonly cpuCFSQuota?: boolean;
}

/** One disk. */
export interface BlockDeviceMapping {
  readonly deviceName?: string;
  readonly rootVolume?: boolean;
  readonly ebs?: {
    readonly deleteOnTermination?: boolean;
    readonly encrypted?: boolean;
    readonly iops?: number;
    readonly kmsKeyID?: string;
    readonly snapshotID?: string;
    readonly throughput?: number;
    readonly volumeInitializationRate?: number;
    readonly volumeSize?: QuantityText;
    readonly volumeType?: string;
  };
}

/** One network interface asked for. */
export interface NetworkInterface {
  readonly networkCardIndex: number;
  readonly deviceIndex: number;
  readonly interfaceType: string;
}

/** How the instance's metadata service is reached. */
export interface MetadataOptions {
  readonly httpEndpoint?: string;
  readonly httpProtocolIPv6?: string;
  readonly httpPutResponseHopLimit?: number;
  readonly httpTokens?: string;
}

/** `status` of an EC2NodeClass: what the selectors found. */
export interface NodeClassStatus {
  readonly subnets?: readonly { readonly id: string; readonly zone: string; readonly zoneID?: string }[];
  readonly securityGroups?: readonly { readonly id: string; readonly name?: string }[];
  readonly capacityReservations?: readonly ReservationStatus[];
  readonly amis?: readonly ImageStatus[];
  readonly instanceProfile?: string;
}

/** An image of the status and the instance types it is for. */
export interface ImageStatus {
  readonly id: string;
  readonly name?: string;
  readonly deprecated?: boolean;
  readonly requirements?: readonly RequirementSpec[];
}

/** A capacity reservation of the status. */
export interface ReservationStatus {
  readonly id: string;
  readonly instanceType: string;
  readonly availabilityZone: string;
  readonly instanceMatchCriteria?: string;
  readonly ownerID?: string;
  readonly reservationType?: string;
  readonly interruptible?: boolean;
  readonly state?: string;
  readonly endTime?: string;
}

/** The typed spec of a NodeClass. */
export function specOf(nodeClass: Ec2NodeClass): NodeClassSpec {
  return nodeClass.spec as NodeClassSpec;
}

/** The typed status of a NodeClass; empty while its controller has not written one. */
export function statusOf(nodeClass: Ec2NodeClass): NodeClassStatus {
  return (nodeClass.status ?? {}) as NodeClassStatus;
}

/** One zone of the NodeClass's subnets. */
export interface ZoneInfo {
  readonly zone: string;
  readonly zoneId: string;
  readonly subnetIds: readonly string[];
}

/**
 * Zones of the subnets, grouped by zone id: subnets without one collapse into a single zone, that of the first (karpenter-provider-aws
 * v1.14.1, `EC2NodeClass.ZoneInfo`).
 */
export function zoneInfoOf(status: NodeClassStatus): readonly ZoneInfo[] {
  const groups = new Map<string, { zone: string; subnetIds: string[] }>();
  for (const subnet of status.subnets ?? []) {
    const zoneId = subnet.zoneID ?? "";
    const group = groups.get(zoneId);
    if (group === undefined) groups.set(zoneId, { zone: subnet.zone, subnetIds: [subnet.id] });
    else group.subnetIds.push(subnet.id);
  }
  return Array.from(groups, ([zoneId, group]) => ({ zoneId, ...group }));
}
