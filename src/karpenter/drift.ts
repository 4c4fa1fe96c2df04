import type { NodeClaim, NodePool } from "./api.ts";
import type { InstanceType } from "./instance-type.ts";
import { annotationKeys, type LabelFamily, labelKeys } from "./labels.ts";
import { requirementIn } from "./requirement.ts";
import { compatible, fromLabels, fromSpecs, type Requirements } from "./requirements.ts";

/** Why a node is no longer what its NodePool asks for; the provider's own reasons come after these. */
export type PoolDrift = "NodePoolDrifted" | "RequirementsDrifted" | "InstanceTypeNotFound";

/** A node is asked about its type only when it is this old: types come and go at the provider, not at the user's will. */
const typeCheckAgeMs = 3_600_000;

const reservationKeys = [
  "karpenter.k8s.aws/capacity-reservation-id",
  "karpenter.k8s.aws/capacity-reservation-type",
  "karpenter.k8s.aws/capacity-reservation-interruptible",
];

/** What the pool's drift checks read besides the claim. */
export interface DriftContext {
  readonly pool: NodePool;
  /** Every type that the provider lists for the pool, those that its requirements leave out too. */
  readonly types: readonly InstanceType[];
  readonly family: LabelFamily;
  readonly nowMs: number;
}

/** The checks that do not need the provider, in their order (`pkg/controllers/nodeclaim/disruption/drift.go`); undefined when all pass. */
export function poolDriftOf(claim: NodeClaim, context: DriftContext): PoolDrift | undefined {
  const { pool, family, nowMs } = context;
  if (isHashDrifted(claim, pool)) return "NodePoolDrifted";
  const labels = fromLabels(claim.metadata.labels, family);
  if (!compatible(labels, fromSpecs(pool.spec.template.spec.requirements ?? [], family))) return "RequirementsDrifted";
  const ageMs = nowMs - Date.parse(claim.metadata.creationTimestamp ?? "");
  return ageMs > typeCheckAgeMs && !isTypeListed(claim, labels, context) ? "InstanceTypeNotFound" : undefined;
}

/** Only hashes of the same version are compared. */
function isHashDrifted(claim: NodeClaim, pool: NodePool): boolean {
  const [own, wanted] = [claim.metadata.annotations ?? {}, pool.metadata.annotations ?? {}];
  const { nodePoolHash: hash, nodePoolHashVersion: version } = annotationKeys;
  if (own[hash] === undefined || own[version] === undefined) return false;
  return wanted[hash] !== undefined && own[version] === wanted[version] && own[hash] !== wanted[hash];
}

/** An offering for the node's labels is listed, to be had or not. A reserved node may have become on-demand meanwhile. */
function isTypeListed(claim: NodeClaim, labels: Requirements, { types, family }: DriftContext): boolean {
  const type = types.find(({ name }) => name === claim.metadata.labels?.[labelKeys.instanceType]);
  if (type === undefined) return false;
  const wanted = new Map(labels);
  if (claim.metadata.labels?.[labelKeys.capacityType] === "reserved") {
    wanted.set(labelKeys.capacityType, requirementIn(labelKeys.capacityType, ["reserved", "on-demand"]));
    for (const key of reservationKeys) wanted.delete(key);
  }
  return type.offerings.some((offering) =>
    compatible(wanted, fromSpecs(offering.requirements, family), family.wellKnown),
  );
}
