// Mirrors pkg/cloudprovider/cloudprovider.go of karpenter-provider-aws v1.14.1.
import { nodeClassHashVersionKey } from "./drift.ts";
import { formatDecimal } from "../../kube/quantity.ts";
import type { Labels } from "../../kube/objects.ts";
import type { ResourceList } from "../../kube/resource-list.ts";
import type { ProviderBehaviour } from "../behaviour.ts";
import { labelKeys } from "../labels.ts";
import type { LaunchClaim, LaunchContext, LaunchOutcome } from "./launch.ts";
import { groupOf } from "./launch.ts";
import { reservationOf } from "./launch-learn.ts";
import type { LaunchType } from "./launch-type.ts";
import { knownTo, specOf, nodeClassStatus } from "./node-class.ts";
import { nodeClassHash } from "./node-class-hash.ts";
import { awsKey, zoneIdKey } from "./type-requirements.ts";

/** The NodeClaim's status and metadata as the provider answers them after a launch. */
export interface LaunchedClaim {
  readonly providerId: string;
  readonly imageId: string;
  readonly labels: Labels;
  readonly annotations: Labels;
  /** Decimal texts in base units, zero amounts left out. */
  readonly capacity: Labels;
  readonly allocatable: Labels;
}

const reservationLabels = ["id", "type", "interruptible"].map((name) => awsKey(`capacity-reservation-${name}`));
const efa = "vpc.amazonaws.com/efa";

/** Undefined when nothing was launched. */
export function launchedClaim(
  outcome: LaunchOutcome,
  claim: LaunchClaim,
  context: LaunchContext,
): LaunchedClaim | undefined {
  const { answer, choice } = outcome;
  const launched = answer?.launched;
  const type = choice?.types.find((one) => one.name === launched?.override.type);
  if (launched === undefined || choice === undefined || type === undefined) return undefined;
  const { world, cluster } = context;
  const { behaviour } = world;
  const spec = knownTo(behaviour, specOf(world.nodeClass));
  const { zone } = launched.override;
  const hasEfa = claim.requests.has(efa) || spec.networkInterfaces !== undefined;
  return {
    providerId: `aws:///${zone}/${launched.instanceId}`,
    imageId: launched.override.image,
    labels: {
      ...typeLabels(type),
      [labelKeys.zone]: zone,
      ...zoneIdLabel(context, zone),
      [labelKeys.capacityType]: choice.capacityType,
      [awsKey("instance-tenancy")]: choice.tenancy,
      ...(choice.capacityType === "reserved"
        ? reservedLabels(type, reservationOf(choice, launched.override), behaviour)
        : {}),
      ...groupLabels(claim, context),
      [labelKeys.nodePool]: claim.labels[labelKeys.nodePool] ?? "",
    },
    annotations: {
      "karpenter.k8s.aws/ec2nodeclass-hash": nodeClassHash(spec, cluster.caBundle, behaviour),
      [nodeClassHashVersionKey]: behaviour.nodeClassHash,
      "karpenter.k8s.aws/instance-profile-name": nodeClassStatus(world.nodeClass).instanceProfile ?? "",
    },
    capacity: nonZero(type.capacity, hasEfa),
    allocatable: nonZero(type.allocatable, hasEfa),
  };
}

// Only what the type leaves no choice about; reservations come from the offering.
function typeLabels(type: LaunchType): Labels {
  const labels: Record<string, string> = {};
  for (const requirement of type.requirements.values()) {
    const [only] = requirement.values;
    if (requirement.complement || requirement.values.size !== 1 || only === undefined) continue;
    if (!reservationLabels.includes(requirement.key)) labels[requirement.key] = only;
  }
  return labels;
}

function zoneIdLabel({ world }: LaunchContext, zone: string): Labels {
  const id = nodeClassStatus(world.nodeClass).subnets?.find((subnet) => subnet.zone === zone)?.zoneID ?? "";
  return id === "" ? {} : { [zoneIdKey]: id };
}

function reservedLabels(type: LaunchType, id: string | undefined, behaviour: ProviderBehaviour): Labels {
  const offering = type.offerings.find((one) => one.reservationId === id);
  return {
    [awsKey("capacity-reservation-id")]: id ?? "",
    [awsKey("capacity-reservation-type")]: offering?.reservationType ?? "",
    ...(behaviour.hasInterruptibleReservations
      ? { [awsKey("capacity-reservation-interruptible")]: String(offering?.isInterruptible === true) }
      : {}),
  };
}

// Of several partitions the real program draws one; the least here. Empty: to be filled in when the node registers.
function groupLabels(claim: LaunchClaim, { world }: LaunchContext): Labels {
  const group = groupOf(world);
  if (group === undefined) return {};
  const key = awsKey("placement-group-partition");
  const named = claim.requirements.find((one) => one.key === key)?.values ?? [];
  const partition = group.strategy === "partition" ? { [key]: [...named].sort()[0] ?? "" } : {};
  return { [awsKey("placement-group-id")]: group.id, ...partition };
}

function nonZero(list: ResourceList, hasEfa: boolean): Labels {
  const kept = Array.from(list).filter(([name, amount]) => amount !== 0n && (name !== efa || hasEfa));
  return Object.fromEntries(kept.map(([name, amount]) => [name, formatDecimal(amount)]));
}
