// Mirrors pkg/controllers/provisioning/scheduling/scheduler.go of karpenter v1.14.1.
import { labelKeys } from "../../karpenter/labels.ts";
import type { Requirements } from "../../karpenter/requirements.ts";
import type { Pod } from "../../kube/objects.ts";
import { isBound } from "../../kube/pod.ts";
import { type ExistingNode, existingNode } from "../nodes/existing-node.ts";
import { sharedPorts } from "../nodes/in-flight-node.ts";
import type { FittingTools } from "../nodes/attempt.ts";
import type { PoolWithTypes } from "../nodes/node-pools.ts";
import type { BaseInput, PassBase } from "./pass-base.ts";
import { namespacedName } from "../namespaced-name.ts";
import type { PodRecord } from "../pods/pod-record.ts";
import type { ShapeTable } from "../pods/pod-shape.ts";
import type { PoolLimits } from "../nodes/pool-limits.ts";
import { type RequirementTable, splitHostname } from "../types/requirement-table.ts";
import { Reservations } from "../nodes/reservations.ts";
import { Scheduler, type SchedulerInput } from "./scheduler.ts";
import type { StateNode } from "../state-node.ts";
import type { Template } from "../nodes/template.ts";
import { Topology } from "../topology/topology.ts";
import { type MountedClaims, mountedClaims, volumeAlternatives } from "../volumes.ts";

/** What a pass is made from. */
export interface PassInput extends BaseInput {
  readonly base: PassBase;
  readonly question: {
    readonly pods: readonly Pod[];
    /** Nodes that are there and would be gone. */
    readonly gone: ReadonlySet<StateNode>;
    /** A reservation to which the node that goes will give a machine back: then new nodes must be reserved ones where they can be. */
    readonly credit?: string;
  };
  /** Makes a listener for attempts once the pass is built. */
  readonly tracer?: (pass: Omit<Pass, "scheduler">) => SchedulerInput["trace"];
}

/** Everything one pass works with. */
export interface Pass {
  readonly scheduler: Scheduler;
  readonly records: readonly PodRecord[];
  readonly nodes: readonly ExistingNode[];
  readonly pools: readonly PoolWithTypes[];
  /** Of the pools that have a type left. */
  readonly templates: readonly Template[];
  readonly tools: FittingTools;
  readonly shapes: ShapeTable;
  readonly limits: PoolLimits;
  readonly relaxesMinValues: boolean;
}

/** Makes what one pass changes, on top of what all passes share. */
export function buildPass(passInput: PassInput): Pass {
  const { input, base, pools, question } = passInput;
  const { table, sets, shapes } = base;
  const { options } = input;
  const relaxesMinValues = options.minValuesPolicy === "BestEffort";
  const records = recordsOf(passInput);
  const topology = topologyOf(passInput, records);
  const spares = options.enforceConsolidateAfter === true && base.behaviour.sparesYoungNodes;
  const waiting = spares ? base.waiting(input.nowMs) : undefined;
  const nodes: ExistingNode[] = [];
  for (const node of base.nodes) {
    if (!question.gone.has(node.state)) nodes.push(existingNode(node, waiting?.has(node.state) ?? false));
  }
  const limits = base.limits.copy();
  for (const node of question.gone) limits.giveBack(node.labels[labelKeys.nodePool], node.capacity);
  const { behaviour } = base;
  const templates = base.templates.map((template) => ({ ...template, ports: sharedPorts(template, behaviour) }));
  const { credit } = question;
  const tools: FittingTools = {
    behaviour,
    table,
    sets,
    topology,
    reservations: new Reservations(base.reservations, credit),
    usesReservations: options.featureGates?.["ReservedCapacity"] ?? true,
    isReservedStrict: input.candidates === undefined || credit !== undefined,
    ...(credit === undefined ? {} : { credit }),
  };
  const parts = { records, nodes, pools, templates, tools, shapes, limits, relaxesMinValues };
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

function recordsOf({ storage, state, family, question, base }: PassInput): PodRecord[] {
  const { shapes, sets, behaviour, defaultSpread } = base;
  return question.pods.map((pod) => {
    const key = namespacedName(pod);
    const places = volumeAlternatives(pod, storage, { family, terms: behaviour.volumeTerms });
    const mounted = mountedClaims(pod, storage);
    const isUnresolved = "problem" in places;
    return {
      pod,
      key,
      uid: pod.metadata.uid ?? key,
      shape: shapes.of(defaultSpread(pod)),
      volumes: isUnresolved || places.length === 0 ? anywhere : places.map((one) => volumePlace(one, sets)),
      mounted: isMounted(mounted) ? mounted : undefined,
      mayDisturb: pod.status?.phase === "Pending" || state.going.has(pod.spec.nodeName ?? ""),
      hasNoTopology: isUnresolved,
      tries: 0,
    };
  });
}

const anywhere: PodRecord["volumes"] = [];

function volumePlace(requirements: Requirements, sets: RequirementTable): PodRecord["volumes"][number] {
  const all = new Map(requirements);
  const hostname = splitHostname(all);
  return { set: sets.intern(all), hostname };
}

function isMounted(mounted: MountedClaims | { readonly problem: string }): mounted is MountedClaims {
  return !("problem" in mounted);
}

/** First the anti-affinity of pods that stay where they are, then the groups of the pods to place, in their order. */
function topologyOf({ input, state, question, base }: PassInput, records: readonly PodRecord[]): Topology {
  const excluded = new Set<Pod>();
  for (const { pod, hasNoTopology } of records) if (!hasNoTopology && isBound(pod)) excluded.add(pod);
  const topology = new Topology({
    sets: base.sets,
    universe: base.universe,
    running: base.running,
    excluded,
    gone: question.gone,
    namespaces: input.objects.namespaces ?? [],
    ignoresPreferences: input.options.preferencePolicy === "Ignore",
  });
  for (const pod of base.repelling) {
    const node = excluded.has(pod) ? undefined : state.tracked.get(pod.spec.nodeName ?? "")?.node;
    if (node !== undefined) topology.seedInverse(base.shapes.of(pod).constraints, node.metadata.labels ?? {});
  }
  for (const { shape, hasNoTopology } of records) if (!hasNoTopology) topology.update(shape.constraints);
  return topology;
}
