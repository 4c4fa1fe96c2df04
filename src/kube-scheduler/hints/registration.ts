// Our own: the real program has no such file.
import type { Pod } from "../../kube/objects.ts";
import { nameOf } from "../../kube/pod.ts";
import type { FactKind } from "../cluster/facts.ts";
import type { Framework } from "../framework.ts";
import type { PodInfo } from "../pods/registry.ts";
import type { Action, ClusterEvent, FactEvent, NodeEvent, PodEvent } from "../queue/events.ts";

/**
 * A kind of event that brings back pods which a plugin refused (`fwk.ClusterEventWithHint`), and whether this one may help this pod (its
 * queueing hint).
 */
export interface Registration {
  readonly resource: ClusterEvent["resource"];
  readonly actions: readonly Action[];
  readonly mayHelp: (framework: Framework, info: PodInfo, event: ClusterEvent) => boolean;
}

/** Whether an event on some kind of object may help a pod. */
export type Hint<E> = (event: E, info: PodInfo, framework: Framework) => boolean;

/** Every such event brings the pod back. */
export const always = (): boolean => true;

/** Events on pods. */
export function onPod(actions: readonly Action[], hint: Hint<PodEvent>): Registration {
  return {
    resource: "Pod",
    actions,
    mayHelp: (framework, info, event) => event.resource === "Pod" && hint(event, info, framework),
  };
}

/** Events on nodes. */
export function onNode(actions: readonly Action[], hint: Hint<NodeEvent>): Registration {
  return {
    resource: "Node",
    actions,
    mayHelp: (framework, info, event) => event.resource === "Node" && hint(event, info, framework),
  };
}

/** Events on something that is looked up. */
export function onFact<K extends FactKind>(
  kind: K,
  actions: readonly Action[],
  hint: Hint<FactEvent<K>>,
): Registration {
  const isOfKind = (event: ClusterEvent): event is FactEvent<K> => event.resource === kind;
  return {
    resource: kind,
    actions,
    mayHelp: (framework, info, event) => isOfKind(event) && hint(event, info, framework),
  };
}

/** Whether two objects are one pod: by uid, and by name where an object has none. */
export function isSamePod(a: Pod, b: Pod): boolean {
  const [mine, theirs] = [a.metadata.uid, b.metadata.uid];
  return mine === undefined || theirs === undefined ? nameOf(a) === nameOf(b) : mine === theirs;
}

/** On a node, or nominated to one: what becomes of the pod may matter to others. */
export function isPlaced({ spec, status }: Pod): boolean {
  return (spec.nodeName ?? "") !== "" || (status?.nominatedNodeName ?? "") !== "";
}
