/** Plugins of the default profile, as configuration and messages spell them. */
export type PluginName =
  | "SchedulingGates"
  | "PrioritySort"
  | "NodeUnschedulable"
  | "NodeName"
  | "TaintToleration"
  | "NodeAffinity"
  | "NodePorts"
  | "NodeResourcesFit"
  | "VolumeRestrictions"
  | "NodeVolumeLimits"
  | "VolumeBinding"
  | "VolumeZone"
  | "PodTopologySpread"
  | "InterPodAffinity"
  | "DynamicResources"
  | "DefaultPreemption"
  | "NodeResourcesBalancedAllocation"
  | "ImageLocality"
  | "DefaultBinder";

/** Why a plugin refuses a node (a framework `Status` that is rejected). */
export interface PluginRefusal {
  readonly plugin: PluginName;
  /** As they stand in the FailedScheduling event; each counts once for the node. */
  readonly reasons: readonly string[];
  /** UnschedulableAndUnresolvable: taking pods away from the node would not help, so preemption does not look there. */
  readonly isFinal: boolean;
}

/** A refusal that every node of its kind shares. */
export function refusal(plugin: PluginName, reason: string, isFinal: boolean): PluginRefusal {
  return { plugin, reasons: [reason], isFinal };
}

/** The scheduler could not decide (a framework `Error`): the pod is tried again after its back-off. */
export interface SchedulingError {
  readonly plugin: PluginName;
  readonly message: string;
}
