// Mirrors pkg/controllers/provisioning/scheduling/scheduler.go of karpenter v1.14.1.
import { type BudgetRule, disruptionBudgetRules } from "../../karpenter/disruption-budgets.ts";
import { type LabelFamily, labelFamily } from "../../karpenter/labels.ts";
import { isProvisionable, isReschedulable } from "../../karpenter/pod-predicates.ts";
import type { Pod } from "../../kube/objects.ts";
import { type CandidateContext, isCandidate, movingPods, podsOn } from "../pods/candidates.ts";
import { buildPass, type Pass, type PassInput } from "./pass.ts";
import { managedPools, type PoolWithTypes, usablePools, withTypes } from "../nodes/node-pools.ts";
import { SharedBase } from "./pass-base.ts";
import { type PendingPods, pendingPods } from "../pods/pending-pods.ts";
import { type PlannedLaunch, type PassOutcome, passResult } from "./pass-result.ts";
import { matcherOf } from "../pods/selector.ts";
import { type ClusterState, clusterState, type StateNode } from "../state-node.ts";
import type { SolveInput, SolveResult } from "../types.ts";
import { type Storage, storageOf } from "../volumes.ts";

/** What a cluster is to the scheduler, read once: any number of passes may ask about it. */
export interface SchedulingWorld {
  readonly input: SolveInput;
  readonly family: LabelFamily;
  readonly state: ClusterState;
  readonly storage: Storage;
  readonly budgets: readonly BudgetRule[];
  readonly pending: PendingPods;
  /** Pools that make nodes on demand, in the order they are tried. */
  readonly pools: readonly PoolWithTypes[];
  /** What its passes share. */
  readonly shared: SharedBase;
}

/** A pass with some nodes taken away, as the disruption methods ask for it. */
export interface Removal {
  readonly nodes: readonly StateNode[];
  readonly nowMs: number;
  readonly enforceConsolidateAfter: boolean;
  /** Pods that cannot be evicted now need a place too: the node will not wait for them. */
  readonly includesBlockedPods?: boolean;
  /** See `PassInput.question`. */
  readonly credit?: string;
}

/**
 * What Karpenter v1.14.1 would decide: one provisioning pass, or the simulation of one with some nodes taken away.
 *
 * The same input always gives the same answer; where the real program draws, the choice is fixed (see docs/fidelity.md).
 */
export function solve(input: SolveInput): SolveResult {
  return solvePass(input).result;
}

/** The answer together with the pass that led to it, for those who explain. */
export function solvePass(
  input: SolveInput,
  tracer?: PassInput["tracer"],
): { readonly result: SolveResult; readonly launches: readonly PlannedLaunch[]; readonly pass: Pass | undefined } {
  const world = readWorld(input);
  const { pass, outcome } = solved(world, questionOf(world), tracer);
  const { launches, ...rest } = outcome;
  return { pass, launches, result: { newNodeClaims: launches.map(({ options, claim }) => claim(options)), ...rest } };
}

/** Reads what every pass over the same objects has in common. */
export function readWorld(input: SolveInput): SchedulingWorld {
  const family = labelFamily(input.wellKnownLabels);
  const state = clusterState(input.objects, input);
  const storage = storageOf(input.objects);
  const pools = usablePools(input.objects, input.options.assumeNodePoolsReady ?? false);
  const given = { input, family, state, storage, pools: withTypes(pools, input.instanceTypes) };
  return {
    ...given,
    budgets: disruptionBudgetRules(input.objects.poddisruptionbudgets ?? [], matcherOf),
    pending: pendingPods(state.pods, { storage, family, behaviour: input.behaviour }),
    shared: new SharedBase(given),
  };
}

