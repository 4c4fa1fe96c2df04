// Mirrors pkg/providers/instancetype/compatibility/compatibility.go of karpenter-provider-aws v1.14.1.
import type { ProviderBehaviour } from "../behaviour.ts";
import { familyNameOf } from "./families.ts";
import type { NetworkInterface, NodeClassSpec } from "./node-class.ts";
import type { PlacementGroup } from "./placement-group.ts";
import type { Ec2TypeInfo } from "./type-info.ts";

/** Why a NodeClass cannot use a type although EC2 sells it. */
export type Incompatibility =
  | "network-interfaces"
  | "image-family"
  | "nested-virtualization"
  | "enclaves"
  | "placement-group"
  | "connection-tracking";

/** The NodeClass a type is to be used with. */
export interface ClassNeeds {
  readonly behaviour: ProviderBehaviour;
  /** As far as the release knows it (`knownTo`). */
  readonly spec: NodeClassSpec;
  readonly placementGroup: PlacementGroup | undefined;
}

/**
 * The first rule of the provider that keeps the type away from the NodeClass, whose offerings are then unavailable; undefined when none
 * does (karpenter-provider-aws v1.15.2, `instancetype/compatibility`; before v1.11 every type went with every class).
 */
export function incompatibility(
  info: Ec2TypeInfo,
  { behaviour, spec, placementGroup: group }: ClassNeeds,
): Incompatibility | undefined {
  if (spec.networkInterfaces !== undefined && !hasInterfaces(info, spec.networkInterfaces)) return "network-interfaces";
  // AL2023 needs a newer Graviton than a1's.
  if (behaviour.filtersByFamily && familyNameOf(spec) === "AL2023" && info.InstanceType.startsWith("a1."))
    return "image-family";
  if (
    spec.cpuOptions?.nestedVirtualization === "enabled" &&
    info.ProcessorInfo.SupportedFeatures?.includes("nested-virtualization") !== true
  ) {
    return "nested-virtualization";
  }
  if (spec.enclaveOptions?.enabled === true && info.NitroEnclavesSupport !== "supported") return "enclaves";
  if (group !== undefined && info.PlacementGroupInfo?.SupportedStrategies?.includes(group.strategy) !== true) {
    return "placement-group";
  }
  return spec.connectionTracking !== undefined && info.Hypervisor !== "nitro" ? "connection-tracking" : undefined;
}

function hasInterfaces(info: Ec2TypeInfo, wanted: readonly NetworkInterface[]): boolean {
  const cards = info.NetworkInfo.NetworkCards ?? [];
  if (cards.length === 0 || info.NetworkInfo.EnaSupport === "unsupported") return false;
  for (const one of wanted) {
    const card = cards.find((candidate) => (candidate.NetworkCardIndex ?? 0) === one.networkCardIndex);
    if (cards.length <= one.networkCardIndex || card === undefined) return false;
    if ((card.MaximumNetworkInterfaces ?? 0) <= one.deviceIndex) return false;
  }
  const efas = wanted.filter((one) => one.interfaceType === "efa-only").length;
  return efas === 0 || efas <= (info.NetworkInfo.EfaInfo?.MaximumEfaInterfaces ?? 0);
}
