// Mirrors backend/queue/scheduling_queue.go of kube-scheduler 1.35.
import type { Framework } from "../framework.ts";
import type { PodInfo } from "../pods/registry.ts";
import type { ClusterEvent } from "../queue/events.ts";
import type { PluginName } from "../refusal.ts";
import { companyHints } from "./company-hints.ts";
import { fitHints } from "./fit-hints.ts";
import { affinityHints, cordonHints, nameHints, portHints, taintHints } from "./node-hints.ts";
import { always, isSamePod, onNode, onPod, type Registration } from "./registration.ts";
import { spreadHints } from "./spread-hints.ts";
import { bindingHints, limitHints, restrictionHints, zoneHints } from "./volume-hints.ts";

const gateHints: readonly Registration[] = [
  onPod(["UpdatePodSchedulingGatesEliminated"], ({ after }, { pod }) => after !== undefined && isSamePod(after, pod)),
];

// The plugins that made room necessary say when it is there; this one only wants to be asked again (default_preemption.go).
const preemptionHints: readonly Registration[] = [onPod(["Delete"], () => false)];

const registered: { readonly [P in PluginName]?: readonly Registration[] } = {
  SchedulingGates: gateHints,
  NodeUnschedulable: cordonHints,
  NodeName: nameHints,
  TaintToleration: taintHints,
  NodeAffinity: affinityHints,
  NodePorts: portHints,
  NodeResourcesFit: fitHints,
  VolumeRestrictions: restrictionHints,
  NodeVolumeLimits: limitHints,
  VolumeBinding: bindingHints,
  VolumeZone: zoneHints,
  PodTopologySpread: spreadHints,
  InterPodAffinity: companyHints,
  DefaultPreemption: preemptionHints,
};

const afterAnyTaint = onNode(["UpdateNodeTaint"], always);

// Whoever hears of new nodes and not of taints hears of every change of taints, for fear that the new node was missed while it had its
// first taints (scheduler.go, `buildQueueingHintMap`).
function withTaints(own: readonly Registration[]): readonly Registration[] {
  const ofNodes = own.filter(({ resource }) => resource === "Node").flatMap(({ actions }) => actions);
  return ofNodes.includes("Add") && !ofNodes.includes("UpdateNodeTaint") ? [...own, afterAnyTaint] : own;
}

const all = new Map(
  Object.entries(registered).map(([plugin, own]): [string, readonly Registration[]] => [plugin, withTaints(own)]),
);
const heard = new Set([...all.values()].flatMap((own) => own.flatMap(keysOf)));

/** Whether any plugin has registered for such events. */
export function isHeard(event: ClusterEvent): boolean {
  return event.resource === "*" || heard.has(`${event.resource}|${event.action}`);
}

/** Whether a plugin has registered for such events, whatever it would say to this one. */
export function isRegistered(plugin: PluginName, event: ClusterEvent): boolean {
  return all.get(plugin)?.some((one) => isMeant(one, event)) === true;
}

/** Whether an event may help a pod that a plugin refused. */
export function mayHelp(plugin: PluginName, info: PodInfo, event: ClusterEvent, framework: Framework): boolean {
  return all.get(plugin)?.some((one) => isMeant(one, event) && one.mayHelp(framework, info, event)) === true;
}

function isMeant({ resource, actions }: Registration, event: ClusterEvent): boolean {
  return resource === event.resource && actions.includes(event.action);
}

function keysOf({ resource, actions }: Registration): readonly string[] {
  return actions.map((action) => `${resource}|${action}`);
}
