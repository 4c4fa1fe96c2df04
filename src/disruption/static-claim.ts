import type { NodePool } from "../karpenter/api.ts";
import type { LabelFamily } from "../karpenter/labels.ts";
import { serialise } from "../karpenter/requirements.ts";
import { templateLabels, templateRequirements } from "../karpenter/template-basis.ts";
import type { PlannedNodeClaim } from "../scheduling/types.ts";

/** The NodeClaim of a static pool: the plain template, without types, pods or requests (Karpenter's `NewNodeClaimTemplate`). */
export function staticClaim(pool: NodePool, family: LabelFamily): PlannedNodeClaim {
  return {
    nodePool: pool.metadata.name,
    pods: [],
    instanceTypes: [],
    requirements: serialise(templateRequirements(pool, family)),
    requests: {},
    labels: templateLabels(pool),
    annotations: { ...pool.spec.template.metadata?.annotations },
    minPriceUsdPerHour: undefined,
  };
}
