// Mirrors pkg/providers/instancetype/types.go of karpenter-provider-aws v1.14.1.
import { ceilToUnit, parseQuantity } from "../../kube/quantity.ts";
import type { Family } from "./families.ts";
import type { ResolvedKubelet } from "./kubelet.ts";
import type { NodeClassSpec } from "./node-class.ts";
import type { ProviderSettings } from "./settings.ts";
import type { CatalogueType, Ec2TypeInfo } from "./type-info.ts";

/** A type under a NodeClass, or what is wrong with the NodeClass. */
export type Computed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: string };

/** What the capacity of a type depends on besides the type. */
export interface CapacityInput {
  readonly spec: NodeClassSpec;
  readonly kubelet: ResolvedKubelet;
  readonly family: Family;
  readonly settings: ProviderSettings;
}

const mebi = 1048576;

/** What a node of the type offers, by resource name (`computeCapacity`). Resources it lacks are there as 0. */
export function capacityOf(type: CatalogueType, input: CapacityInput): Computed<Record<string, string>> {
  const { info } = type;
  const storage = ephemeralStorage(info, input);
  if (!storage.ok) return storage;
  const capacity: Record<string, string> = {
    cpu: String(info.VCpuInfo.DefaultVCpus),
    memory: `${memoryMiB(info, input.settings)}Mi`,
    "ephemeral-storage": storage.value,
    pods: String(podsOf(info, input)),
    "vpc.amazonaws.com/pod-eni": String(type.limits?.trunking === true ? type.limits.branchInterfaces : 0),
    "nvidia.com/gpu": String(gpusBy(info, "NVIDIA")),
    "amd.com/gpu": String(gpusBy(info, "AMD")),
    "habana.ai/gaudi": String(gpusBy(info, "Habana")),
    ...neuron(info),
    "vpc.amazonaws.com/efa": String(efas(info, input.spec)),
  };
  // The instance type's own os label decides: an arm64 type under a Windows family has none.
  if (input.family.windowsBuild !== undefined && info.ProcessorInfo.SupportedArchitectures.includes("x86_64")) {
    const perInterface = type.limits?.ipv4PerInterface;
    capacity["vpc.amazonaws.com/PrivateIPv4Address"] = String(perInterface === undefined ? 0 : perInterface - 1);
  }
  return { ok: true, value: capacity };
}

/** Memory as the provider guesses it before a node of the type was ever seen: what EC2 says, less a share for the hypervisor. */
export function memoryMiB(info: Ec2TypeInfo, settings: ProviderSettings): number {
  // Graviton keeps 64 MiB for its contiguous allocator.
  const mib = info.MemoryInfo.SizeInMiB - (info.ProcessorInfo.SupportedArchitectures[0] === "arm64" ? 64 : 0);
  return mib - Math.ceil((mib * mebi * settings.vmMemoryOverheadPercent) / 1024 / 1024);
}

/** The size of the disk that pods write to, as a quantity. */
function ephemeralStorage(info: Ec2TypeInfo, { spec, family }: CapacityInput): Computed<string> {
  const local = info.InstanceStorageInfo?.TotalSizeInGB;
  if (spec.instanceStorePolicy === "RAID0" && local !== undefined) return { ok: true, value: `${local}G` };
  const mappings = spec.blockDeviceMappings ?? [];
  const root = mappings.find((one) => one.rootVolume === true);
  const own =
    family.name === "Custom" ? mappings.at(-1) : mappings.find((one) => one.deviceName === family.ephemeralDevice);
  for (const mapping of [root, own]) {
    if (mapping === undefined) continue;
    // The real program crashes here.
    if (mapping.ebs === undefined)
      return { ok: false, reason: `block device ${mapping.deviceName ?? "?"} has no ebs part` };
    if (mapping.ebs.volumeSize !== undefined) return sized(String(mapping.ebs.volumeSize));
  }
  return { ok: true, value: String(family.ephemeralSize) };
}

function sized(text: string): Computed<string> {
  const parsed = parseQuantity(text);
  return parsed.ok ? { ok: true, value: text } : { ok: false, reason: `volumeSize ${parsed.reason}` };
}

/** Pods that the network interfaces allow; prefix delegation is unknown to the provider (`ENILimitedPods`). */
export function interfaceLimitedPods(info: Ec2TypeInfo, reservedEnis: number, spec: NodeClassSpec): number {
  const {
    NetworkCards: cards = [],
    DefaultNetworkCardIndex: main = 0,
    Ipv4AddressesPerInterface: addresses = 0,
  } = info.NetworkInfo;
  const efaOnly = (spec.networkInterfaces ?? []).filter(
    (one) => one.networkCardIndex === 0 && one.interfaceType === "efa-only",
  ).length;
  const usable = Math.max((cards[main]?.MaximumNetworkInterfaces ?? 0) - reservedEnis - efaOnly, 0);
  return usable === 0 ? 0 : usable * (addresses - 1) + 2;
}

/** Pods that the kubelet will be told to admit. */
export function podsOf(info: Ec2TypeInfo, { spec, kubelet, family, settings }: CapacityInput): number {
  const { maxPods, podsPerCore = 0 } = kubelet;
  const density = family.limitsPodsByInterfaces ? interfaceLimitedPods(info, settings.reservedEnis, spec) : 110;
  const pods = maxPods ?? density;
  return podsPerCore > 0 && family.honoursPodsPerCore ? Math.min(podsPerCore * info.VCpuInfo.DefaultVCpus, pods) : pods;
}

/** Whole bytes of a quantity that was checked before. */
export function wholeBytes(text: string): number {
  const parsed = parseQuantity(text);
  return parsed.ok ? Number(ceilToUnit(parsed.value)) : 0;
}

function gpusBy(info: Ec2TypeInfo, manufacturer: string): number {
  const gpus = (info.GpuInfo?.Gpus ?? []).filter((gpu) => gpu.Manufacturer === manufacturer);
  return gpus.reduce((sum, gpu) => sum + (gpu.Count ?? 0), 0);
}

function neuron(info: Ec2TypeInfo): Record<string, string> {
  const devices = info.NeuronInfo?.NeuronDevices ?? [];
  const first = devices[0];
  return {
    "aws.amazon.com/neuron": String(devices.reduce((sum, device) => sum + (device.Count ?? 0), 0)),
    // Only the first kind of device counts here.
    "aws.amazon.com/neuroncore": String((first?.Count ?? 0) * (first?.CoreInfo?.Count ?? 0)),
  };
}

function efas(info: Ec2TypeInfo, spec: NodeClassSpec): number {
  if (spec.networkInterfaces === undefined) return info.NetworkInfo.EfaInfo?.MaximumEfaInterfaces ?? 0;
  return spec.networkInterfaces.filter((one) => one.interfaceType === "efa-only").length;
}
