import type { Labels, Node } from "../../kube/objects.ts";
import type { PodInfo } from "../pods/registry.ts";
import { type Term, termSelects } from "../pods/terms.ts";
import type { NodeEvent, PodEvent } from "../queue/events.ts";
import { type Hint, isPlaced, isSamePod, onNode, onPod, type Registration } from "./registration.ts";

// A pod that all of one's affinity terms select has come, or one that all anti-affinity terms select has gone; selectors of namespaces are
// asked without labels. Up to 1.35 nobody hears of a pod that goes whose own anti-affinity was in the way.
const afterPod: Hint<PodEvent> = ({ before, after }, info, { cluster: { registry }, behaviour }) => {
  const seesMore = behaviour.hintsSeeForeignAntiAffinity;
  if (seesMore && before !== undefined && after !== undefined && isSamePod(after, info.pod)) return true;
  for (const pod of [before, after])
    if (pod !== undefined && !(seesMore ? isPlaced(pod) : (pod.spec.nodeName ?? "") !== "")) return false;
  const [had, has] = [before, after].map((pod) => (pod === undefined ? undefined : registry.infoOf(pod)));
  const { affinity, antiAffinity } = info.shape;
  if (has !== undefined && had !== undefined)
    return (
      (!allSelect(affinity, had) && allSelect(affinity, has)) ||
      (allSelect(antiAffinity, had) && !allSelect(antiAffinity, has))
    );
  if (has !== undefined) return allSelect(affinity, has);
  if (had === undefined) return false;
  return allSelect(antiAffinity, had) || (seesMore && allSelect(had.shape.antiAffinity, info));
};

// A node with a key of the affinity terms, or any if the pod has anti-affinity; or one that moved between domains.
const afterNode: Hint<NodeEvent> = ({ before, after }, { shape: { affinity, antiAffinity } }) => {
  const labelsOf = (node: Node | undefined): Labels => node?.metadata.labels ?? {};
  const [had, has] = [labelsOf(before), labelsOf(after)];
  for (const { topologyKey } of affinity)
    if (has[topologyKey] !== undefined && (before === undefined || had[topologyKey] !== has[topologyKey])) return true;
  for (const { topologyKey } of antiAffinity)
    if (before === undefined || (had[topologyKey] !== undefined && had[topologyKey] !== has[topologyKey])) return true;
  return false;
};

/** What InterPodAffinity waits for (interpodaffinity/plugin.go). */
export const companyHints: readonly Registration[] = [
  onPod(["Add", "UpdatePodLabel", "Delete"], afterPod),
  onNode(["Add", "UpdateNodeLabel"], afterNode),
];

function allSelect(terms: readonly Term[], { shape: { namespace, labels } }: PodInfo): boolean {
  return terms.length > 0 && terms.every((term) => termSelects(term, namespace, labels));
}
