// Mirrors pkg/providers/instancetype/types.go of karpenter-provider-aws v1.14.1.
import type { ProviderBehaviour } from "../behaviour.ts";
import type { InstanceType } from "../instance-type.ts";
import { capacityOf, type Computed } from "./capacity.ts";
import { familyOf } from "./families.ts";
import { resolvedKubelet } from "./kubelet.ts";
import { type NodeClassSpec, type NodeClassStatus, zoneInfoOf } from "./node-class.ts";
import { overheadOf } from "./overhead.ts";
import type { ProviderSettings } from "./settings.ts";
import type { CatalogueType } from "./type-info.ts";
import { typeRequirements } from "./type-requirements.ts";

/** What the provider knows of one type besides the catalogue. */
export interface ResolveInput {
  readonly region: string;
  readonly zones: readonly string[];
  readonly behaviour: ProviderBehaviour;
  /** As far as the release knows it (`knownTo`). */
  readonly spec: NodeClassSpec;
  readonly status: NodeClassStatus;
  readonly settings: ProviderSettings;
}

/**
 * One EC2 type as Karpenter sees it under a NodeClass, without offerings (`NewInstanceType`, karpenter-provider-aws v1.14.1). A
 * NodeClass on which the real program crashes is refused with the reason.
 */
export function resolveType(type: CatalogueType, input: ResolveInput): Computed<Omit<InstanceType, "offerings">> {
  const family = familyOf(input.spec);
  const { behaviour, spec, settings } = input;
  const shape = { spec, kubelet: resolvedKubelet(spec, behaviour), family, settings };
  const capacity = capacityOf(type, shape);
  if (!capacity.ok) return capacity;
  const overhead = overheadOf(type.info, capacity.value["ephemeral-storage"] ?? "0", shape);
  if (!overhead.ok) return overhead;
  const requirements = typeRequirements(type, {
    region: input.region,
    zones: input.zones,
    zoneInfo: zoneInfoOf(input.status, behaviour),
    hasInterruptible: behaviour.hasInterruptibleReservations,
    family,
    reservations: (input.status.capacityReservations ?? []).filter((one) => one.instanceType === type.name),
  });
  return {
    ok: true,
    value: { name: type.name, requirements, capacity: capacity.value, overhead: overhead.value },
  };
}
