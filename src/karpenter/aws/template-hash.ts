// Mirrors pkg/providers/launchtemplate/launchtemplate.go of karpenter-provider-aws v1.14.1.
import type { JsonObject, Taint } from "../../kube/objects.ts";
import type { LaterField, ProviderBehaviour } from "../behaviour.ts";
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
  hashText,
  textMap,
} from "../structural-hash.ts";
import { familyOf } from "./families.ts";
import { kubeletText } from "./kubelet.ts";
import type { LaunchTemplate } from "./launch-template.ts";
import type { NodeClassSpec } from "./node-class.ts";
import {
  blockDevice,
  connectionTracking,
  kubeletConfiguration,
  metadataOptionsValue,
  parsedKubelet,
} from "./node-class-values.ts";
import type { BootstrapOptions } from "./user-data/options.ts";

/** The name Karpenter gives a launch template: a hash of everything in it, so that equal needs share one. */
export function launchTemplateName(template: LaunchTemplate): string {
  return `karpenter.k8s.aws/${structuralHash(templateValue(template))}`;
}

function templateValue(template: LaunchTemplate): GoValue {
  const { spec, behaviour } = template;
  // A struct counts the fields that the release has, filled or not.
  const known = (field: LaterField, ...fields: readonly GoField[]): readonly GoField[] =>
    behaviour.nodeClassFields.includes(field) ? fields : [];
  return struct("LaunchTemplate", [
    ["Options", optionsValue(template)],
    ["UserData", bootstrapValue(template)],
    ["BlockDeviceMappings", slice(template.blockDevices.map((one) => blockDevice(one, counted)))],
    ["MetadataOptions", metadataOptionsValue(template.metadata, counted)],
    ...known("cpuOptions", ["CPUOptions", maybe(spec.cpuOptions, cpuOptions) ?? nil]),
    ["AMIID", hashText(template.imageId)],
    ["DetailedMonitoring", bool(spec.detailedMonitoring === true)],
    ["EFACount", int64(template.efaCount)],
    ...(behaviour.enclaves === "never" ? [] : [["EnclaveEnabled", bool(template.hasEnclave)] as const]),
    ...known("networkInterfaces", ["NetworkInterfaces", slice((spec.networkInterfaces ?? []).map(interfaceValue))]),
    ["CapacityType", hashText(template.capacityType)],
    ["CapacityReservationID", hashText(template.reservationId)],
    ["CapacityReservationType", hashText(template.reservationType)],
    ...(behaviour.hasInterruptibleReservations
      ? [["CapacityReservationInterruptible", bool(template.isInterruptible)] as const]
      : []),
    ["Tenancy", hashText(template.tenancy)],
    ...known(
      "placementGroupSelector",
      ["PlacementGroupID", hashText(template.placementGroupId)],
      ["PlacementGroupPartition", int32(template.partition)],
    ),
    ...known("connectionTracking", [
      "ConnectionTracking",
      maybe(spec.connectionTracking, (options) => connectionTracking(options, counted)) ?? nil,
    ]),
  ]);
}

function cpuOptions(cpu: NonNullable<NodeClassSpec["cpuOptions"]>): GoValue {
  return struct("CPUOptions", [["NestedVirtualization", pointer(cpu.nestedVirtualization)]]);
}

function optionsValue({ spec, cluster, status, tags, nodeClassName }: LaunchTemplate): GoValue {
  return struct("Options", [
    ["ClusterName", hashText(cluster.name)],
    ["ClusterEndpoint", hashText(cluster.endpoint)],
    ["ClusterCIDR", pointer(cluster.cidr)],
    ["InstanceProfile", hashText(status.instanceProfile ?? "")],
    ["InstanceStorePolicy", pointer(spec.instanceStorePolicy)],
    ["SecurityGroups", slice((status.securityGroups ?? []).map(groupValue))],
    ["Tags", textMap(tags)],
    ["KubeDNSIP", slice(ipBytes(cluster.dnsIp).map(byte))],
    ["AssociatePublicIPAddress", maybe(spec.associatePublicIPAddress, bool) ?? nil],
    ["IPPrefixCount", maybe(spec.ipPrefixCount, int32) ?? nil],
    ["NodeClassName", hashText(nodeClassName)],
  ]);
}