/** What would become of the pods if these nodes were gone (Karpenter's `SimulateScheduling`). The nodes must be candidates. */
export function simulateWithout(world: SchedulingWorld, removal: Removal): PassOutcome {
  const { nowMs, enforceConsolidateAfter, includesBlockedPods = false, credit } = removal;
  const options = { ...world.input.options, enforceConsolidateAfter };
  const input = { ...world.input, nowMs, options, candidates: removal.nodes.map(({ name }) => name) };
  const at = { ...world, input };
  const question = questionWithout(at, removal.nodes, includesBlockedPods);
  return solved(at, credit === undefined ? question : { ...question, credit }).outcome;
}

interface Question {
  readonly pods: readonly Pod[];
  /** Nodes taken away. */
  readonly gone: ReadonlySet<StateNode>;
  /** Pods that leave nodes already going. */
  readonly leaving: ReadonlySet<Pod>;
  readonly credit?: string;
  readonly error?: string;
}

function solved(
  world: SchedulingWorld,
  question: Question,
  tracer?: PassInput["tracer"],
): { readonly outcome: PassOutcome; readonly pass: Pass | undefined } {
  const { ignored } = world.pending;
  const isSimulation = world.input.candidates !== undefined;
  const nothing: PassOutcome = { launches: [], existing: new Map(), podErrors: new Map(), ignored };
  const without = (error?: string) => ({
    outcome: error === undefined ? nothing : { ...nothing, error },
    pass: undefined,
  });
  if (question.error !== undefined) return without(question.error);
  if (world.pools.length === 0) return without(isSimulation ? "creating scheduler, no nodepools found" : undefined);
  if (!isSimulation && question.pods.length === 0) return without();
  return world.shared.use((base) => {
    const pass = buildPass({ ...world, base, question, ...(tracer === undefined ? {} : { tracer }) });
    pass.scheduler.solve(pass.records);
    const outcome = passResult(pass, { ignored, isSimulation, leaving: question.leaving });
    if (!isSimulation) return { outcome, pass };
    const { podErrors } = outcome;
    const stranded = pass.records.some((record) => podErrors.has(record.key) && !isProvisionable(record.pod));
    return { outcome: { ...outcome, allNonPendingPodsScheduled: !stranded }, pass };
  });
}

/** Which pods are to be placed on which nodes. */
function questionOf(world: SchedulingWorld): Question {
  const { input, state, budgets } = world;
  if (input.candidates === undefined) return questionWithout(world, []);
  const offering = withTypes(managedPools(input.objects), input.instanceTypes).filter(({ types }) => types.length > 0);
  const pools = new Set(offering.map(({ pool }) => pool.metadata.name));
  const { nowMs, behaviour, marks } = input;
  const context: CandidateContext = { state, budgets, nowMs, behaviour, pools, marks };
  const byName = new Map(state.nodes.map((node) => [node.name, node]));
  const candidates: StateNode[] = [];
  const missing: string[] = [];
  for (const name of input.candidates) {
    const node = byName.get(name);
    if (node !== undefined && isCandidate(node, context, "eventual")) candidates.push(node);
    else missing.push(name);
  }
  if (missing.length === 0) return questionWithout(world, candidates);
  return { gone: new Set(), pods: [], leaving: new Set(), error: `not a candidate: ${missing.sort().join(", ")}` };
}

/** The order of pods is Karpenter's: pending, then of candidates, then of nodes going. */
function questionWithout(
  world: SchedulingWorld,
  candidates: readonly StateNode[],
  includesBlockedPods = false,
): Question {
  const { state, pending, input } = world;
  const context = { ...world, nowMs: input.nowMs, behaviour: input.behaviour };
  const moving = candidates.flatMap((node) =>
    includesBlockedPods ? podsOn(node, state).filter(isReschedulable) : movingPods(node, context),
  );
  const leaving = state.nodes.filter(({ isDeleting }) => isDeleting).flatMap((node) => movingPods(node, context));
  return {
    gone: new Set(candidates),
    pods: [...pending.pods, ...moving, ...leaving],
    leaving: new Set(leaving),
  };
}
