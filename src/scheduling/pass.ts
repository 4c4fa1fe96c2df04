import type { NodePool } from "../karpenter/api.ts";
import { parseNillableDuration } from "../karpenter/duration.ts";
import { type LabelFamily, labelKeys } from "../karpenter/labels.ts";
import type { KubeObject, Pod } from "../kube/objects.ts";
import { withRequiredAntiAffinity } from "./anti-affinity.ts";
import type { AmountTable } from "./amounts.ts";
import { daemonPods } from "./daemons.ts";
import { domainUniverse } from "./domain-universe.ts";
import { type ExistingNode, existingNode, type NodeContext } from "./existing-node.ts";
import type { FittingTools } from "./fitting.ts";
import type { PoolWithTypes } from "./node-pools.ts";
import { PodIndex } from "./pod-index.ts";
import type { PodRecord } from "./pod-record.ts";
import { ShapeBook } from "./pod-shape.ts";
import { PoolLimits } from "./pool-limits.ts";
import { RequirementBook, splitHostname } from "./requirement-book.ts";
import { Reservations } from "./reservations.ts";
import { Scheduler, type SchedulerInput } from "./scheduler.ts";
import { type ClusterState, conditionsOf, isConditionTrue, type StateNode } from "./state-node.ts";
import { type Template, templatesOf } from "./template.ts";
import { Topology } from "./topology.ts";
import { typeFacts } from "./type-facts.ts";
import type { SolveInput } from "./types.ts";
import { volumeLimits } from "./volume-usage.ts";
import { type MountedClaims, mountedClaims, type Storage, volumeAlternatives } from "./volumes.ts";

/** What a pass is made from. */
export interface PassInput {
  readonly input: SolveInput;
  readonly family: LabelFamily;
  readonly state: ClusterState;
  readonly storage: Storage;
  /** Usable pools in the order they are tried. */
  readonly pools: readonly PoolWithTypes[];
  readonly question: { readonly pods: readonly Pod[]; readonly nodes: readonly StateNode[] };
  readonly table: AmountTable;
  /** Makes a listener for attempts once the pass is built. */
  readonly tracer?: (pass: Omit<Pass, "scheduler">) => SchedulerInput["trace"];
}

/** Everything one pass works with. */
export interface Pass {
  readonly scheduler: Scheduler;
  readonly records: readonly PodRecord[];
  readonly nodes: readonly ExistingNode[];
  readonly templates: readonly Template[];
  readonly tools: FittingTools;
  readonly shapes: ShapeBook;
  readonly limits: PoolLimits;
  readonly relaxesMinValues: boolean;
}

/** Reads everything once, in the order that Karpenter meets it. */
export function buildPass(passInput: PassInput): Pass {
  const { input, family, state, storage, pools, question, table } = passInput;
  const { options } = input;
  const book = new RequirementBook(family);
  const relaxesMinValues = options.minValuesPolicy === "BestEffort";
  const ignoresPreferences = options.preferencePolicy === "Ignore";
  const toleratesPreferNoSchedule = pools.some(({ pool }) =>
    pool.spec.template.spec.taints?.some(({ effect }) => effect === "PreferNoSchedule"),
  );
  const shapes = new ShapeBook({ table, book, ignoresPreferences, toleratesPreferNoSchedule });
  const records = recordsOf(passInput, shapes, book);
  const topology = topologyOf(passInput, { book, records, ignoresPreferences });
  seedTopology(topology, { state, records, shapes });
  const daemons = daemonPods(input.objects, state.pods, { table, family });
  const templates = templatesOf(pools, { table, book, daemons, relaxesMinValues });
  const nodes = nodesOf(passInput, { table, book, shapes, daemons, storage });
  const limits = new PoolLimits(pools.map(({ pool }) => pool));
  for (const node of question.nodes) limits.takeNode(node.labels[labelKeys.nodePool], node.capacity);
  const tools: FittingTools = {
    table,
    book,
    topology,
    reservations: new Reservations(pools, family),
    usesReservations: options.featureGates?.["ReservedCapacity"] ?? true,
    isReservedStrict: input.candidates === undefined,
  };
  const parts = { records, nodes, templates, tools, shapes, limits, relaxesMinValues };
  const trace = passInput.tracer?.(parts);
  const scheduler = new Scheduler({
    tools,
    shapes,
    templates,
    limits,
    nodes,
    relaxesMinValues,
    ...(trace === undefined ? {} : { trace }),
  });
  return { scheduler, ...parts };
}

