import type { NodePool } from "../../karpenter/api.ts";
import { parseNillableDuration } from "../../kube/go-duration.ts";
import type { KarpenterBehaviour } from "../../karpenter/behaviour.ts";
import type { LabelFamily } from "../../karpenter/labels.ts";
import { labelKeys } from "../../karpenter/labels.ts";
import { isQuietFor } from "../../karpenter/quiet.ts";
import { isConditionTrue } from "../../kube/conditions.ts";
import type { KubeObject, Pod } from "../../kube/objects.ts";
import { AmountTable, initialScale, Rescale, type Scale } from "../amounts.ts";
import { withRequiredAntiAffinity } from "../pods/anti-affinity.ts";
import { daemonPods } from "../pods/daemons.ts";
import { type Domains, domainUniverse } from "../topology/domain-universe.ts";
import { baseNode, type NodeBase } from "../nodes/existing-node.ts";
import type { PoolWithTypes } from "../nodes/node-pools.ts";
import { type DefaultSpread, defaultSpread } from "../pods/default-spread.ts";
import { PodIndex } from "../pods/pod-index.ts";
import { ShapeTable } from "../pods/pod-shape.ts";
import { PoolLimits } from "../nodes/pool-limits.ts";
import { RequirementTable } from "../types/requirement-table.ts";
import { RunningCounts } from "../topology/running-counts.ts";
import { reservedCapacities } from "../nodes/reservations.ts";
import type { ClusterState, StateNode } from "../state-node.ts";
import { type Template, templatesOf } from "../nodes/template.ts";
import { typeFacts } from "../types/type-facts.ts";
import type { SolveInput } from "../types.ts";
import { volumeLimits } from "../nodes/volume-usage.ts";
import type { Storage } from "../volumes.ts";

/** More scales than a pass could ever need: each finer one is for one resource, and at last numbers give way to bigints. */
const maxScales = 100;

/** What a base is made from. */
export interface BaseInput {
  readonly input: SolveInput;
  readonly family: LabelFamily;
  readonly state: ClusterState;
  readonly storage: Storage;
  /** Usable pools in the order they are tried. */
  readonly pools: readonly PoolWithTypes[];
}

/**
 * What all passes over one cluster at one scale have in common: everything that does not depend on which pods are placed and which nodes
 * are taken away. Nothing in it changes once made, but for what is merely remembered.
 */
export interface PassBase {
  readonly behaviour: KarpenterBehaviour;
  readonly table: AmountTable;
  readonly sets: RequirementTable;
  readonly shapes: ShapeTable;
  readonly defaultSpread: DefaultSpread;
  readonly templates: readonly Template[];
  readonly universe: (key: string) => Domains;
  readonly running: RunningCounts;
  /** Running pods whose anti-affinity keeps others away. */
  readonly repelling: readonly Pod[];
  /** Nodes that stay unless a pass takes them away; initialized ones first, then by name. */
  readonly nodes: readonly NodeBase[];
  /** What pools may still grow by beside all these nodes. */
  readonly limits: PoolLimits;
  readonly reservations: ReadonlyMap<string, number>;
  /** Nodes that consolidation still waits for at an instant. */
  readonly waiting: (nowMs: number) => ReadonlySet<StateNode>;
}

/** The base of one cluster's passes, made when first asked for. */
export class SharedBase {
  readonly #given: BaseInput;
  #scale: Scale = initialScale;
  #base: PassBase | undefined;

  constructor(given: BaseInput) {
    this.#given = given;
  }