function bootstrapValue({ spec, bootstrap, bindsByDefault, behaviour }: LaunchTemplate): GoValue {
  const family = familyOf(spec).name;
  if (family === "Custom") return struct("Custom", [["Options", emptyBootstrap(spec.userData, behaviour)]]);
  const hasCidr = family === "AL2023";
  const isWindows = family.startsWith("Windows");
  const options: readonly GoField[] = [
    ["ClusterName", hashText(bootstrap.clusterName)],
    ["ClusterEndpoint", hashText(bootstrap.clusterEndpoint)],
    ["ClusterCIDR", hasCidr ? pointer(bootstrap.clusterCidr) : nil],
    ["KubeletConfig", kubeletValue(bootstrap)],
    ...openKubelet(isWindows ? undefined : bootstrap.openKubelet, behaviour),
    ["Taints", taintSet(bootstrap.taints)],
    ["Labels", textMap(bootstrap.labels)],
    ["CABundle", pointer(bootstrap.caBundle)],
    ["ContainerRuntime", nil],
    ["CustomUserData", pointer(bootstrap.custom)],
    ["InstanceStorePolicy", isWindows ? nil : pointer(bootstrap.instanceStorePolicy)],
    ["AMIVersion", hashText("")],
  ];
  const inner: GoField = ["Options", struct("Options", options)];
  if (isWindows) return struct("Windows", [inner]);
  if (family === "AL2023") return struct("Nodeadm", [inner]);
  if (family === "Bottlerocket") {
    return struct("Bottlerocket", [inner, ["EnableDefaultMountPaths", bool(bindsByDefault)]]);
  }
  return struct("EKS", [inner, ["ContainerRuntime", hashText("")]]);
}

function kubeletValue({ behaviour, kubelet }: BootstrapOptions): GoValue {
  return behaviour.kubelet === "open" ? parsedKubelet(kubelet, counted) : kubeletConfiguration(kubelet, counted);
}

function openKubelet(kubelet: JsonObject | undefined, behaviour: ProviderBehaviour): readonly GoField[] {
  return behaviour.kubelet === "open" ? [["UnparsedKubeletConfig", hashText(kubeletText(kubelet))]] : [];
}

function emptyBootstrap(custom: string | undefined, behaviour: ProviderBehaviour): GoValue {
  return struct("Options", [
    ["ClusterName", hashText("")],
    ["ClusterEndpoint", hashText("")],
    ["ClusterCIDR", nil],
    ["KubeletConfig", nil],
    ...openKubelet(undefined, behaviour),
    ["Taints", taintSet([])],
    ["Labels", textMap({})],
    ["CABundle", nil],
    ["ContainerRuntime", nil],
    ["CustomUserData", pointer(custom)],
    ["InstanceStorePolicy", nil],
    ["AMIVersion", hashText("")],
  ]);
}

function taintSet(taints: readonly Taint[]): GoValue {
  return { kind: "slice", items: taints.map((taint) => taintStruct(taint, counted)), isFinished: true };
}

function interfaceValue(one: { networkCardIndex: number; deviceIndex: number; interfaceType: string }): GoValue {
  return struct("ResolvedNetworkInterface", [
    ["NetworkCardIndex", int32(one.networkCardIndex)],
    ["DeviceIndex", int32(one.deviceIndex)],
    ["InterfaceType", hashText(one.interfaceType)],
    ["SecondaryIPCount", nil],
    ["SecondaryIPPrefixCount", nil],
    ["SecondaryENISecurityGroups", slice([])],
    ["SubnetID", hashText("")],
  ]);
}

function groupValue(group: { readonly id: string; readonly name?: string }): GoValue {
  return struct("SecurityGroup", [
    ["ID", hashText(group.id)],
    ["Name", hashText(group.name ?? "")],
  ]);
}

function pointer(value: string | undefined): GoValue {
  return value === undefined ? nil : hashText(value);
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
