// Mirrors pkg/providers/instancetype/types.go of karpenter-provider-aws v1.14.1.
import type { RequirementSpec } from "../instance-type.ts";
import { labelKeys } from "../labels.ts";
import type { Family } from "./families.ts";
import type { ReservationStatus, ZoneInfo } from "./node-class.ts";
import type { CatalogueType, Ec2TypeInfo } from "./type-info.ts";

/** Labels of the AWS provider by their short names. */
export const awsKey = (name: string): string => `karpenter.k8s.aws/${name}`;
const windowsBuild = "node.kubernetes.io/windows-build";
/** The zone's account-independent name. */
export const zoneIdKey = "topology.k8s.aws/zone-id";

/** What the requirements of a type depend on besides the type. */
export interface RequirementInput {
  readonly region: string;
  /** Zones that sell the type. */
  readonly zones: readonly string[];
  readonly zoneInfo: readonly ZoneInfo[];
  readonly family: Family;
  /** Whether the release tells interruptible reservations from others. */
  readonly hasInterruptible: boolean;
  /** Those of this type. */
  readonly reservations: readonly ReservationStatus[];
}

const architectures: Readonly<Record<string, string>> = { x86_64: "amd64", arm64: "arm64" };
const nameShape = /^([a-z]+)(-[0-9]{1,9}tb)?([0-9]{1,9})(?![0-9])[^.]*\./;

/** Every label the provider gives a type; one without a value is there as DoesNotExist (`computeRequirements`). */
export function typeRequirements(type: CatalogueType, input: RequirementInput): RequirementSpec[] {
  const { info } = type;
  const arch = architectureOf(info);
  const isWindows = input.family.windowsBuild !== undefined;
  const zones = input.zones.filter((zone) => input.zoneInfo.some((known) => known.zone === zone));
  const zoneIds = input.zoneInfo.filter((known) => zones.includes(known.zone)).map((known) => known.zoneId);
  const specs = [
    spec(labelKeys.instanceType, [info.InstanceType]),
    spec(labelKeys.arch, [arch]),
    spec(labelKeys.os, !isWindows ? ["linux"] : arch === "amd64" ? ["windows"] : []),
    spec(labelKeys.zone, zones),
    spec(labelKeys.region, [input.region]),
    spec(windowsBuild, present(input.family.windowsBuild)),
    spec(labelKeys.capacityType, capacityTypes(info, input.reservations)),
    ...machineLabels(info),
    ...nameLabels(info.InstanceType),
    ...acceleratorLabels(info),
    spec(awsKey("instance-network-bandwidth"), present(type.networkMbps)),
    spec(awsKey("instance-tenancy"), ["dedicated", "default"]),
    spec(
      awsKey("capacity-reservation-id"),
      input.reservations.map((one) => one.id),
    ),
    spec(
      awsKey("capacity-reservation-type"),
      input.reservations.map((one) => one.reservationType ?? ""),
    ),
  ];
  if (input.hasInterruptible) {
    const values = input.reservations.map((one) => String(one.interruptible === true));
    specs.push(spec(awsKey("capacity-reservation-interruptible"), values));
  }
  // Absent altogether, not DoesNotExist, when no zone is shared.
  if (zoneIds.length > 0) specs.push(spec(zoneIdKey, zoneIds));
  return specs;
}

/** The first architecture that Kubernetes has a name for; otherwise EC2's list as Go prints it, which matches nothing. */
function architectureOf(info: Ec2TypeInfo): string {
  const supported = info.ProcessorInfo.SupportedArchitectures;
  for (const one of supported) {
    const arch = architectures[one];
    if (arch !== undefined) return arch;
  }
  return `[${supported.join(" ")}]`;
}

function capacityTypes(info: Ec2TypeInfo, reservations: readonly ReservationStatus[]): readonly string[] {
  const usual = (info.SupportedUsageClasses ?? []).filter((one) => one === "on-demand" || one === "spot");
  return reservations.length > 0 ? [...usual, "reserved"] : usual;
}

