import type { NodeAffinity, TopologySpreadConstraint } from "../../src/kube/objects.ts";
import {
  defaultProfile,
  defaultResources,
  filterPlugins,
  type FitStrategy,
  type Profile,
  type ResourceWeight,
  systemConstraints,
} from "../../src/kube-scheduler/profile.ts";
import type { PluginName } from "../../src/kube-scheduler/refusal.ts";
import type { Behaviour } from "../../src/kube-scheduler/releases.ts";
import { defaultSchedulerSettings, type SchedulerSettings } from "../../src/kube-scheduler/settings.ts";
import { Unjudgeable } from "../area.ts";

/** A KubeSchedulerConfiguration of v1 as far as it is modelled, without apiVersion and kind. */
export interface Configuration {
  readonly podInitialBackoffSeconds?: number;
  readonly podMaxBackoffSeconds?: number;
  readonly percentageOfNodesToScore?: number;
  readonly profiles?: readonly ProfileConfiguration[];
}

interface ProfileConfiguration {
  readonly schedulerName?: string;
  readonly percentageOfNodesToScore?: number;
  readonly plugins?: { readonly [P in Point | "multiPoint"]?: PointConfiguration };
  readonly pluginConfig?: readonly { readonly name: string; readonly args?: Readonly<Record<string, unknown>> }[];
}

interface PointConfiguration {
  readonly enabled?: readonly NamedPlugin[];
  readonly disabled?: readonly { readonly name: string }[];
}

interface NamedPlugin {
  readonly name: PluginName;
  readonly weight?: number;
}

type Point = "preEnqueue" | "preFilter" | "filter" | "postFilter" | "preScore" | "score";

/** The scheduler that a configuration makes of a release. Throws `Unjudgeable` for what is not modelled. */
export function settingsOf(configuration: Configuration, behaviour: Behaviour): SchedulerSettings {
  const { profiles = [{}], podInitialBackoffSeconds = 1, podMaxBackoffSeconds = 10 } = configuration;
  return {
    ...defaultSchedulerSettings(behaviour),
    initialBackoffMs: podInitialBackoffSeconds * 1000,
    maxBackoffMs: podMaxBackoffSeconds * 1000,
    profiles: profiles.map((profile) => profileOf(profile, configuration, behaviour)),
  };
}

function profileOf(
  given: ProfileConfiguration,
  { percentageOfNodesToScore }: Configuration,
  behaviour: Behaviour,
): Profile {
  const base = defaultProfile(behaviour);
  const multiPoint = mergedMultiPoint(given, behaviour);
  const at = (point: Point, all: readonly PluginName[]): readonly NamedPlugin[] =>
    expanded(point, given, multiPoint, all);
  const named = (point: Point, all: readonly PluginName[]): readonly PluginName[] =>
    at(point, all).map(({ name }) => name);
  const filters = named("filter", filterPlugins);
  const inOrder = filterPlugins.filter((name) => filters.includes(name));
  if (filters.some((name, index) => name !== inOrder[index])) throw new Unjudgeable("filters in an order of their own");
  const scorers = base.scores.map(({ plugin }) => plugin);
  const profile: Profile = {
    ...base,
    schedulerName: given.schedulerName ?? "default-scheduler",
    percentageOfNodesToScore: given.percentageOfNodesToScore ?? percentageOfNodesToScore ?? 0,
    preEnqueues: named("preEnqueue", base.preEnqueues),
    preFilters: new Set(named("preFilter", filterPlugins)),
    filters: new Set(filters),
    postFilters: named("postFilter", base.postFilters),
    preScores: new Set(named("preScore", scorers)),
    scores: at("score", scorers).map(({ name, weight = 0 }) => ({
      plugin: name,
      weight: weight === 0 ? (multiPoint.find((one) => one.name === name)?.weight ?? 1) : weight,
    })),
  };
  return (given.pluginConfig ?? []).reduce(
    (before, { name, args }) => ({ ...before, ...argsOf(name, args ?? {}) }),
    profile,
  );
}

