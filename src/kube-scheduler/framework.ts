import { compileNodeRequirement, compileNodeTerm, isEmptyTerm } from "../kube/node-selector.ts";
import type { NodeAffinity, Pod } from "../kube/objects.ts";
import type { SchedulerCluster } from "./cluster/cluster.ts";
import type { NodeState } from "./cluster/node-state.ts";
import type { Moved, Prefiltered } from "./cycle/prefiltered.ts";
import { ShapeView } from "./cycle/shape-view.ts";
import { claimsUsedBy, restrictionRefusal, restrictionsOf } from "./plugins/volume-restrictions.ts";
import { companyOf, companyRefusal, nobodyMoved, noteMoved } from "./plugins/inter-pod-affinity.ts";
import type { AddedAffinity } from "./plugins/node-filters.ts";
import { fitRefusal } from "./plugins/node-resources-fit.ts";
import { isAttachable, limitRefusal } from "./plugins/node-volume-limits.ts";
import { skewRefusal, spreadShare } from "./plugins/pod-topology-spread.ts";
import { claimsToBind, planVolumes } from "./plugins/volume-binding.ts";
import { volumeTopologies, zoneRefusal } from "./plugins/volume-zone.ts";
import type { PodInfo } from "./pods/registry.ts";
import type { Shape } from "./pods/shape.ts";
import { defaultProfile, type Profile } from "./profile.ts";
import { type PluginRefusal, refusal, type SchedulingError } from "./refusal.ts";
import { type Behaviour, defaultSchedulerRelease } from "./releases.ts";

/** Whom to ask, and by which rules. */
export interface FrameworkInput {
  readonly cluster: SchedulerCluster;
  /** The default profile of the release if absent. */
  readonly profile?: Profile;
  readonly behaviour?: Behaviour;
}

/** What comes of looking at a pod before nodes: go on, or why no node needs to be asked. */
export type PrefilterAnswer =
  | { readonly ok: true; readonly value: Prefiltered }
  | { readonly ok: false; readonly refusal: PluginRefusal }
  | { readonly ok: false; readonly error: SchedulingError };

/** What a node says to a pod: nothing, or which plugin refused it first and why. */
export type FilterAnswer = PluginRefusal | SchedulingError | undefined;

/** Whether an answer is a refusal and not an error. */
export function isRefusal(answer: PluginRefusal | SchedulingError): answer is PluginRefusal {
  return "reasons" in answer;
}

/**
 * The filter plugins of one profile over one cluster (kube-scheduler's `framework.Framework`): `prefilter` a pod once, then `filter` any
 * number of nodes. Reads the cluster as it is and changes nothing.
 */
export class Framework {
  readonly cluster: SchedulerCluster;
  readonly profile: Profile;
  readonly behaviour: Behaviour;
  /** The profile's own node affinity, compiled. */
  readonly added: AddedAffinity | undefined;
  readonly #asks: ReturnType<typeof asksOf>;
  readonly #views: (ShapeView | undefined)[] = [];

  constructor({ cluster, profile, behaviour = defaultSchedulerRelease }: FrameworkInput) {
    this.cluster = cluster;
    this.behaviour = behaviour;
    this.profile = profile ?? defaultProfile(behaviour);
    this.added = compileAdded(this.profile.addedAffinity);
    this.#asks = asksOf(this.profile);
  }

  /** Looks at a pod before nodes are asked. */
  prefilter(pod: Pod): PrefilterAnswer {
    return this.prefilterInfo(this.cluster.registry.infoOf(pod));
  }

  /** The same for a pod that has been read. */
  prefilterInfo(info: PodInfo): PrefilterAnswer {
    const { cluster } = this;
    const { shape } = info;
    const asks = this.#asks;
    if (shape.namedNodes === "conflict" && asks.namedNodes) return no(conflict);
    const volumes = shape.volumes.length === 0 ? noVolumes : this.#prefilterVolumes(info);
    if ("refusal" in volumes || "error" in volumes) return volumes;
    const view = this.viewOf(shape);
    return {
      ok: true,
      value: {
        info,
        onlyNodes: asks.namedNodes && shape.namedNodes !== "conflict" ? shape.namedNodes : undefined,
        verdicts: view.verdicts,
        checksPorts: shape.ports.length > 0 && asks.ports,
        checksFit: asks.fit,
        ...volumes,
        spreads: asks.spread ? view.spreads : [],
        company: asks.company ? companyOf(cluster, shape, view.company) : undefined,
      },
    };
  }

  /**
   * Asks one node. `moved` goes with a copy of the node on which pods are put, or from which they are taken, for the sake of the
   * question.
   */
  filter(asked: Prefiltered, node: NodeState, moved?: Moved): FilterAnswer {
    const { info } = asked;
    const { shape } = info;
    const fixed = asked.verdicts.refusalOf(node, info.pod.spec.nodeName);
    if (fixed !== undefined) return fixed;
    if (asked.checksPorts && node.hasPortConflict(shape.ports)) return portTaken;
    if (asked.checksFit) {
      const short = fitRefusal(shape, node, this.profile);
      if (short !== undefined) return short;
    }
    if (shape.volumes.length > 0) {
      const answer = this.#filterVolumes(asked, node, moved);
      if (answer !== undefined) return answer;
    }
    if (asked.spreads.length > 0) {
      const skewed = skewRefusal(asked.spreads, node.slot, moved?.spreads);
      if (skewed !== undefined) return skewed;
    }
    return asked.company === undefined ? undefined : companyRefusal(asked.company, node, moved?.company);
  }

