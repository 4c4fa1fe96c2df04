import type { NodePool } from "../karpenter/api.ts";
import { type LabelFamily, labelKeys } from "../karpenter/labels.ts";
import { fromLabels, fromSpecs, serialise, together } from "../karpenter/requirements.ts";
import type { PlannedNodeClaim } from "../scheduling/types.ts";

/** The NodeClaim of a static pool: the plain template, without types, pods or requests (Karpenter's `NewNodeClaimTemplate`). */
export function staticClaim(pool: NodePool, family: LabelFamily): PlannedNodeClaim {
  const { metadata, spec } = pool.spec.template;
  const { group, kind, name } = spec.nodeClassRef;
  const labels = {
    ...metadata?.labels,
    [labelKeys.nodePool]: pool.metadata.name,
    [`${group}/${kind.toLowerCase()}`]: name,
  };
  return {
    nodePool: pool.metadata.name,
    pods: [],
    instanceTypes: [],
    requirements: serialise(together(fromSpecs(spec.requirements ?? [], family), fromLabels(labels, family))),
    requests: {},
    labels,
    annotations: { ...metadata?.annotations },
    minPriceUsdPerHour: undefined,
  };
}
