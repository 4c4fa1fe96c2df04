import type { Taint } from "../../kube/objects.ts";
import { formatQuantity, parseQuantity } from "../../kube/quantity.ts";
import { parseGoDuration } from "../duration.ts";
import type { BlockDeviceMapping, Kubelet, MetadataOptions } from "./node-class.ts";
import {
  bool,
  type GoField,
  type GoValue,
  int32,
  int64,
  maybe,
  nil,
  slice,
  struct,
  text,
  textMap,
} from "./struct-hash.ts";

/** How absent fields count: left out (drift hashes) or hashed as Go's zero values (launch template names). */
export interface Absent {
  readonly pointer: GoValue | undefined;
  readonly list: GoValue | undefined;
  readonly map: GoValue | undefined;
  readonly text: GoValue | undefined;
  readonly bool: GoValue | undefined;
  readonly quantity: GoValue | undefined;
  readonly number: GoValue | undefined;
}

/** IgnoreZeroValue. */
export const ignored: Absent = {
  pointer: undefined,
  list: undefined,
  map: undefined,
  text: undefined,
  bool: undefined,
  quantity: undefined,
  number: undefined,
};

/** Zero values hashed as they are. */
export const counted: Absent = {
  pointer: nil,
  list: slice([]),
  map: textMap({}),
  text: text(""),
  bool: bool(false),
  // What a nil quantity prints.
  quantity: text("<nil>"),
  number: int32(0),
};

/** A string field that is no pointer. */
export function plainText(value: string | undefined, absent: Absent): GoValue | undefined {
  return value === undefined || value === "" ? absent.text : text(value);
}

/** A canonical quantity, in the base it was written in. */
function quantityText(written: string | number): string {
  const parsed = parseQuantity(written);
  if (!parsed.ok) return String(written);
  return formatQuantity(parsed.value, /[KMGTPE]i$/.test(String(written)) ? "binary" : "decimal");
}

/** `v1.BlockDeviceMapping`. */
export function blockDevice(mapping: BlockDeviceMapping, absent: Absent): GoValue {
  const { ebs } = mapping;
  const fields: readonly GoField[] = [
    ["DeleteOnTermination", maybe(ebs?.deleteOnTermination, bool) ?? absent.pointer],
    ["Encrypted", maybe(ebs?.encrypted, bool) ?? absent.pointer],
    ["IOPS", maybe(ebs?.iops, int64) ?? absent.pointer],
    ["KMSKeyID", maybe(ebs?.kmsKeyID, text) ?? absent.pointer],
    ["SnapshotID", maybe(ebs?.snapshotID, text) ?? absent.pointer],
    ["Throughput", maybe(ebs?.throughput, int64) ?? absent.pointer],
    ["VolumeInitializationRate", maybe(ebs?.volumeInitializationRate, int32) ?? absent.pointer],
    ["VolumeSize", maybe(ebs?.volumeSize, (size) => text(quantityText(size))) ?? absent.quantity],
    ["VolumeType", maybe(ebs?.volumeType, text) ?? absent.pointer],
  ];
  return struct("BlockDeviceMapping", [
    ["DeviceName", maybe(mapping.deviceName, text) ?? absent.pointer],
    ["EBS", ebs === undefined ? absent.pointer : struct("BlockDevice", fields)],
    ["RootVolume", mapping.rootVolume === true ? bool(true) : absent.bool],
  ]);
}

/** `v1.MetadataOptions`. */
export function metadataOptions(options: MetadataOptions, absent: Absent): GoValue {
  return struct("MetadataOptions", [
    ["HTTPEndpoint", maybe(options.httpEndpoint, text) ?? absent.pointer],
    ["HTTPProtocolIPv6", maybe(options.httpProtocolIPv6, text) ?? absent.pointer],
    ["HTTPPutResponseHopLimit", maybe(options.httpPutResponseHopLimit, int64) ?? absent.pointer],
    ["HTTPTokens", maybe(options.httpTokens, text) ?? absent.pointer],
  ]);
}

/** `v1.KubeletConfiguration`. */
export function kubeletConfiguration(kubelet: Kubelet, absent: Absent): GoValue {
  return struct("KubeletConfiguration", [
    ["ClusterDNS", maybe(kubelet.clusterDNS, (dns) => slice(dns.map(text))) ?? absent.list],
    ["MaxPods", maybe(kubelet.maxPods, int32) ?? absent.pointer],
    ["PodsPerCore", maybe(kubelet.podsPerCore, int32) ?? absent.pointer],
    ["SystemReserved", maybe(kubelet.systemReserved, textMap) ?? absent.map],
    ["KubeReserved", maybe(kubelet.kubeReserved, textMap) ?? absent.map],
    ["EvictionHard", maybe(kubelet.evictionHard, textMap) ?? absent.map],
    ["EvictionSoft", maybe(kubelet.evictionSoft, textMap) ?? absent.map],
    ["EvictionSoftGracePeriod", maybe(kubelet.evictionSoftGracePeriod, (map) => durations(map, absent)) ?? absent.map],
    ["EvictionMaxPodGracePeriod", maybe(kubelet.evictionMaxPodGracePeriod, int32) ?? absent.pointer],
    ["ImageGCHighThresholdPercent", maybe(kubelet.imageGCHighThresholdPercent, int32) ?? absent.pointer],
    ["ImageGCLowThresholdPercent", maybe(kubelet.imageGCLowThresholdPercent, int32) ?? absent.pointer],
    ["CPUCFSQuota", maybe(kubelet.cpuCFSQuota, bool) ?? absent.pointer],
  ]);
}

function durations(map: Readonly<Record<string, string>>, absent: Absent): GoValue {
  const entries = Object.entries(map).map(([key, value]) => [key, durationStruct(value, absent)] as const);
  return { kind: "map", entries };
}

/** `metav1.Duration`: a struct around the nanoseconds. */
export function durationStruct(written: string, absent: Absent): GoValue {
  const nanos = parseGoDuration(written) ?? 0n;
  return struct("Duration", [["Duration", nanos === 0n && absent === ignored ? undefined : int64(nanos)]]);
}

/** `corev1.Taint`. */
export function taintStruct(taint: Taint, absent: Absent): GoValue {
  return struct("Taint", [
    ["Key", plainText(taint.key, absent)],
    ["Value", plainText(taint.value, absent)],
    ["Effect", plainText(taint.effect, absent)],
    ["TimeAdded", absent.pointer],
  ]);
}

/** `v1.ConnectionTracking`. */
export function connectionTracking(options: Readonly<Record<string, number>>, absent: Absent): GoValue {
  return struct("ConnectionTracking", [
    ["TCPEstablishedTimeout", maybe(options["tcpEstablishedTimeout"], int32) ?? absent.pointer],
    ["UDPStreamTimeout", maybe(options["udpStreamTimeout"], int32) ?? absent.pointer],
    ["UDPTimeout", maybe(options["udpTimeout"], int32) ?? absent.pointer],
  ]);
}