  /** Nothing moved yet, for `filter`. */
  nothingMoved(asked: Prefiltered): Moved {
    return {
      spreads: asked.spreads.map(() => 0),
      company: asked.company === undefined ? undefined : nobodyMoved(asked.company),
      once: 0,
    };
  }

  /** Puts a pod on a copy of a node, or takes one from it, and notes what that changes for the pod in question. */
  move(asked: Prefiltered, moved: Moved, { info, sign }: { readonly info: PodInfo; readonly sign: 1 | -1 }): void {
    const { shape } = asked.info;
    if (asked.spreads.length > 0)
      spreadShare(asked.spreads, shape, info).forEach((share, at) => {
        moved.spreads[at] = (moved.spreads[at] ?? 0) + sign * share;
      });
    if (moved.company !== undefined) noteMoved(moved.company, shape, { cluster: this.cluster, info, sign });
    if (asked.once !== undefined) moved.once += sign * claimsUsedBy(asked.once, info.shape);
  }

  /** What is known of a shape under this profile. */
  viewOf(shape: Shape): ShapeView {
    const known = this.#views[shape.id];
    if (known !== undefined) {
      known.renew();
      return known;
    }
    const { cluster, profile, behaviour } = this;
    const view = new ShapeView(shape, { cluster, profile, behaviour, added: this.added });
    this.#views[shape.id] = view;
    return view;
  }

  #prefilterVolumes(info: PodInfo): VolumeAnswers | Extract<PrefilterAnswer, { readonly ok: false }> {
    const { cluster } = this;
    const { preFilters, filters } = this.profile;
    const once = preFilters.has("VolumeRestrictions") ? restrictionsOf(cluster, info) : undefined;
    if (once !== undefined && "plugin" in once) return no(once);
    const claims = preFilters.has("VolumeBinding") ? claimsToBind(cluster, info) : undefined;
    if (claims !== undefined && "plugin" in claims)
      return isRefusal(claims) ? no(claims) : { ok: false, error: inPrefilter(claims) };
    const topologies = preFilters.has("VolumeZone") ? volumeTopologies(cluster, info) : [];
    if ("plugin" in topologies) return no(topologies);
    return {
      once: filters.has("VolumeRestrictions") ? once : undefined,
      claims: filters.has("VolumeBinding") ? claims : undefined,
      topologies: filters.has("VolumeZone") ? topologies : [],
      checksLimits: filters.has("NodeVolumeLimits") && info.shape.volumes.some(isAttachable),
    };
  }

  #filterVolumes(asked: Prefiltered, node: NodeState, moved: Moved | undefined): FilterAnswer {
    const { info, once, claims, topologies, checksLimits } = asked;
    if (once !== undefined) {
      const taken = restrictionRefusal(info.shape, node, once, moved?.once ?? 0);
      if (taken !== undefined) return taken;
    }
    if (checksLimits) {
      const full = limitRefusal(this.cluster, info, node, this.behaviour);
      if (full !== undefined) return isRefusal(full) ? full : inFilter(full);
    }
    if (claims !== undefined) {
      const plan = planVolumes(this.cluster, claims, node);
      if ("plugin" in plan) return isRefusal(plan) ? plan : inFilter(plan);
    }
    return zoneRefusal(topologies, node);
  }
}

type VolumeAnswers = Pick<Prefiltered, "once" | "claims" | "topologies" | "checksLimits">;

const noVolumes: VolumeAnswers = { once: undefined, claims: undefined, topologies: [], checksLimits: false };
const conflict = refusal("NodeAffinity", "pod affinity terms conflict", true);
const portTaken = refusal("NodePorts", "node(s) didn't have free ports for the requested pod ports", false);

function inPrefilter({ plugin, message }: SchedulingError): SchedulingError {
  return { plugin, message: `running PreFilter plugin "${plugin}": ${message}` };
}

function inFilter({ plugin, message }: SchedulingError): SchedulingError {
  return { plugin, message: `running "${plugin}" filter plugin: ${message}` };
}

function no(why: PluginRefusal): { readonly ok: false; readonly refusal: PluginRefusal } {
  return { ok: false, refusal: why };
}

// Which plugins look at a pod and then at nodes, asked once and not for every pod.
function asksOf({ preFilters, filters }: Profile): {
  readonly namedNodes: boolean;
  readonly ports: boolean;
  readonly fit: boolean;
  readonly spread: boolean;
  readonly company: boolean;
} {
  const inBoth = (plugin: "NodePorts" | "NodeResourcesFit" | "PodTopologySpread" | "InterPodAffinity"): boolean =>
    preFilters.has(plugin) && filters.has(plugin);
  return {
    namedNodes: preFilters.has("NodeAffinity"),
    ports: inBoth("NodePorts"),
    fit: inBoth("NodeResourcesFit"),
    spread: inBoth("PodTopologySpread"),
    company: inBoth("InterPodAffinity"),
  };
}

function compileAdded(added: NodeAffinity | undefined): AddedAffinity | undefined {
  if (added === undefined) return undefined;
  const affinity = { affinity: { nodeAffinity: added } };
  return {
    required: compileNodeRequirement(affinity),
    preferences: added.preferredDuringSchedulingIgnoredDuringExecution
      ?.filter(({ weight, preference }) => weight !== 0 && !isEmptyTerm(preference))
      .map(({ weight, preference }) => ({ weight, term: compileNodeTerm(preference) })),
  };
}
