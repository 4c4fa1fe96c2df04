import type { Taint } from "../../kube/objects.ts";
import { counted, taintStruct } from "../go-values.ts";
import {
  bool,
  byte,
  type GoField,
  type GoValue,
  int32,
  int64,
  maybe,
  nil,
  slice,
  struct,
  structuralHash,
  text,
  textMap,
} from "../structural-hash.ts";
import { familyOf } from "./families.ts";
import type { LaunchTemplate } from "./launch-template.ts";
import { blockDevice, connectionTracking, kubeletConfiguration, metadataOptions } from "./node-class-values.ts";

/** The name Karpenter gives a launch template: a hash of everything in it, so that equal needs share one. */
export function launchTemplateName(template: LaunchTemplate): string {
  return `karpenter.k8s.aws/${structuralHash(templateValue(template))}`;
}

function templateValue(template: LaunchTemplate): GoValue {
  const { spec } = template;
  return struct("LaunchTemplate", [
    ["Options", optionsValue(template)],
    ["UserData", bootstrapValue(template)],
    ["BlockDeviceMappings", slice(template.blockDevices.map((one) => blockDevice(one, counted)))],
    ["MetadataOptions", metadataOptions(template.metadata, counted)],
    [
      "CPUOptions",
      maybe(spec.cpuOptions, (cpu) =>
        struct("CPUOptions", [["NestedVirtualization", pointer(cpu.nestedVirtualization)]]),
      ) ?? nil,
    ],
    ["AMIID", text(template.imageId)],
    ["DetailedMonitoring", bool(spec.detailedMonitoring === true)],
    ["EFACount", int64(template.efaCount)],
    ["EnclaveEnabled", bool(template.hasEnclave)],
    ["NetworkInterfaces", slice((spec.networkInterfaces ?? []).map(interfaceValue))],
    ["CapacityType", text(template.capacityType)],
    ["CapacityReservationID", text(template.reservationId)],
    ["CapacityReservationType", text(template.reservationType)],
    ["CapacityReservationInterruptible", bool(template.isInterruptible)],
    ["Tenancy", text(template.tenancy)],
    ["PlacementGroupID", text(template.placementGroupId)],
    ["PlacementGroupPartition", int32(template.partition)],
    ["ConnectionTracking", maybe(spec.connectionTracking, (options) => connectionTracking(options, counted)) ?? nil],
  ]);
}

function optionsValue({ spec, cluster, status, tags, nodeClassName }: LaunchTemplate): GoValue {
  return struct("Options", [
    ["ClusterName", text(cluster.name)],
    ["ClusterEndpoint", text(cluster.endpoint)],
    ["ClusterCIDR", pointer(cluster.cidr)],
    ["InstanceProfile", text(status.instanceProfile ?? "")],
    ["InstanceStorePolicy", pointer(spec.instanceStorePolicy)],
    ["SecurityGroups", slice((status.securityGroups ?? []).map(groupValue))],
    ["Tags", textMap(tags)],
    ["KubeDNSIP", slice(ipBytes(cluster.dnsIp).map(byte))],
    ["AssociatePublicIPAddress", maybe(spec.associatePublicIPAddress, bool) ?? nil],
    ["IPPrefixCount", maybe(spec.ipPrefixCount, int32) ?? nil],
    ["NodeClassName", text(nodeClassName)],
  ]);
}

function bootstrapValue({ spec, bootstrap, bindsByDefault }: LaunchTemplate): GoValue {
  const family = familyOf(spec).name;
  if (family === "Custom") return struct("Custom", [["Options", emptyBootstrap(spec.userData)]]);
  const hasCidr = family === "AL2023";
  const isWindows = family.startsWith("Windows");
  const options: readonly GoField[] = [
    ["ClusterName", text(bootstrap.clusterName)],
    ["ClusterEndpoint", text(bootstrap.clusterEndpoint)],
    ["ClusterCIDR", hasCidr ? pointer(bootstrap.clusterCidr) : nil],
    ["KubeletConfig", kubeletConfiguration(bootstrap.kubelet, counted)],
    ["Taints", taintSet(bootstrap.taints)],
    ["Labels", textMap(bootstrap.labels)],
    ["CABundle", pointer(bootstrap.caBundle)],
    ["ContainerRuntime", nil],
    ["CustomUserData", pointer(bootstrap.custom)],
    ["InstanceStorePolicy", isWindows ? nil : pointer(bootstrap.instanceStorePolicy)],
    ["AMIVersion", text("")],
  ];
  const inner: GoField = ["Options", struct("Options", options)];
  if (isWindows) return struct("Windows", [inner]);
  if (family === "AL2023") return struct("Nodeadm", [inner]);
  if (family === "Bottlerocket") {
    return struct("Bottlerocket", [inner, ["EnableDefaultMountPaths", bool(bindsByDefault)]]);
  }
  return struct("EKS", [inner, ["ContainerRuntime", text("")]]);
}

function emptyBootstrap(custom: string | undefined): GoValue {
  return struct("Options", [
    ["ClusterName", text("")],
    ["ClusterEndpoint", text("")],
    ["ClusterCIDR", nil],
    ["KubeletConfig", nil],
    ["Taints", taintSet([])],
    ["Labels", textMap({})],
    ["CABundle", nil],
    ["ContainerRuntime", nil],
    ["CustomUserData", pointer(custom)],
    ["InstanceStorePolicy", nil],
    ["AMIVersion", text("")],
  ]);
}

function taintSet(taints: readonly Taint[]): GoValue {
  return { kind: "slice", items: taints.map((taint) => taintStruct(taint, counted)), isFinished: true };
}

function interfaceValue(one: { networkCardIndex: number; deviceIndex: number; interfaceType: string }): GoValue {
  return struct("ResolvedNetworkInterface", [
    ["NetworkCardIndex", int32(one.networkCardIndex)],
    ["DeviceIndex", int32(one.deviceIndex)],
    ["InterfaceType", text(one.interfaceType)],
    ["SecondaryIPCount", nil],
    ["SecondaryIPPrefixCount", nil],
    ["SecondaryENISecurityGroups", slice([])],
    ["SubnetID", text("")],
  ]);
}

function groupValue(group: { readonly id: string; readonly name?: string }): GoValue {
  return struct("SecurityGroup", [
    ["ID", text(group.id)],
    ["Name", text(group.name ?? "")],
  ]);
}

function pointer(value: string | undefined): GoValue {
  return value === undefined ? nil : text(value);
}

/** An address in Go's sixteen bytes. */
function ipBytes(address: string | undefined): number[] {
  if (address === undefined) return [];
  const v4 = address.split(".").map(Number);
  if (v4.length === 4) return [...Array.from({ length: 10 }, () => 0), 255, 255, ...v4];
  const [head = "", tail] = address.split("::");
  const groups = (part: string): number[] =>
    part === "" ? [] : part.split(":").map((one) => Number.parseInt(one, 16));
  const [before, after] = [groups(head), groups(tail ?? "")];
  const gap = tail === undefined ? 0 : 8 - before.length - after.length;
  return [...before, ...Array.from({ length: gap }, () => 0), ...after].flatMap((one) => [one >> 8, one & 255]);
}