// The default list of all plugins with what the profile says of all points at once (default_plugins.go, `mergePluginSet`).
function mergedMultiPoint({ plugins }: ProfileConfiguration, behaviour: Behaviour): readonly NamedPlugin[] {
  const base = defaultProfile(behaviour);
  const weights = new Map(base.scores.map(({ plugin, weight }) => [plugin, weight]));
  const { enabled = [], disabled = [] } = plugins?.multiPoint ?? {};
  const isOff = (name: string): boolean => disabled.some((one) => one.name === "*" || one.name === name);
  const own = new Map(enabled.map((one) => [one.name, one]));
  const defaults: NamedPlugin[] = allPlugins
    .filter((name) => !isOff(name))
    .map((name) => own.get(name) ?? { name, weight: weights.get(name) ?? 0 });
  return [...defaults, ...enabled.filter(({ name }) => !defaults.some((one) => one.name === name))];
}

/** The default profile's plugins in order. */
const allPlugins: readonly PluginName[] = [
  "SchedulingGates",
  "PrioritySort",
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
  "DynamicResources",
  "DefaultPreemption",
  "NodeResourcesBalancedAllocation",
  "ImageLocality",
  "DefaultBinder",
];

// Plugins at one point: those named there that are in the list anyway, then the rest of the list, then others named there
// (runtime/framework.go, `expandMultiPointPlugins`).
function expanded(
  point: Point,
  { plugins }: ProfileConfiguration,
  multiPoint: readonly NamedPlugin[],
  able: readonly PluginName[],
): readonly NamedPlugin[] {
  const { enabled = [], disabled = [] } = plugins?.[point] ?? {};
  const off = new Set<string>(disabled.map(({ name }) => name));
  const listed = off.has("*") ? [] : multiPoint.filter(({ name }) => able.includes(name) && !off.has(name));
  const isListed = ({ name }: NamedPlugin): boolean => listed.some((one) => one.name === name);
  return [
    ...enabled.filter(isListed),
    ...listed.filter(({ name }) => !enabled.some((one) => one.name === name)),
    ...enabled.filter((one) => !isListed(one)),
  ];
}

function argsOf(plugin: string, args: Readonly<Record<string, unknown>>): Partial<Profile> {
  switch (plugin) {
    case "NodeAffinity":
      return { addedAffinity: args["addedAffinity"] as NodeAffinity | undefined };
    case "NodeResourcesFit":
      return {
        ignoredResources: new Set((args["ignoredResources"] ?? []) as readonly string[]),
        ignoredResourceGroups: new Set((args["ignoredResourceGroups"] ?? []) as readonly string[]),
        fitStrategy: strategyOf((args["scoringStrategy"] ?? {}) as Strategy),
      };
    case "NodeResourcesBalancedAllocation":
      return { balancedResources: resourcesOf(args["resources"]).map(({ name }) => name) };
    case "InterPodAffinity":
      return {
        hardPodAffinityWeight: (args["hardPodAffinityWeight"] ?? 1) as number,
        ignorePreferredTermsOfExistingPods: args["ignorePreferredTermsOfExistingPods"] === true,
      };
    case "PodTopologySpread": {
      const isSystemDefaulted = (args["defaultingType"] ?? "System") === "System";
      const own = (args["defaultConstraints"] ?? []) as readonly TopologySpreadConstraint[];
      return { isSystemDefaulted, defaultConstraints: isSystemDefaulted ? systemConstraints : own };
    }
    case "DefaultPreemption":
      return {
        minCandidateNodesPercentage: (args["minCandidateNodesPercentage"] ?? 10) as number,
        minCandidateNodesAbsolute: (args["minCandidateNodesAbsolute"] ?? 100) as number,
      };
    default:
      throw new Unjudgeable(`arguments of ${plugin}`);
  }
}

interface Strategy {
  readonly type?: FitStrategy["type"];
  readonly resources?: unknown;
  readonly requestedToCapacityRatio?: { readonly shape?: Extract<FitStrategy, { readonly shape: unknown }>["shape"] };
}

function strategyOf({ type = "LeastAllocated", resources, requestedToCapacityRatio }: Strategy): FitStrategy {
  const weighted = resourcesOf(resources);
  return type === "RequestedToCapacityRatio"
    ? { type, resources: weighted, shape: requestedToCapacityRatio?.shape ?? [] }
    : { type, resources: weighted };
}

function resourcesOf(given: unknown): readonly ResourceWeight[] {
  const list = (given ?? []) as readonly { readonly name: string; readonly weight?: number }[];
  return list.length === 0
    ? defaultResources
    : list.map(({ name, weight = 0 }) => ({ name, weight: weight === 0 ? 1 : weight }));
}
