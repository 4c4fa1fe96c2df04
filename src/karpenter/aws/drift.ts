// Mirrors pkg/cloudprovider/drift.go of karpenter-provider-aws v1.14.1.
import type { ProviderBehaviour } from "../behaviour.ts";
import type { InstanceType } from "../instance-type.ts";
import { awsLabels, labelKeys } from "../labels.ts";
import { fromSpecs } from "../requirements.ts";
import { compatible, type Requirements } from "../requirements.ts";
import type { Labels } from "../../kube/objects.ts";
import type { Computed } from "./capacity.ts";
import type { ImageStatus, NodeClassStatus } from "./node-class.ts";

/** A running machine and the NodeClaim it belongs to. */
export interface DriftNode {
  readonly instanceType: string;
  readonly imageId: string;
  /** Undefined: the machine is gone. */
  readonly machine: DriftMachine | undefined;
  readonly annotations: Labels;
  readonly labels: Labels;
}

/** What of the machine itself drift looks at. */
export interface DriftMachine {
  readonly securityGroupIds: readonly string[];
  readonly subnetId: string;
  /** Only of a machine that Karpenter launched into a reservation. */
  readonly reservationId?: string;
}

/** The NodeClass as it is now. */
export interface DriftClass {
  readonly behaviour: ProviderBehaviour;
  readonly annotations: Labels;
  readonly status: NodeClassStatus;
  readonly placementGroupId: string | undefined;
  readonly instanceTypes: Computed<readonly InstanceType[]>;
}

/** Why a node is no longer what its NodeClass asks for; empty when it is. An error is no drift: the real program tries again. */
export type Drift = { readonly reason: string } | { readonly error: string };

const hashKey = "karpenter.k8s.aws/ec2nodeclass-hash";
/** Annotation with the version of an EC2NodeClass's hash, on the class and on NodeClaims. */
export const nodeClassHashVersionKey = "karpenter.k8s.aws/ec2nodeclass-hash-version";

/** The provider's drift checks in their order (karpenter-provider-aws, `pkg/cloudprovider/drift.go`). */
export function driftOf(node: DriftNode, nodeClass: DriftClass): Drift {
  if (isHashDrifted(node.annotations, nodeClass.annotations)) return { reason: "NodeClassDrift" };
  const image = imageDrift(node, nodeClass);
  if (image !== undefined) return image;
  const { machine } = node;
  if (machine === undefined) {
    return { error: "getting instance, getting instances from output, nodeclaim not found, instance not found" };
  }
  const { status } = nodeClass;
  const groups = new Set((status.securityGroups ?? []).map((group) => group.id));
  if (groups.size === 0) {
    return { error: "calculating securitygroup drift, no security groups are present in the status" };
  }
  const own = new Set(machine.securityGroupIds);
  if (own.size !== groups.size || Array.from(own).some((id) => !groups.has(id)))
    return { reason: "SecurityGroupDrift" };
  const subnets = status.subnets ?? [];
  if (subnets.length === 0) return { error: "calculating subnet drift, no subnets are discovered" };
  if (!subnets.some((subnet) => subnet.id === machine.subnetId)) return { reason: "SubnetDrift" };
  const reservations = (status.capacityReservations ?? []).map((one) => one.id);
  if (machine.reservationId !== undefined && !reservations.includes(machine.reservationId)) {
    return { reason: "CapacityReservationDrift" };
  }
  if (!nodeClass.behaviour.nodeClassFields.includes("placementGroupSelector")) return { reason: "" };
  const group = node.labels["karpenter.k8s.aws/placement-group-id"] ?? "";
  return { reason: group === (nodeClass.placementGroupId ?? "") ? "" : "PlacementGroupDrift" };
}

/** Only hashes of the same version are compared. */
function isHashDrifted(claim: Labels, nodeClass: Labels): boolean {
  const values = [
    claim[hashKey],
    claim[nodeClassHashVersionKey],
    nodeClass[hashKey],
    nodeClass[nodeClassHashVersionKey],
  ];
  if (values.includes(undefined)) return false;
  return claim[nodeClassHashVersionKey] === nodeClass[nodeClassHashVersionKey] && claim[hashKey] !== nodeClass[hashKey];
}

function imageDrift(node: DriftNode, nodeClass: DriftClass): Drift | undefined {
  const failed = (text: string): Drift => ({ error: `calculating ami drift, ${text}` });
  if (!nodeClass.instanceTypes.ok) return failed(`getting instanceTypes, ${nodeClass.instanceTypes.reason}`);
  const type = nodeClass.instanceTypes.value.find((one) => one.name === node.labels[labelKeys.instanceType]);
  if (type === undefined) {
    return failed(`finding node instance type (instance-type=${node.labels[labelKeys.instanceType] ?? ""})`);
  }
  const images = nodeClass.status.amis ?? [];
  if (images.length === 0) return failed("no amis exist given constraints");
  if (node.imageId === "") return failed("no ami ID found in nodeClaim status");
  const mapped = imageFor(fromSpecs(type.requirements, awsLabels), images);
  return mapped?.id === node.imageId ? undefined : { reason: "AMIDrift" };
}

/**
 * The first image in status order that a type can boot. Labels that the type lacks do not count as known here. Undefined when it can
 * boot none.
 */
export function imageFor(type: Requirements, images: readonly ImageStatus[]): ImageStatus | undefined {
  return images.find((image) => compatible(type, fromSpecs(image.requirements ?? [], awsLabels)));
}
