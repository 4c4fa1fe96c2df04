// Mirrors pkg/apis/v1/ec2nodeclass.go of karpenter-provider-aws v1.14.1.
import { formatQuantity, parseQuantity } from "../../kube/quantity.ts";
import { type Absent, durationStruct } from "../go-values.ts";
import {
  bool,
  type GoField,
  type GoValue,
  int32,
  int64,
  maybe,
  slice,
  struct,
  hashText,
  textMap,
} from "../structural-hash.ts";
import type { ResolvedKubelet } from "./kubelet.ts";
import type { BlockDeviceMapping, Kubelet, MetadataOptions } from "./node-class.ts";

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
    ["KMSKeyID", maybe(ebs?.kmsKeyID, hashText) ?? absent.pointer],
    ["SnapshotID", maybe(ebs?.snapshotID, hashText) ?? absent.pointer],
    ["Throughput", maybe(ebs?.throughput, int64) ?? absent.pointer],
    ["VolumeInitializationRate", maybe(ebs?.volumeInitializationRate, int32) ?? absent.pointer],
    ["VolumeSize", maybe(ebs?.volumeSize, (size) => hashText(quantityText(size))) ?? absent.quantity],
    ["VolumeType", maybe(ebs?.volumeType, hashText) ?? absent.pointer],
  ];
  return struct("BlockDeviceMapping", [
    ["DeviceName", maybe(mapping.deviceName, hashText) ?? absent.pointer],
    ["EBS", ebs === undefined ? absent.pointer : struct("BlockDevice", fields)],
    ["RootVolume", mapping.rootVolume === true ? bool(true) : absent.bool],
  ]);
}

/** `v1.MetadataOptions`. */
export function metadataOptionsValue(options: MetadataOptions, absent: Absent): GoValue {
  return struct("MetadataOptions", [
    ["HTTPEndpoint", maybe(options.httpEndpoint, hashText) ?? absent.pointer],
    ["HTTPProtocolIPv6", maybe(options.httpProtocolIPv6, hashText) ?? absent.pointer],
    ["HTTPPutResponseHopLimit", maybe(options.httpPutResponseHopLimit, int64) ?? absent.pointer],
    ["HTTPTokens", maybe(options.httpTokens, hashText) ?? absent.pointer],
  ]);
}

/** `v1.KubeletConfiguration`, the typed one of releases before v1.15. */
export function kubeletConfiguration(kubelet: Kubelet, absent: Absent): GoValue {
  const { maxPods } = kubelet;
  const pods = typeof maxPods === "number" ? int32(maxPods) : absent.pointer;
  return struct("KubeletConfiguration", kubeletFields(kubelet, pods, absent));
}

/** `v1.ParsedKubeletConfig` (v1.15): what Karpenter reads of the open map. */
export function parsedKubelet(kubelet: ResolvedKubelet, absent: Absent): GoValue {
  const pods = maybe(kubelet.maxPods, (count) =>
    struct("IntOrString", [
      ["Type", int64(0)],
      ["IntVal", int32(count)],
      ["StrVal", hashText("")],
    ]),
  );
  return struct("ParsedKubeletConfig", kubeletFields(kubelet, pods ?? absent.pointer, absent));
}

function kubeletFields(
  kubelet: Omit<Kubelet, "maxPods">,
  maxPods: GoValue | undefined,
  absent: Absent,
): readonly GoField[] {
  return [
    ["ClusterDNS", maybe(kubelet.clusterDNS, (dns) => slice(dns.map(hashText))) ?? absent.list],
    ["MaxPods", maxPods],
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
  ];
}

function durations(map: Readonly<Record<string, string>>, absent: Absent): GoValue {
  const entries = Object.entries(map).map(([key, value]) => [key, durationStruct(value, absent)] as const);
  return { kind: "map", entries };
}

/** `v1.ConnectionTracking`. */
export function connectionTracking(options: Readonly<Record<string, number>>, absent: Absent): GoValue {
  return struct("ConnectionTracking", [
    ["TCPEstablishedTimeout", maybe(options["tcpEstablishedTimeout"], int32) ?? absent.pointer],
    ["UDPStreamTimeout", maybe(options["udpStreamTimeout"], int32) ?? absent.pointer],
    ["UDPTimeout", maybe(options["udpTimeout"], int32) ?? absent.pointer],
  ]);
}
