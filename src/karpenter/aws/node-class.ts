// Mirrors pkg/apis/v1/ec2nodeclass.go and pkg/apis/v1/ec2nodeclass_status.go of karpenter-provider-aws v1.14.1.
import type { JsonObject, Labels, QuantityText } from "../../kube/objects.ts";
import type { Ec2NodeClass } from "../api.ts";
import type { LaterField, ProviderBehaviour } from "../behaviour.ts";
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
  readonly kubelet?: Kubelet & JsonObject;
  readonly blockDeviceMappings?: readonly BlockDeviceMapping[];
  readonly instanceStorePolicy?: string;
  readonly networkInterfaces?: readonly NetworkInterface[];
  readonly detailedMonitoring?: boolean;
  readonly metadataOptions?: MetadataOptions;
  readonly connectionTracking?: Readonly<Record<string, number>>;
  readonly context?: string;
  readonly cpuOptions?: { readonly nestedVirtualization?: string };
  readonly enclaveOptions?: { readonly enabled: boolean };
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

/** What Karpenter itself reads of the kubelet's configuration. */
export interface Kubelet {
  readonly clusterDNS?: readonly string[];
  /** A text is a CEL expression, since v1.15; it is heeded only behind the gate NodeClassCEL. */
  readonly maxPods?: number | string;
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

const laterFields: readonly LaterField[] = [
  "placementGroupSelector",
  "networkInterfaces",
  "connectionTracking",
  "cpuOptions",
  "enclaveOptions",
];

/** The spec as a release's controller is given it: the API server drops what the CRD does not name. The same object if it names all. */
export function knownTo({ nodeClassFields }: ProviderBehaviour, spec: NodeClassSpec): NodeClassSpec {
  const unknown = laterFields.filter((field) => spec[field] !== undefined && !nodeClassFields.includes(field));
  if (unknown.length === 0) return spec;
  const kept = { ...spec };
  for (const field of unknown) delete kept[field];
  return kept;
}

/** The typed status of a NodeClass; empty while its controller has not written one. */
export function nodeClassStatus(nodeClass: Ec2NodeClass): NodeClassStatus {
  return (nodeClass.status ?? {}) as NodeClassStatus;
}

/** One zone of the NodeClass's subnets. */
export interface ZoneInfo {
  readonly zone: string;
  readonly zoneId: string;
  readonly subnetIds: readonly string[];
}

/**
 * Zones of the subnets (`EC2NodeClass.ZoneInfo`). Where shortages are kept by subnet they are grouped by zone id: subnets without one
 * collapse into a single zone, that of the first. Else each subnet stands for itself, and the last one has a zone's say.
 */
export function zoneInfoOf(
  status: NodeClassStatus,
  { addressShortage }: Pick<ProviderBehaviour, "addressShortage">,
): readonly ZoneInfo[] {
  if (addressShortage === "zone") {
    const rows = (status.subnets ?? []).map(({ id, zone, zoneID = "" }) => ({ zone, zoneId: zoneID, subnetIds: [id] }));
    return rows.toReversed();
  }
  const groups = new Map<string, { zone: string; subnetIds: string[] }>();
  for (const subnet of status.subnets ?? []) {
    const zoneId = subnet.zoneID ?? "";
    const group = groups.get(zoneId);
    if (group === undefined) groups.set(zoneId, { zone: subnet.zone, subnetIds: [subnet.id] });
    else group.subnetIds.push(subnet.id);
  }
  return Array.from(groups, ([zoneId, group]) => ({ zoneId, ...group }));
}