function machineLabels(info: Ec2TypeInfo): RequirementSpec[] {
  const { ProcessorInfo: processor, InstanceStorageInfo: storage, EbsInfo: ebs } = info;
  const hasNvme = storage !== undefined && storage.NvmeSupport !== "unsupported";
  const isEbsOptimised = ebs?.EbsOptimizedSupport === "default" && ebs.EbsOptimizedInfo !== undefined;
  return [
    spec(awsKey("instance-cpu"), [info.VCpuInfo.DefaultVCpus]),
    spec(awsKey("instance-memory"), [info.MemoryInfo.SizeInMiB]),
    spec(awsKey("instance-hypervisor"), [info.Hypervisor ?? ""]),
    spec(awsKey("instance-encryption-in-transit-supported"), [info.NetworkInfo.EncryptionInTransitSupported === true]),
    spec(awsKey("instance-cpu-manufacturer"), [kebab(processor.Manufacturer)]),
    spec(awsKey("instance-cpu-sustained-clock-speed-mhz"), [
      Math.round((processor.SustainedClockSpeedInGhz ?? 0) * 1000),
    ]),
    spec(awsKey("instance-local-nvme"), hasNvme ? present(storage.TotalSizeInGB) : []),
    spec(awsKey("instance-ebs-bandwidth"), isEbsOptimised ? [ebs.EbsOptimizedInfo?.MaximumBandwidthInMbps ?? 0] : []),
  ];
}

function nameLabels(name: string): RequirementSpec[] {
  const shape = nameShape.exec(name);
  const parts = name.split(".");
  const [family, size] = parts.length === 2 ? parts : [];
  return [
    spec(awsKey("instance-category"), present(shape?.[1])),
    spec(awsKey("instance-generation"), present(shape?.[3])),
    spec(awsKey("instance-family"), present(family)),
    spec(awsKey("instance-size"), present(size)),
    spec(awsKey("instance-capability-flex"), [(parts[0] ?? "").includes("-flex")]),
  ];
}

// Only a single kind of GPU or accelerator gets labels; Neuron devices win over the older inference record.
function acceleratorLabels(info: Ec2TypeInfo): RequirementSpec[] {
  const gpus = info.GpuInfo?.Gpus ?? [];
  const gpu = gpus.length === 1 ? gpus[0] : undefined;
  const devices = info.NeuronInfo?.NeuronDevices ?? [];
  const others = info.NeuronInfo === undefined ? (info.InferenceAcceleratorInfo?.Accelerators ?? []) : [];
  const device = devices.length === 1 ? devices[0] : others.length === 1 ? others[0] : undefined;
  const maker = devices.length === 1 ? "aws" : others[0]?.Manufacturer;
  return [
    spec(awsKey("instance-gpu-name"), gpu === undefined ? [] : [kebab(gpu.Name)]),
    spec(awsKey("instance-gpu-manufacturer"), gpu === undefined ? [] : [kebab(gpu.Manufacturer)]),
    spec(awsKey("instance-gpu-count"), gpu === undefined ? [] : [gpu.Count ?? 0]),
    spec(awsKey("instance-gpu-memory"), gpu === undefined ? [] : [gpu.MemoryInfo?.SizeInMiB ?? 0]),
    spec(awsKey("instance-accelerator-name"), device === undefined ? [] : [kebab(device.Name)]),
    spec(awsKey("instance-accelerator-manufacturer"), device === undefined ? [] : [kebab(maker)]),
    spec(awsKey("instance-accelerator-count"), device === undefined ? [] : [device.Count ?? 0]),
  ];
}

function spec(key: string, values: readonly (string | number | boolean)[]): RequirementSpec {
  if (values.length === 0) return { key, operator: "DoesNotExist" };
  return { key, operator: "In", values: Array.from(new Set(values.map(String))) };
}

function present<T>(value: T | undefined): readonly T[] {
  return value === undefined ? [] : [value];
}

function kebab(text: string | undefined): string {
  return (text ?? "").replaceAll(" ", "-").toLowerCase();
}
