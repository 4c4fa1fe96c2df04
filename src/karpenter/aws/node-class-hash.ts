import { ignored, plainText } from "../go-values.ts";
import {
  bool,
  type GoValue,
  int32,
  maybe,
  slice,
  struct,
  structuralHash,
  hashText,
  textMap,
} from "../structural-hash.ts";
import type { ProviderBehaviour } from "../behaviour.ts";
import { familyNameOf } from "./families.ts";
import { kubeletText } from "./kubelet.ts";
import { knownTo, type NetworkInterface, type NodeClassSpec } from "./node-class.ts";
import { blockDevice, connectionTracking, kubeletConfiguration, metadataOptionsValue } from "./node-class-values.ts";

/**
 * The `karpenter.k8s.aws/ec2nodeclass-hash` of a spec in a cluster with this CA bundle; its version is the behaviour's `nodeClassHash`, and
 * drift is judged only between equal versions (`apis/v1/ec2nodeclass.go`, EC2NodeClass.Hash). Before v5 the bundle is no part of it; from
 * v6 on the kubelet's configuration is hashed as its text.
 */
export function nodeClassHash(spec: NodeClassSpec, caBundle: string | undefined, behaviour: ProviderBehaviour): string {
  const version = behaviour.nodeClassHash;
  const known = knownTo(behaviour, spec);
  const items = [nodeClassSpec(known, behaviour), hashText(familyNameOf(spec))];
  if (version !== "v3" && version !== "v4") items.push(hashText(caBundle ?? ""));
  if (behaviour.kubelet === "open") items.push(hashText(kubeletText(spec.kubelet)));
  return String(structuralHash(slice(items)));
}

// Selector terms, prefix count and the literal family are not part of it.
function nodeClassSpec(spec: NodeClassSpec, { kubelet: kind }: ProviderBehaviour): GoValue {
  return struct("EC2NodeClassSpec", [
    ["PlacementGroupSelector", maybe(spec.placementGroupSelector, placementGroup)],
    ["AssociatePublicIPAddress", maybe(spec.associatePublicIPAddress, bool)],
    ["UserData", maybe(spec.userData, hashText)],
    ["Role", plainText(spec.role, ignored)],
    ["InstanceProfile", maybe(spec.instanceProfile, hashText)],
    ["Tags", maybe(spec.tags, textMap)],
    ["Kubelet", kind === "open" ? undefined : maybe(spec.kubelet, (kubelet) => kubeletConfiguration(kubelet, ignored))],
    [
      "BlockDeviceMappings",
      maybe(spec.blockDeviceMappings, (all) => slice(all.map((one) => blockDevice(one, ignored)))),
    ],
    ["InstanceStorePolicy", maybe(spec.instanceStorePolicy, hashText)],
    ["NetworkInterfaces", maybe(spec.networkInterfaces, (all) => slice(all.map(networkInterface)))],
    ["DetailedMonitoring", maybe(spec.detailedMonitoring, bool)],
    ["MetadataOptions", maybe(spec.metadataOptions, (options) => metadataOptionsValue(options, ignored))],
    ["EnclaveOptions", maybe(spec.enclaveOptions, enclaveOptions)],
    ["ConnectionTracking", maybe(spec.connectionTracking, (options) => connectionTracking(options, ignored))],
    ["Context", maybe(spec.context, hashText)],
    ["CPUOptions", maybe(spec.cpuOptions, cpuOptions)],
  ]);
}

function placementGroup(selector: { readonly name?: string; readonly id?: string }): GoValue {
  return struct("PlacementGroupSelector", [
    ["Name", maybe(selector.name, hashText)],
    ["ID", maybe(selector.id, hashText)],
  ]);
}

function networkInterface(one: NetworkInterface): GoValue {
  return struct("NetworkInterface", [
    ["NetworkCardIndex", one.networkCardIndex === 0 ? undefined : int32(one.networkCardIndex)],
    ["DeviceIndex", one.deviceIndex === 0 ? undefined : int32(one.deviceIndex)],
    ["InterfaceType", plainText(one.interfaceType, ignored)],
  ]);
}

function enclaveOptions({ enabled }: { readonly enabled: boolean }): GoValue {
  return struct("EnclaveOptions", [["Enabled", enabled ? bool(true) : undefined]]);
}

function cpuOptions(options: { readonly nestedVirtualization?: string }): GoValue {
  return struct("CPUOptions", [["NestedVirtualization", maybe(options.nestedVirtualization, hashText)]]);
}
