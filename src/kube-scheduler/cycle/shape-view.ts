import type { SchedulerCluster } from "../cluster/cluster.ts";
import { type OwnCompany, ownCompanyOf } from "../plugins/inter-pod-affinity.ts";
import { type AddedAffinity, NodeVerdicts } from "../plugins/node-filters.ts";
import { type HardSpread, hardSpreads } from "../plugins/pod-topology-spread.ts";
import { balanceScorer, fitScorer, remembering, type ResourceScorer } from "../plugins/resource-scores.ts";
import { spreadConstraintsOf } from "../plugins/spread-constraints.ts";
import { type SoftSpreads, softSpreads } from "../plugins/spread-score.ts";
import type { Shape } from "../pods/shape.ts";
import type { Profile } from "../profile.ts";
import type { Behaviour } from "../releases.ts";

/** Whom a view is about, and by which rules. */
export interface ViewInput {
  readonly cluster: SchedulerCluster;
  readonly profile: Profile;
  readonly behaviour: Behaviour;
  readonly added: AddedAffinity | undefined;
}

/** Things known of one shape of pods under one profile, each found when first asked for. */
export class ShapeView {
  readonly #input: ViewInput;
  readonly #shape: Shape;
  readonly verdicts: NodeVerdicts;
  #spreads: readonly HardSpread[] | undefined;
  #soft: SoftSpreads | undefined;
  #company: OwnCompany | undefined;
  #scorers: { readonly fit: ResourceScorer; readonly balance: ResourceScorer | undefined } | undefined;
  #selectorsEpoch: number;
  #indexEpoch: number;

  constructor(shape: Shape, input: ViewInput) {
    this.#shape = shape;
    this.#input = input;
    this.verdicts = new NodeVerdicts(shape, input.profile, input.added);
    this.#selectorsEpoch = input.cluster.facts.selectorsEpoch;
    this.#indexEpoch = input.cluster.index.epoch;
  }

  /** Forgets what services, sets and counts no longer bear out; to be called before anything is asked. */
  renew(): void {
    const { facts, index } = this.#input.cluster;
    if (this.#selectorsEpoch === facts.selectorsEpoch && this.#indexEpoch === index.epoch) return;
    this.#selectorsEpoch = facts.selectorsEpoch;
    this.#indexEpoch = index.epoch;
    this.#spreads = undefined;
    this.#soft = undefined;
    this.#company = undefined;
  }

  /** Hard spread constraints. */
  get spreads(): readonly HardSpread[] {
    const { cluster, profile } = this.#input;
    this.#spreads ??= hardSpreads(
      cluster,
      this.#shape,
      spreadConstraintsOf(this.#shape, "DoNotSchedule", profile, cluster.facts),
    );
    return this.#spreads;
  }

  /** Soft spread constraints. */
  get soft(): SoftSpreads {
    const { cluster, profile } = this.#input;
    const constraints = (): ReturnType<typeof spreadConstraintsOf> =>
      spreadConstraintsOf(this.#shape, "ScheduleAnyway", profile, cluster.facts);
    this.#soft ??= softSpreads(cluster, this.#shape, constraints(), profile);
    return this.#soft;
  }

  /** Counts for required terms of the pod itself. */
  get company(): OwnCompany {
    this.#company ??= ownCompanyOf(this.#input.cluster, this.#shape);
    return this.#company;
  }

  /** Scores by amounts; no balance is scored for a pod that asks for nothing. */
  get scorers(): { readonly fit: ResourceScorer; readonly balance: ResourceScorer | undefined } {
    const { profile, behaviour } = this.#input;
    if (this.#scorers !== undefined) return this.#scorers;
    const balance = balanceScorer(this.#shape, profile.balancedResources, behaviour.balanceScoresTheChange);
    this.#scorers = {
      fit: remembering(fitScorer(this.#shape, profile.fitStrategy)),
      balance: balance === undefined ? undefined : remembering(balance),
    };
    return this.#scorers;
  }
}
