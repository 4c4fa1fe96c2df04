// Mirrors pkg/providers/launchtemplate/launchtemplate.go of karpenter-provider-aws v1.14.1.
import type { ProviderBehaviour } from "../behaviour.ts";
import { wholeBytes } from "./capacity.ts";
import { familyOf } from "./families.ts";
import type { BlockDeviceMapping, MetadataOptions, NodeClassSpec, NodeClassStatus } from "./node-class.ts";
import { isObject, listAt } from "../../kube/json.ts";
import type { Json, JsonObject, Labels } from "../../kube/objects.ts";
import type { BootstrapOptions } from "./user-data/options.ts";
import type { UserDataCluster } from "./user-data/user-data.ts";

/** Everything that goes into one launch template. */
export interface LaunchTemplate {
  readonly behaviour: ProviderBehaviour;
  readonly spec: NodeClassSpec;
  readonly status: NodeClassStatus;
  readonly nodeClassName: string;
  readonly cluster: UserDataCluster;
  readonly tags: Labels;
  readonly bootstrap: BootstrapOptions;
  readonly bindsByDefault: boolean;
  readonly blockDevices: readonly BlockDeviceMapping[];
  readonly metadata: MetadataOptions;
  readonly imageId: string;
  readonly efaCount: number;
  readonly hasEnclave: boolean;
  readonly capacityType: string;
  readonly reservationId: string;
  readonly reservationType: string;
  readonly isInterruptible: boolean;
  readonly tenancy: string;
  readonly placementGroupId: string;
  /** 0 for none. */
  readonly partition: number;
  /** On-demand and spot launches stay out of open reservations. */
  readonly targetsReservations: boolean;
}

/** Disks of a family whose NodeClass names none (`amifamily`, DefaultBlockDeviceMappings). */
export function defaultBlockDevices(
  spec: NodeClassSpec,
  { bottlerocketRootVolume: root }: Pick<ProviderBehaviour, "bottlerocketRootVolume">,
): readonly BlockDeviceMapping[] {
  const family = familyOf(spec);
  const disk = (deviceName: string, volumeSize: string): BlockDeviceMapping => ({
    deviceName,
    ebs: { encrypted: true, volumeType: "gp3", volumeSize },
  });
  if (family.name === "Custom") return [];
  if (family.name === "Bottlerocket") return [disk("/dev/xvda", root), disk("/dev/xvdb", "20Gi")];
  return [disk(family.ephemeralDevice ?? "/dev/xvda", String(family.ephemeralSize))];
}

/** The metadata service of a NodeClass that says nothing about it: the CRD's own defaults were left out. */
export function defaultMetadata(cluster: UserDataCluster): MetadataOptions {
  return {
    httpEndpoint: "disabled",
    httpProtocolIPv6: isIpv6(cluster) ? "enabled" : "disabled",
    httpPutResponseHopLimit: 2,
    httpTokens: "required",
  };
}

/** Whether the cluster speaks IPv6, by the address of its DNS service. */
function isIpv6(cluster: UserDataCluster): boolean {
  return cluster.dnsIp?.includes(":") === true;
}

/** `LaunchTemplateData` of the CreateLaunchTemplate request, without user data and tags; empty parts are left out. */
export function launchTemplateData(template: LaunchTemplate): JsonObject {
  const { spec, status, metadata } = template;
  return withoutEmpty({
    BlockDeviceMappings: template.blockDevices.map(blockDeviceRequest),
    CpuOptions: { NestedVirtualization: spec.cpuOptions?.nestedVirtualization },
    IamInstanceProfile: { Name: status.instanceProfile },
    Monitoring: { Enabled: spec.detailedMonitoring === true },
    ImageId: template.imageId,
    MetadataOptions: {
      HttpEndpoint: metadata.httpEndpoint,
      HttpProtocolIpv6: metadata.httpProtocolIPv6,
      HttpPutResponseHopLimit: metadata.httpPutResponseHopLimit ?? 0,
      HttpTokens: metadata.httpTokens,
      InstanceMetadataTags: "disabled",
    },
    NetworkInterfaces: networkInterfaces(template),
    Placement: {
      Tenancy: template.tenancy,
      GroupId: template.placementGroupId,
      PartitionNumber: template.partition === 0 ? undefined : template.partition,
    },
    EnclaveOptions: { Enabled: template.behaviour.enclaves === "never" ? undefined : template.hasEnclave },
    ...(template.targetsReservations ? reservationParts(template) : {}),
  });
}