  /** Amounts are counted as whole multiples of a unit; where one is too coarse the pass starts again with a finer one, which then stays. */
  use<T>(pass: (base: PassBase) => T): T {
    for (let tried = 0; tried < maxScales; tried++) {
      try {
        this.#base ??= passBase(this.#given, this.#scale);
        return pass(this.#base);
      } catch (signal) {
        if (!(signal instanceof Rescale)) throw signal;
        this.#scale = signal.scale;
        this.#base = undefined;
      }
    }
    throw new Error("amounts do not settle on a scale");
  }
}

/** Reads everything once, in the order that Karpenter meets it. */
function passBase(given: BaseInput, scale: Scale): PassBase {
  const { input, family, state, storage, pools } = given;
  const { behaviour } = input;
  const table = new AmountTable(scale);
  const sets = new RequirementTable(family);
  const shapes = new ShapeTable({
    table,
    sets,
    resizes: behaviour.resizes,
    ignoresPreferences: input.options.preferencePolicy === "Ignore",
    toleratesPreferNoSchedule: pools.some(({ pool }) =>
      pool.spec.template.spec.taints?.some(({ effect }) => effect === "PreferNoSchedule"),
    ),
  });
  const relaxesMinValues = input.options.minValuesPolicy === "BestEffort";
  const daemons = daemonPods(input.objects, state.pods, { table, family, behaviour });
  const templates = templatesOf(pools, { table, sets, daemons, behaviour, relaxesMinValues });
  const context = { table, sets, shapes, daemons, storage, volumeLimits: limitsByNode(given) };
  const active = state.nodes.filter(({ isDeleting }) => !isDeleting);
  const ordered = [
    ...active.filter(({ isInitialized }) => isInitialized),
    ...active.filter((one) => !one.isInitialized),
  ];
  const limits = new PoolLimits(
    pools.map(({ pool }) => pool),
    behaviour.nodeLimit,
  );
  for (const node of active) limits.takeNode(node.labels[labelKeys.nodePool], node.capacity);
  const withSome = pools.filter(({ types }) => types.length > 0);
  return {
    behaviour,
    table,
    sets,
    shapes,
    defaultSpread: defaultSpread(input.objects, behaviour.hasDefaultSpread ? input.options.defaultSpread : undefined),
    templates,
    universe: domainUniverse(
      withSome.map(({ pool, types }) => ({ pool, types: types.map((type) => typeFacts(type, family)) })),
      family,
    ),
    running: new RunningCounts({
      sets,
      index: new PodIndex(state.pods),
      nodeByName: state.nodeByName,
      stateNodes: ordered,
    }),
    repelling: withRequiredAntiAffinity(state.pods),
    nodes: ordered.map((node) => baseNode(node, context)),
    limits,
    reservations: reservedCapacities(pools, family),
    waiting: waitingNodes(active, pools),
  };
}

/** Volumes that a node takes, by driver: as its CSINode says, or its type. */
function limitsByNode({ input, pools }: BaseInput): (node: StateNode) => ReadonlyMap<string, number> {
  const csiNodes = new Map((input.objects.csinodes ?? []).map((one): [string, KubeObject] => [one.metadata.name, one]));
  const ofType = (node: StateNode) => {
    const pool = pools.find(({ pool: { metadata } }) => metadata.name === node.labels[labelKeys.nodePool]);
    return pool?.types.find(({ name }) => name === node.labels[labelKeys.instanceType])?.volumeLimits;
  };
  const { behaviour } = input;
  return (node) =>
    volumeLimits(
      node.node === undefined ? undefined : csiNodes.get(node.node.metadata.name),
      behaviour.hasTypeVolumeLimits ? ofType(node) : undefined,
      behaviour,
    );
}

/** Remembers the last instant: passes come in series. */
function waitingNodes(nodes: readonly StateNode[], pools: readonly PoolWithTypes[]): PassBase["waiting"] {
  const byName = new Map(pools.map(({ pool }) => [pool.metadata.name, pool]));
  let last: { readonly nowMs: number; readonly found: ReadonlySet<StateNode> } | undefined;
  return (nowMs) => {
    if (last?.nowMs !== nowMs) {
      const found = nodes.filter((node) => isWaiting(node, byName.get(node.labels[labelKeys.nodePool] ?? ""), nowMs));
      last = { nowMs, found: new Set(found) };
    }
    return last.found;
  };
}

/** The node has not been quiet for as long as its pool's consolidateAfter (`IsUnderConsolidateAfter`). */
function isWaiting({ claim }: StateNode, pool: NodePool | undefined, nowMs: number): boolean {
  const duration = parseNillableDuration(pool?.spec.disruption?.consolidateAfter ?? "Never");
  if (claim === undefined || duration === null || duration === undefined || duration === 0n) return false;
  return isConditionTrue(claim, "Initialized") && !isQuietFor(claim, duration, nowMs);
}
