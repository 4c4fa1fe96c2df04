// Mirrors apis/config/v1/default_plugins.go of kube-scheduler 1.35.
import type { NodeAffinity, TopologySpreadConstraint } from "../kube/objects.ts";
import type { PluginName } from "./refusal.ts";
import { type Behaviour, defaultSchedulerRelease } from "./releases.ts";

/** A resource with its say in a score. */
export interface ResourceWeight {
  readonly name: string;
  readonly weight: number;
}

/** How NodeResourcesFit scores a node. */
export type FitStrategy =
  | { readonly type: "LeastAllocated" | "MostAllocated"; readonly resources: readonly ResourceWeight[] }
  | {
      readonly type: "RequestedToCapacityRatio";
      readonly resources: readonly ResourceWeight[];
      /** Points of a broken line, by rising utilization in per cent; scores from 0 to 10. */
      readonly shape: readonly { readonly utilization: number; readonly score: number }[];
    };

/** One profile of the scheduler: which plugins have a say, and what they were told. */
export interface Profile {
  readonly schedulerName: string;
  /** Plugins that may keep a pod out of the queue. */
  readonly preEnqueues: readonly PluginName[];
  /** Plugins that look at the pod before any node is asked. */
  readonly preFilters: ReadonlySet<PluginName>;
  /** Plugins that may refuse a node. */
  readonly filters: ReadonlySet<PluginName>;
  /** What is tried when no node passes, in order. */
  readonly postFilters: readonly PluginName[];
  /** Plugins that look at all feasible nodes before any is scored. */
  readonly preScores: ReadonlySet<PluginName>;
  /** Plugins that score, in order, with their weights. */
  readonly scores: readonly { readonly plugin: PluginName; readonly weight: number }[];
  readonly addedAffinity: NodeAffinity | undefined;
  readonly hardPodAffinityWeight: number;
  readonly ignorePreferredTermsOfExistingPods: boolean;
  /** Spread of pods without constraints of their own. */
  readonly defaultConstraints: readonly TopologySpreadConstraint[];
  /** Whether those are Kubernetes' own: then nodes without the keys are spread over too. */
  readonly isSystemDefaulted: boolean;
  readonly ignoredResources: ReadonlySet<string>;
  readonly ignoredResourceGroups: ReadonlySet<string>;
  readonly fitStrategy: FitStrategy;
  readonly balancedResources: readonly string[];
  readonly minCandidateNodesPercentage: number;
  readonly minCandidateNodesAbsolute: number;
  /** Share of nodes to find in per cent; 0: by the size of the cluster. */
  readonly percentageOfNodesToScore: number;
}

/** Plugins of the default profile that filter, in order (apis/config/v1/default_plugins.go). */
export const filterPlugins: readonly PluginName[] = [
  "NodeUnschedulable",
  "NodeName",
  "TaintToleration",
  "NodeAffinity",
  "NodePorts",
  "NodeResourcesFit",
  "VolumeRestrictions",
  "NodeVolumeLimits",
  "VolumeBinding",
  "VolumeZone",
  "PodTopologySpread",
  "InterPodAffinity",
];

/** Those that score, in order; DynamicResources has a weight of its own in each release. */
const scorePlugins: readonly { readonly plugin: PluginName; readonly weight: number }[] = [
  { plugin: "TaintToleration", weight: 3 },
  { plugin: "NodeAffinity", weight: 2 },
  { plugin: "NodeResourcesFit", weight: 1 },
  { plugin: "VolumeBinding", weight: 1 },
  { plugin: "PodTopologySpread", weight: 2 },
  { plugin: "InterPodAffinity", weight: 2 },
  { plugin: "DynamicResources", weight: 2 },
  { plugin: "NodeResourcesBalancedAllocation", weight: 1 },
  { plugin: "ImageLocality", weight: 1 },
];

/** Softly over hosts and zones (podtopologyspread/plugin.go, `systemDefaultConstraints`). */
export const systemConstraints: readonly TopologySpreadConstraint[] = [
  { topologyKey: "kubernetes.io/hostname", whenUnsatisfiable: "ScheduleAnyway", maxSkew: 3 },
  { topologyKey: "topology.kubernetes.io/zone", whenUnsatisfiable: "ScheduleAnyway", maxSkew: 5 },
];

/** cpu and memory, alike. */
export const defaultResources: readonly ResourceWeight[] = [
  { name: "cpu", weight: 1 },
  { name: "memory", weight: 1 },
];

/** The default profile of a release. */
export function defaultProfile(behaviour: Behaviour = defaultSchedulerRelease): Profile {
  const scores = scorePlugins.map(({ plugin, weight }) => ({
    plugin,
    weight: plugin === "DynamicResources" ? behaviour.dynamicResourcesWeight : weight,
  }));
  return {
    schedulerName: "default-scheduler",
    preEnqueues: ["SchedulingGates", "DefaultPreemption"],
    preFilters: new Set(filterPlugins),
    filters: new Set(filterPlugins),
    postFilters: ["DynamicResources", "DefaultPreemption"],
    preScores: new Set(scores.map(({ plugin }) => plugin)),
    scores,
    addedAffinity: undefined,
    hardPodAffinityWeight: 1,
    ignorePreferredTermsOfExistingPods: false,
    defaultConstraints: systemConstraints,
    isSystemDefaulted: true,
    ignoredResources: new Set(),
    ignoredResourceGroups: new Set(),
    fitStrategy: { type: "LeastAllocated", resources: defaultResources },
    balancedResources: defaultResources.map(({ name }) => name),
    minCandidateNodesPercentage: 10,
    minCandidateNodesAbsolute: 100,
    percentageOfNodesToScore: 0,
  };
}