function reservationParts(template: LaunchTemplate): JsonObject {
  const isReserved = template.capacityType === "reserved";
  const market =
    template.reservationType === "capacity-block"
      ? "capacity-block"
      : template.isInterruptible
        ? "interruptible-capacity-reservation"
        : undefined;
  return {
    CapacityReservationSpecification: {
      CapacityReservationPreference: isReserved ? "capacity-reservations-only" : "none",
      CapacityReservationTarget: isReserved ? { CapacityReservationId: template.reservationId } : undefined,
    },
    InstanceMarketOptions: { MarketType: market },
  };
}

function blockDeviceRequest({ deviceName, ebs }: BlockDeviceMapping): JsonObject {
  const size = ebs?.volumeSize;
  const some = (value: number | undefined): number | undefined => (value === 0 ? undefined : value);
  return {
    DeviceName: deviceName,
    Ebs: {
      DeleteOnTermination: ebs?.deleteOnTermination,
      Encrypted: ebs?.encrypted,
      VolumeType: ebs?.volumeType,
      Iops: some(ebs?.iops),
      Throughput: some(ebs?.throughput),
      KmsKeyId: ebs?.kmsKeyID,
      SnapshotId: ebs?.snapshotID,
      VolumeInitializationRate: ebs?.volumeInitializationRate,
      VolumeSize: size === undefined ? undefined : Math.ceil(wholeBytes(String(size)) / 2 ** 30),
    },
  };
}

function networkInterfaces(template: LaunchTemplate): readonly JsonObject[] {
  const { spec } = template;
  const own = spec.networkInterfaces ?? [];
  if (own.length > 0) {
    return own.map((one) => ({
      ...interfaceRequest(template, one.interfaceType !== "efa-only"),
      NetworkCardIndex: one.networkCardIndex,
      DeviceIndex: one.deviceIndex,
      InterfaceType: one.interfaceType,
    }));
  }
  if (template.efaCount === 0) return [{ ...interfaceRequest(template, true), DeviceIndex: 0 }];
  // One card per EFA; the first is the node's own.
  return Array.from({ length: template.efaCount }, (_, i) => ({
    ...interfaceRequest(template, true),
    NetworkCardIndex: i,
    DeviceIndex: i === 0 ? 0 : 1,
    InterfaceType: "efa",
  }));
}

// An EFA-only interface carries no addresses.
function interfaceRequest({ spec, status, cluster }: LaunchTemplate, hasAddresses: boolean): JsonObject {
  const groups = (status.securityGroups ?? []).map((group) => group.id);
  if (!hasAddresses) return { Groups: groups };
  const ipv6 = isIpv6(cluster);
  const tracking = spec.connectionTracking ?? {};
  return {
    Groups: groups,
    AssociatePublicIpAddress: spec.associatePublicIPAddress,
    Ipv4PrefixCount: ipv6 ? undefined : spec.ipPrefixCount,
    Ipv6PrefixCount: ipv6 ? spec.ipPrefixCount : undefined,
    PrimaryIpv6: ipv6 ? true : undefined,
    Ipv6AddressCount: ipv6 ? 1 : undefined,
    ConnectionTrackingSpecification: {
      TcpEstablishedTimeout: tracking["tcpEstablishedTimeout"],
      UdpStreamTimeout: tracking["udpStreamTimeout"],
      UdpTimeout: tracking["udpTimeout"],
    },
  };
}

function withoutEmpty(value: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, one]) => {
      const stripped = strip(one);
      return stripped === undefined ? [] : [[key, stripped]];
    }),
  );
}

function strip(value: Json | undefined): Json | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  if (isObject(value)) {
    const stripped = withoutEmpty(value);
    return Object.keys(stripped).length === 0 ? undefined : stripped;
  }
  if (typeof value !== "object") return value;
  return value.length === 0 ? undefined : listAt(value).map((one) => strip(one) ?? null);
}
