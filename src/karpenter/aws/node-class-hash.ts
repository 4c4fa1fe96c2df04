import { ignored, plainText } from "../go-values.ts";
import { bool, type GoValue, int32, maybe, slice, struct, structuralHash, text, textMap } from "../structural-hash.ts";
import { familyNameOf } from "./families.ts";
import type { NetworkInterface, NodeClassSpec } from "./node-class.ts";
import { blockDevice, connectionTracking, kubeletConfiguration, metadataOptions } from "./node-class-values.ts";

/** Of Karpenter v1.14.1; drift is judged only between equal versions. */
export const nodeClassHashVersion = "v5";

/** The `karpenter.k8s.aws/ec2nodeclass-hash` of a spec in a cluster with this CA bundle. */
export function nodeClassHash(spec: NodeClassSpec, caBundle: string | undefined): string {
  const items = [nodeClassSpec(spec), text(familyNameOf(spec)), text(caBundle ?? "")];
  return String(structuralHash(slice(items)));
}

// Selector terms, prefix count and the literal family are not part of it.
function nodeClassSpec(spec: NodeClassSpec): GoValue {
  return struct("EC2NodeClassSpec", [
    ["PlacementGroupSelector", maybe(spec.placementGroupSelector, placementGroup)],
    ["AssociatePublicIPAddress", maybe(spec.associatePublicIPAddress, bool)],
    ["UserData", maybe(spec.userData, text)],
    ["Role", plainText(spec.role, ignored)],
    ["InstanceProfile", maybe(spec.instanceProfile, text)],
    ["Tags", maybe(spec.tags, textMap)],
    ["Kubelet", maybe(spec.kubelet, (kubelet) => kubeletConfiguration(kubelet, ignored))],
    [
      "BlockDeviceMappings",
      maybe(spec.blockDeviceMappings, (all) => slice(all.map((one) => blockDevice(one, ignored)))),
    ],
    ["InstanceStorePolicy", maybe(spec.instanceStorePolicy, text)],
    ["NetworkInterfaces", maybe(spec.networkInterfaces, (all) => slice(all.map(networkInterface)))],
    ["DetailedMonitoring", maybe(spec.detailedMonitoring, bool)],
    ["MetadataOptions", maybe(spec.metadataOptions, (options) => metadataOptions(options, ignored))],
    ["ConnectionTracking", maybe(spec.connectionTracking, (options) => connectionTracking(options, ignored))],
    ["Context", maybe(spec.context, text)],
    ["CPUOptions", maybe(spec.cpuOptions, cpuOptions)],
  ]);
}

function placementGroup(selector: { readonly name?: string; readonly id?: string }): GoValue {
  return struct("PlacementGroupSelector", [
    ["Name", maybe(selector.name, text)],
    ["ID", maybe(selector.id, text)],
  ]);
}

function networkInterface(one: NetworkInterface): GoValue {
  return struct("NetworkInterface", [
    ["NetworkCardIndex", one.networkCardIndex === 0 ? undefined : int32(one.networkCardIndex)],
    ["DeviceIndex", one.deviceIndex === 0 ? undefined : int32(one.deviceIndex)],
    ["InterfaceType", plainText(one.interfaceType, ignored)],
  ]);
}

function cpuOptions(options: { readonly nestedVirtualization?: string }): GoValue {
  return struct("CPUOptions", [["NestedVirtualization", maybe(options.nestedVirtualization, text)]]);
}
