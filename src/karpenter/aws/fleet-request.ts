// Mirrors pkg/providers/instance/instance.go of karpenter-provider-aws v1.14.1.
import type { JsonObject } from "../../kube/objects.ts";
import type { LaterReason, ProviderBehaviour } from "../behaviour.ts";
import type { FleetOffer } from "./launch-choice.ts";

/** One line of a CreateFleet request. */
export interface FleetOverride extends FleetOffer {
  readonly subnet: string;
  readonly image: string;
}

/** A launch template of the request with its overrides. */
export interface FleetTemplate {
  readonly name: string;
  readonly image: string;
  readonly overrides: readonly FleetOverride[];
}

/** What Karpenter asks EC2 for, one instance. */
export interface FleetRequest {
  readonly templates: readonly FleetTemplate[];
  readonly targetCapacityType: string;
  readonly options: FleetOptions;
  readonly context: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

/** How EC2 is to choose among the overrides. */
export interface FleetOptions {
  readonly spot?: JsonObject;
  readonly onDemand?: JsonObject;
  readonly reserved?: JsonObject;
}

/** The kind of a launch. */
export interface FleetKind {
  readonly capacityType: string;
  readonly reservationType: string;
  readonly isInterruptible: boolean;
  /** Prices of a NodeOverlay decide: EC2 is told to follow our order. */
  readonly hasPriceOverlay: boolean;
}

/** `DefaultTargetCapacityType` of the request. */
export function targetCapacityType(kind: FleetKind): string {
  if (kind.capacityType !== "reserved") return kind.capacityType;
  if (kind.reservationType === "capacity-block") return "capacity-block";
  return kind.isInterruptible ? "reserved-capacity" : "on-demand";
}

/** The allocation strategy, under the option that fits the kind. */
export function fleetOptions(kind: FleetKind): FleetOptions {
  if (kind.capacityType === "spot") {
    const strategy = kind.hasPriceOverlay ? "capacity-optimized-prioritized" : "price-capacity-optimized";
    return { spot: { AllocationStrategy: strategy } };
  }
  if (kind.isInterruptible) return { reserved: { ReservationTypes: ["interruptible-capacity-reservation"] } };
  if (kind.reservationType === "capacity-block") return {};
  return { onDemand: { AllocationStrategy: kind.hasPriceOverlay ? "prioritized" : "lowest-price" } };
}

/** What EC2 answered. */
export interface FleetAnswer {
  /** The override that was launched, and the instance's id. */
  readonly launched?: { readonly override: FleetOverride; readonly instanceId: string };
  readonly errors: readonly FleetError[];
}

/** A refusal of one override. */
export interface FleetError {
  readonly override: FleetOverride;
  readonly code: string;
  readonly message: string;
}

const shortages = new Set([
  "InsufficientInstanceCapacity",
  "MaxSpotInstanceCountExceeded",
  "VcpuLimitExceeded",
  "UnfulfillableCapacity",
  "Unsupported",
  "InsufficientFreeAddressesInSubnet",
  "MaxFleetCountExceeded",
  "ReservationCapacityExceeded",
]);

/** Capacity that may be there again in a while. */
export function isShortage(error: FleetError, { shortageCodes }: Pick<ProviderBehaviour, "shortageCodes">): boolean {
  return shortages.has(error.code) || shortageCodes.includes(error.code);
}

/** The group holds as many machines as it may in the zone, whatever the type (`errors/errors.go`, IsSpreadPlacementGroupLimitError). */
export function isSpreadLimit(error: FleetError): boolean {
  return error.message.includes("limit of instances in this spread placement group");
}

/** The account may not make the role that spot needs. */
export function lacksSpotRole(error: FleetError): boolean {
  return error.code === "AuthFailure.ServiceLinkedRoleCreationNotPermitted";
}

const laterReasons: readonly LaterReason[] = [
  "FreeTierIneligible",
  "SecurityGroupSubnetVPCMismatch",
  "UserDataSizeLimitExceeded",
];

/** The words in EC2's errors by which Karpenter names a failed launch, in the order they are looked for; `and` must be there too. */
const reasons: readonly (readonly [needles: readonly string[], reason: string, and?: string])[] = [
  [["AuthFailure.ServiceLinkedRoleCreationNotPermitted"], "SpotSLRCreationFailed"],
  [["Not authorized for images"], "AMIAuthorizationFailure"],
  [["UnauthorizedOperation", "AccessDenied", "AuthFailure"], "Unauthorized"],
  [["InvalidParameter"], "SecurityGroupSubnetVPCMismatch", "belong to different networks"],
  [["iamInstanceProfile.name is invalid"], "InstanceProfileNameInvalid"],
  [["InvalidLaunchTemplateId.NotFound"], "LaunchTemplateNotFound"],
  [["User data is limited to"], "UserDataSizeLimitExceeded"],
  [["InvalidAMIID.Malformed"], "InvalidAMIID"],
  [["InvalidAMIID.NotFound"], "AMINotFound"],
  [["RequestLimitExceeded"], "RequestLimitExceeded"],
  [["InternalError"], "InternalError"],
  [["not eligible for Free Tier"], "FreeTierIneligible"],
  [["MaxFleetCountExceeded"], "FleetQuotaExceeded"],
  [["PendingVerification"], "AccountPendingVerification"],
  [["MaxSpotInstanceCountExceeded"], "SpotQuotaExceeded"],
  [["VcpuLimitExceeded"], "VCPULimitExceeded"],
  [["InsufficientFreeAddressesInSubnet"], "InsufficientFreeAddressesInSubnet"],
];

/**
 * The condition reason that Karpenter gives a failed launch; `LaunchFailed` where it has no word for it (`errors/errors.go`,
 * ToReasonMessage).
 */
export function launchFailureReason(text: string, { launchReasons }: Pick<ProviderBehaviour, "launchReasons">): string {
  const unknown: readonly string[] = laterReasons.filter((reason) => !launchReasons.includes(reason));
  const found = reasons.find(
    ([needles, reason, and = ""]) =>
      !unknown.includes(reason) && text.includes(and) && needles.some((needle) => text.includes(needle)),
  );
  return found?.[1] ?? "LaunchFailed";
}
