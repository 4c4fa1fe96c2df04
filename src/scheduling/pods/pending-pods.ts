// Mirrors pkg/controllers/provisioning/provisioner.go of karpenter v1.14.1.
import type { KarpenterBehaviour } from "../../karpenter/behaviour.ts";
import type { LabelFamily } from "../../karpenter/labels.ts";
import { labelKeys } from "../../karpenter/labels.ts";
import { isProvisionable } from "../../karpenter/pod-predicates.ts";
import { isBound } from "../../kube/pod.ts";
import { podRequirements } from "../../karpenter/pod-requirements.ts";
import { operatorOf } from "../../karpenter/requirement.ts";
import { requirementProblems } from "../../karpenter/requirement-validation.ts";
import type { NodeSelectorTerm, Pod } from "../../kube/objects.ts";
import { namespacedName } from "../namespaced-name.ts";
import type { PodKey } from "../types.ts";
import { type Storage, storageRefusal } from "../volumes.ts";

/** Pending pods: those the pass is for, and those that validation keeps out with the reason. */
export interface PendingPods {
  readonly pods: readonly Pod[];
  readonly ignored: ReadonlyMap<PodKey, string>;
}

/** What pods are validated against. */
export interface PendingContext {
  readonly storage: Storage;
  readonly family: LabelFamily;
  readonly behaviour: KarpenterBehaviour;
}

/** Pods that the scheduler gave up on, validated as Karpenter's provisioner does (`GetPendingPods`, `Validate`). */
export function pendingPods(pods: readonly Pod[], context: PendingContext): PendingPods {
  const accepted: Pod[] = [];
  const ignored = new Map<PodKey, string>();
  for (const pod of pods) {
    if (isBound(pod) || !isProvisionable(pod)) continue;
    const refusal = refusalOf(pod, context);
    if (refusal === undefined) accepted.push(pod);
    else ignored.set(namespacedName(pod), refusal);
  }
  return { pods: accepted, ignored };
}

function refusalOf(pod: Pod, { storage, family, behaviour }: PendingContext): string | undefined {
  const { nodeSelector, affinity } = pod.spec;
  // Most pods name no node at all, and then only their storage can be wrong.
  if (nodeSelector === undefined && affinity?.nodeAffinity === undefined)
    return storageRefusal(pod, storage, behaviour);
  const pool = podRequirements(pod.spec, family, false).get(labelKeys.nodePool);
  if (pool !== undefined && operatorOf(pool) === "DoesNotExist")
    return "configured to not run on a Karpenter provisioned node";
  const selected = Object.entries(nodeSelector ?? {}).map(([key, value]) => ({ key, operator: "In", values: [value] }));
  const terms = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const problems = [{ matchExpressions: selected }, ...terms].flatMap((term) => termProblems(term, family));
  return problems.length > 0 ? problems.join("; ") : storageRefusal(pod, storage, behaviour);
}

function termProblems(term: NodeSelectorTerm, family: LabelFamily): readonly string[] {
  const fields = term.matchFields === undefined ? [] : ["node selector term with matchFields is not supported"];
  return [...fields, ...(term.matchExpressions ?? []).flatMap((expression) => requirementProblems(expression, family))];
}
