import type { NodePool } from "../api.ts";
import { parseGoDuration } from "../duration.ts";
import { familyNameOf } from "./families.ts";
import {
  blockDevice,
  connectionTracking,
  durationStruct,
  ignored,
  kubeletConfiguration,
  metadataOptions,
  plainText,
  taintStruct,
} from "./go-values.ts";
import type { NetworkInterface, NodeClassSpec } from "./node-class.ts";
import { bool, type GoValue, int32, int64, maybe, slice, struct, structHash, text, textMap } from "./struct-hash.ts";

/** Versions of the two hashes in Karpenter v1.14.1; drift is judged only between equal versions. */
export const hashVersions = { nodePool: "v3", nodeClass: "v5" } as const;

/** The `karpenter.k8s.aws/ec2nodeclass-hash` of a spec in a cluster with this CA bundle. */
export function nodeClassHash(spec: NodeClassSpec, caBundle: string | undefined): string {
  const items = [nodeClassSpec(spec), text(familyNameOf(spec)), text(caBundle ?? "")];
  return String(structHash(slice(items)));
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

/** The `karpenter.sh/nodepool-hash` of a NodePool's template; its requirements are not part of it. */
export function nodePoolHash(template: NodePool["spec"]["template"]): string {
  const { metadata, spec } = template;
  const meta = struct("ObjectMeta", [
    ["Labels", maybe(metadata?.labels, textMap)],
    ["Annotations", maybe(metadata?.annotations, textMap)],
  ]);
  const taints = (list: NodePool["spec"]["template"]["spec"]["taints"]): GoValue | undefined =>
    maybe(list, (all) => slice(all.map((taint) => taintStruct(taint, ignored))));
  const inner = struct("NodeClaimTemplateSpec", [
    ["Taints", taints(spec.taints)],
    ["StartupTaints", taints(spec.startupTaints)],
    ["NodeClassRef", nodeClassRef(spec.nodeClassRef)],
    ["TerminationGracePeriod", maybe(spec.terminationGracePeriod, (period) => durationStruct(period, ignored))],
    ["ExpireAfter", spec.expireAfter === undefined ? undefined : nillable(spec.expireAfter)],
  ]);
  const hasMeta = metadata?.labels !== undefined || metadata?.annotations !== undefined;
  const fields = [["ObjectMeta", hasMeta ? meta : undefined] as const, ["Spec", inner] as const];
  return String(structHash(struct("NodeClaimTemplate", fields)));
}

function nodeClassRef(ref: { readonly group: string; readonly kind: string; readonly name: string }): GoValue {
  return struct("NodeClassReference", [
    ["Kind", plainText(ref.kind, ignored)],
    ["Name", plainText(ref.name, ignored)],
    ["Group", plainText(ref.group, ignored)],
  ]);
}

// "Never" leaves no field at all.
function nillable(written: string): GoValue | undefined {
  const nanos = parseGoDuration(written);
  return nanos === undefined ? undefined : struct("NillableDuration", [["Duration", int64(nanos)]]);
}
