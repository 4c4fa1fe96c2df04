import type { NodePool } from "../karpenter/api.ts";
import { type BudgetRule, budgetRules } from "../karpenter/disruption-budgets.ts";
import { labelFamily } from "../karpenter/labels.ts";
import { isProvisionable } from "../karpenter/pod-predicates.ts";
import type { Pod } from "../kube/objects.ts";
import { AmountTable, initialScale, Rescale, type Scale } from "./amounts.ts";
import { type CandidateContext, isCandidate, movingPods } from "./candidates.ts";
import { buildPass, type Pass, type PassInput } from "./pass.ts";
import { managedPools, usablePools, withTypes } from "./node-pools.ts";
import { type PendingPods, pendingPods } from "./pending-pods.ts";
import { passResult } from "./pass-result.ts";
import { matcherOf } from "./selector.ts";
import { type ClusterState, clusterState, type StateNode } from "./state-node.ts";
import type { SolveInput, SolveResult } from "./types.ts";
import { storageOf } from "./volumes.ts";

/** More scales than a pass could ever need: each finer one is for one resource, and at last numbers give way to bigints. */
const maxScales = 100;

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
): { readonly result: SolveResult; readonly pass: Pass | undefined } {
  let scale: Scale = initialScale;
  for (let attempt = 0; attempt < maxScales; attempt++) {
    try {
      return solveAt(input, scale, tracer);
    } catch (signal) {
      if (!(signal instanceof Rescale)) throw signal;
      scale = signal.scale;
    }
  }
  throw new Error("amounts do not settle on a scale");
}

interface Question {
  readonly pods: readonly Pod[];
  readonly nodes: readonly StateNode[];
  readonly pending: PendingPods;
  /** Pods that leave nodes already going. */
  readonly leaving: ReadonlySet<Pod>;
  readonly error?: string;
}

function solveAt(
  input: SolveInput,
  scale: Scale,
  tracer: PassInput["tracer"],
): { result: SolveResult; pass: Pass | undefined } {
  const family = labelFamily(input.wellKnownLabels);
  const state = clusterState(input.objects, input.marks);
  const storage = storageOf(input.objects);
  const budgets = budgetRules(input.objects.poddisruptionbudgets ?? [], matcherOf);
  const pending = pendingPods(state.pods, storage, family);
  const question = questionOf(input, { state, budgets, pending });
  const pools = usablePools(input.objects, input.options.assumeNodePoolsReady ?? false);
  const ignored = new Map(
    [...pending.ignored].map(([pod, reason]) => [`${pod.metadata.namespace ?? ""}/${pod.metadata.name}`, reason]),
  );
  const nothing: SolveResult = { newNodeClaims: [], existing: new Map(), podErrors: new Map(), ignored };
  const isSimulation = input.candidates !== undefined;
  if (question.error !== undefined) return { result: { ...nothing, error: question.error }, pass: undefined };
  if (pools.length === 0) {
    return {
      result: isSimulation ? { ...nothing, error: "creating scheduler, no nodepools found" } : nothing,
      pass: undefined,
    };
  }
  if (!isSimulation && question.pods.length === 0) return { result: nothing, pass: undefined };
  const pass = buildPass({
    input,
    family,
    state,
    storage,
    pools: withTypes(pools, input.instanceTypes),
    question,
    table: new AmountTable(scale),
    ...(tracer === undefined ? {} : { tracer }),
  });
  pass.scheduler.solve(pass.records);
  const result = passResult(pass, { ignored, isSimulation, leaving: question.leaving });
  if (!isSimulation) return { result, pass };
  const stranded = pass.records.some((record) => result.podErrors.has(record.key) && !isProvisionable(record.pod));
  return { result: { ...result, allNonPendingPodsScheduled: !stranded }, pass };
}

/** Which pods are to be placed on which nodes. The order of pods is Karpenter's: pending, then of candidates, then of nodes going. */
function questionOf(
  input: SolveInput,
  known: { state: ClusterState; budgets: readonly BudgetRule[]; pending: PendingPods },
): Question {
  const { state, budgets, pending } = known;
  const active = state.nodes.filter(({ isDeleting }) => !isDeleting);
  const context = { state, budgets, nowMs: input.nowMs };
  const leaving = state.nodes
    .filter(({ isDeleting }) => isDeleting)
    .flatMap((node) => movingPodsOfGoing(node, context));
  const base = { pending, leaving: new Set(leaving) };
  if (input.candidates === undefined) return { ...base, nodes: active, pods: [...pending.pods, ...leaving] };
  const names = new Set(input.candidates);
  const pools: readonly NodePool[] = managedPools(input.objects);
  const full: CandidateContext = { ...context, pools, types: input.instanceTypes, marks: input.marks };
  const candidates = input.candidates.map((name) => ({
    name,
    node: state.nodes.find((node) => node.name === name && isCandidate(node, full)),
  }));
  const missing = candidates.filter(({ node }) => node === undefined).map(({ name }) => name);
  if (missing.length > 0)
    return { ...base, nodes: [], pods: [], error: `not a candidate: ${missing.sort().join(", ")}` };
  const moving = candidates.flatMap(({ node }) => (node === undefined ? [] : movingPods(node, context)));
  return {
    ...base,
    nodes: active.filter(({ name }) => !names.has(name)),
    pods: [...pending.pods, ...moving, ...leaving],
  };
}

function movingPodsOfGoing(node: StateNode, context: Parameters<typeof movingPods>[1]): Pod[] {
  return movingPods(node, context);
}
