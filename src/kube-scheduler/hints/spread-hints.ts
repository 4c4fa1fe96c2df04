import type { Labels } from "../../kube/objects.ts";
import type { Framework } from "../framework.ts";
import { type SpreadConstraint, spreadConstraintsOf } from "../plugins/spread-constraints.ts";
import type { Shape } from "../pods/shape.ts";
import { areSameTaints, type NodeEvent, type PodEvent } from "../queue/events.ts";
import { type Hint, isPlaced, isSamePod, onNode, onPod, type Registration } from "./registration.ts";

// A pod of the namespace that a selector selects came or went, or was relabelled across it.
const afterPod: Hint<PodEvent> = ({ before, after }, { pod, shape }, framework) => {
  const seesNominated = framework.behaviour.hintsSeeForeignAntiAffinity;
  for (const other of [before, after]) {
    if (other === undefined || isSamePod(other, pod)) continue;
    const isThere = seesNominated ? isPlaced(other) : (other.spec.nodeName ?? "") !== "";
    if (!isThere || (other.metadata.namespace ?? "") !== shape.namespace) return false;
  }
  const constraints = hardConstraints(shape, framework);
  const [had, has] = [before?.metadata.labels ?? {}, after?.metadata.labels ?? {}];
  if (before === undefined || after === undefined) {
    const labels = before === undefined ? has : had;
    return constraints.some(({ selector }) => selector.matches(labels));
  }
  const tolerates = JSON.stringify(before.spec.tolerations ?? []) !== JSON.stringify(after.spec.tolerations ?? []);
  if (isSamePod(after, pod) && tolerates && constraints.some(({ honorsTaints }) => honorsTaints)) return true;
  return constraints.some(({ selector }) => selector.matches(had) !== selector.matches(has));
};

// A node with all keys came or went, or its keys or taints changed.
const afterNode: Hint<NodeEvent> = ({ before, after }, { shape }, framework) => {
  const keys = hardConstraints(shape, framework).map(({ topologyKey }) => topologyKey);
  const hasKeys = (labels: Labels = {}): boolean => keys.every((key) => labels[key] !== undefined);
  const [had, has] = [before?.metadata.labels, after?.metadata.labels];
  if (before === undefined || after === undefined) return hasKeys(before === undefined ? has : had);
  if (hasKeys(had) !== hasKeys(has)) return true;
  return hasKeys(has) && (keys.some((key) => (had ?? {})[key] !== (has ?? {})[key]) || !areSameTaints(before, after));
};

/** What PodTopologySpread waits for (podtopologyspread/plugin.go). */
export const spreadHints: readonly Registration[] = [
  onPod(["Add", "UpdatePodLabel", "UpdatePodToleration", "Delete"], afterPod),
  onNode(["Add", "Delete", "UpdateNodeLabel", "UpdateNodeTaint"], afterNode),
];

function hardConstraints(shape: Shape, { profile, cluster }: Framework): readonly SpreadConstraint[] {
  return spreadConstraintsOf(shape, "DoNotSchedule", profile, cluster.facts);
}
