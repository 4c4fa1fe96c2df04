/**
 * One record of EC2's DescribeInstanceTypes, in AWS's own names, as far as Karpenter's AWS provider reads it.
 */
export interface Ec2TypeInfo {
  readonly InstanceType: string;
  readonly BareMetal?: boolean;
  readonly Hypervisor?: string;
  readonly SupportedUsageClasses?: readonly string[];
  readonly SupportedVirtualizationTypes?: readonly string[];
  readonly EbsInfo?: {
    readonly EbsOptimizedSupport?: string;
    readonly EbsOptimizedInfo?: { readonly MaximumBandwidthInMbps?: number };
  };
  readonly GpuInfo?: { readonly Gpus?: readonly Ec2Gpu[] };
  readonly InferenceAcceleratorInfo?: {
    readonly Accelerators?: readonly {
      readonly Name?: string;
      readonly Manufacturer?: string;
      readonly Count?: number;
    }[];
  };
  readonly NeuronInfo?: {
    readonly NeuronDevices?: readonly {
      readonly Name?: string;
      readonly Count?: number;
      readonly CoreInfo?: { readonly Count?: number };
    }[];
  };
  readonly InstanceStorageInfo?: { readonly NvmeSupport?: string; readonly TotalSizeInGB?: number };
  readonly MemoryInfo: { readonly SizeInMiB: number };
  readonly NetworkInfo: {
    readonly DefaultNetworkCardIndex?: number;
    readonly EfaInfo?: { readonly MaximumEfaInterfaces?: number };
    readonly EnaSupport?: string;
    readonly EncryptionInTransitSupported?: boolean;
    readonly Ipv4AddressesPerInterface?: number;
    readonly NetworkCards?: readonly {
      readonly NetworkCardIndex?: number;
      readonly MaximumNetworkInterfaces?: number;
    }[];
  };
  readonly NitroEnclavesSupport?: string;
  readonly PlacementGroupInfo?: { readonly SupportedStrategies?: readonly string[] };
  readonly ProcessorInfo: {
    readonly Manufacturer?: string;
    readonly SupportedArchitectures: readonly string[];
    readonly SupportedFeatures?: readonly string[];
    readonly SustainedClockSpeedInGhz?: number;
  };
  readonly VCpuInfo: { readonly DefaultVCpus: number };
}

/** GPUs of one kind in one machine. */
export interface Ec2Gpu {
  readonly Name?: string;
  readonly Manufacturer?: string;
  readonly Count?: number;
  readonly MemoryInfo?: { readonly SizeInMiB?: number };
}

/** What the provider's static VPC table says of a type. */
export interface VpcLimits {
  readonly ipv4PerInterface: number;
  readonly trunking: boolean;
  readonly branchInterfaces: number;
}

/** An instance type with everything that is known of it offline. */
export interface CatalogueType {
  readonly name: string;
  readonly info: Ec2TypeInfo;
  readonly limits?: VpcLimits;
  /** From the provider's static table; absent where it has only a vague rating. */
  readonly networkMbps?: number;
}

/**
 * All instance types, in the order of their names, and where they are sold.
 *
 * Zone offerings are known for few regions only; elsewhere `zonesOf` is undefined and callers assume that every zone sells every type,
 * and say so.
 */
export interface Catalogue {
  readonly date: string;
  readonly source: string;
  readonly types: ReadonlyMap<string, CatalogueType>;
  /** Region to type to the zones that sell it; a type missing there is not sold in the region. */
  readonly zones: ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>;
}

/** Whether the provider asks EC2 for the type at all: hvm, x86_64 or arm64. */
export function isEligible(info: Ec2TypeInfo): boolean {
  const architectures = info.ProcessorInfo.SupportedArchitectures;
  return (
    (info.SupportedVirtualizationTypes ?? ["hvm"]).includes("hvm") &&
    (architectures.includes("x86_64") || architectures.includes("arm64"))
  );
}
