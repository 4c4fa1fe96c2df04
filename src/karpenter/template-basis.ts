// Mirrors pkg/controllers/provisioning/scheduling/nodeclaimtemplate.go of karpenter v1.14.1.
import type { Labels } from "../kube/objects.ts";
import type { NodePool } from "./api.ts";
import { type LabelFamily, labelKeys } from "./labels.ts";
import type { Requirement } from "./requirement.ts";
import { fromLabels, fromSpecs, together } from "./requirements.ts";

/** Labels that every new node of a pool has, whatever its type: the template's, the pool and the node class (`NewNodeClaimTemplate`). */
export function templateLabels(pool: NodePool): Labels {
  const { metadata, spec } = pool.spec.template;
  const { group, kind, name } = spec.nodeClassRef;
  return { ...metadata?.labels, [labelKeys.nodePool]: pool.metadata.name, [`${group}/${kind.toLowerCase()}`]: name };
}

/** Requirements that every new node of a pool meets: its template's and its labels. A map of its own each time. */
export function templateRequirements(pool: NodePool, family: LabelFamily): Map<string, Requirement> {
  return together(
    fromSpecs(pool.spec.template.spec.requirements ?? [], family),
    fromLabels(templateLabels(pool), family),
  );
}