function recordsOf(
  { storage, state, family, question }: PassInput,
  shapes: ShapeBook,
  book: RequirementBook,
): PodRecord[] {
  const going = new Set(state.nodes.filter(({ isDeleting }) => isDeleting).map(({ name }) => name));
  return question.pods.map((pod) => {
    const key = `${pod.metadata.namespace ?? ""}/${pod.metadata.name}`;
    const places = volumeAlternatives(pod, storage, family);
    const mounted = mountedClaims(pod, storage);
    const isUnresolved = "problem" in places;
    return {
      pod,
      key,
      uid: pod.metadata.uid ?? key,
      shape: shapes.of(pod),
      volumes: isUnresolved
        ? []
        : places.map((requirements) => {
            const all = new Map(requirements);
            const hostname = splitHostname(all);
            return { set: book.intern(all), hostname };
          }),
      mounted: isMounted(mounted) ? mounted : undefined,
      mayDisturb: pod.status?.phase === "Pending" || going.has(pod.spec.nodeName ?? ""),
      hasNoTopology: isUnresolved,
      tries: 0,
    };
  });
}

function isMounted(mounted: MountedClaims | { readonly problem: string }): mounted is MountedClaims {
  return !("problem" in mounted);
}

function topologyOf(
  { input, family, state, pools, question }: PassInput,
  known: {
    readonly book: RequirementBook;
    readonly records: readonly PodRecord[];
    readonly ignoresPreferences: boolean;
  },
): Topology {
  const excluded = new Set(known.records.filter(({ hasNoTopology }) => !hasNoTopology).map(({ pod }) => pod));
  const withSome = pools.filter(({ types }) => types.length > 0);
  return new Topology({
    book: known.book,
    universe: domainUniverse(
      withSome.map(({ pool, types }) => ({ pool, types: types.map((type) => typeFacts(type, family)) })),
      family,
    ),
    index: new PodIndex(state.pods, excluded),
    nodeByName: state.nodeByName,
    stateNodes: question.nodes,
    namespaces: input.objects.namespaces ?? [],
    ignoresPreferences: known.ignoresPreferences,
  });
}

/** First the anti-affinity of pods that stay where they are, then the groups of the pods to place, in their order. */
function seedTopology(
  topology: Topology,
  known: { readonly state: ClusterState; readonly records: readonly PodRecord[]; readonly shapes: ShapeBook },
): void {
  const { state, records, shapes } = known;
  const excluded = new Set(records.filter(({ hasNoTopology }) => !hasNoTopology).map(({ pod }) => pod));
  for (const pod of withRequiredAntiAffinity(state.pods)) {
    const node = excluded.has(pod) ? undefined : state.tracked.get(pod.spec.nodeName ?? "")?.node;
    if (node !== undefined) topology.seedInverse(shapes.of(pod), node.metadata.labels ?? {});
  }
  for (const { shape, hasNoTopology } of records) if (!hasNoTopology) topology.update(shape);
}

function nodesOf(
  { input, question, pools }: PassInput,
  known: Omit<NodeContext, "volumeLimits" | "isUnderConsolidateAfter">,
): ExistingNode[] {
  const csiNodes = new Map((input.objects.csinodes ?? []).map((one): [string, KubeObject] => [one.metadata.name, one]));
  const byName = new Map(pools.map(({ pool }) => [pool.metadata.name, pool]));
  const context: NodeContext = {
    ...known,
    volumeLimits: (name) => volumeLimits(csiNodes.get(name)),
    isUnderConsolidateAfter: (node) =>
      input.options.enforceConsolidateAfter === true &&
      isWaiting(node, byName.get(node.labels[labelKeys.nodePool] ?? ""), input.nowMs),
  };
  const ordered = [...question.nodes].sort(
    (a, b) => Number(b.isInitialized) - Number(a.isInitialized) || (a.name < b.name ? -1 : 1),
  );
  return ordered.map((state, index) => existingNode(state, index, context));
}

/** The pool's consolidateAfter has not passed since the node's last pod event, or since it was initialized. */
function isWaiting({ claim }: StateNode, pool: NodePool | undefined, nowMs: number): boolean {
  const duration = parseNillableDuration(pool?.spec.disruption?.consolidateAfter ?? "Never");
  if (claim === undefined || duration === null || duration === undefined || duration === 0n) return false;
  if (!isConditionTrue(claim, "Initialized")) return false;
  const initialized = conditionsOf(claim).find(({ type }) => type === "Initialized")?.lastTransitionTime;
  const lastPodEvent = claim.status?.["lastPodEventTime"];
  const since = typeof lastPodEvent === "string" ? lastPodEvent : initialized;
  return since !== undefined && BigInt(Math.round(nowMs - Date.parse(since))) * 1_000_000n < duration;
}
