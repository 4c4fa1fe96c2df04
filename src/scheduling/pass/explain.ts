// Our own: the real program has no such file.
import type { InstanceType } from "../../karpenter/instance-type.ts";
import { compareText } from "../../karpenter/requirements.ts";
import type { ClaimOrder } from "../nodes/claim-order.ts";
import { type ExistingNode, hasRoom, type NodeRefusal, tryNode } from "../nodes/existing-node.ts";
import type { PlacementAttempt } from "../nodes/attempt.ts";
import { tryClaim } from "../nodes/fitting.ts";
import { freeGroups, inFlightNode } from "../nodes/in-flight-node.ts";
import type { PoolWithTypes } from "../nodes/node-pools.ts";
import type { Pass } from "./pass.ts";
import { type Refusal, refusalClass } from "../nodes/refusal.ts";
import { textContext } from "./pass-result.ts";
import { refusalText } from "./refusal-text.ts";
import { solvePass } from "./solve.ts";
import type { Template } from "../nodes/template.ts";
import { judgedPool, type JudgedTypes, judgeTypes, type TypeQuestion } from "../nodes/type-rejections.ts";
import type { PodKey, SolveInput, SolveResult } from "../types.ts";

/** How many places are named beside a count. */
const shownExamples = 5;

/** Places of one kind that refused a pod for one reason. */
interface PlaceRefusals {
  /** `resources`, `taints`, `topology`, … */
  readonly reason: string;
  readonly count: number;
  readonly examples: readonly string[];
}

/** What making a new node of one pool came to. Types are judged where it came down to them. */
export interface PoolTrace extends JudgedTypes {
  readonly nodePool: string;
  /** Undefined: the pool would make a node for it. */
  readonly refusal: { readonly reason: string; readonly text: string; readonly cause: Refusal } | undefined;
}

/** One attempt to place a pod, with the wishes it had left. */
interface AttemptTrace {
  /** Wishes given up before, in order. */
  readonly gaveUp: readonly string[];
  readonly existingNodes: readonly PlaceRefusals[];
  readonly plannedNodes: readonly PlaceRefusals[];
  readonly pools: readonly PoolTrace[];
}

/** Where a pod went or why it went nowhere. */
export interface PodTrace {
  readonly pod: PodKey;
  readonly placement:
    | { readonly kind: "existing"; readonly node: string }
    | { readonly kind: "new"; readonly nodePool: string; readonly claim: number }
    | { readonly kind: "ignored"; readonly reason: string }
    | { readonly kind: "nowhere"; readonly message: string };
  /** The attempts of its last turn; all but the last of them failed, and the last one too where it went nowhere. */
  readonly attempts: readonly AttemptTrace[];
}

/** Solves once more and follows some pods through it. Pods that the pass never met are left out. */
export function explainPods(
  input: SolveInput,
  pods: ReadonlySet<PodKey>,
): { readonly result: SolveResult; readonly explanations: ReadonlyMap<PodKey, PodTrace> } {
  const turns = new Map<PodKey, AttemptTrace[]>();
  const { result } = solvePass(input, (pass) => (attempt, claims) => {
    const { record, shape } = attempt;
    if (!pods.has(record.key)) return;
    const isFirst = shape === record.shape;
    const before = isFirst ? [] : (turns.get(record.key) ?? []);
    turns.set(record.key, [...before, traceOf(attempt, claims, pass)]);
  });
  const explanations = new Map<PodKey, PodTrace>();
  for (const pod of pods) {
    const placement = placementOf(pod, result);
    if (placement !== undefined) explanations.set(pod, { pod, placement, attempts: turns.get(pod) ?? [] });
  }
  return { result, explanations };
}

function placementOf(pod: PodKey, result: SolveResult): PodTrace["placement"] | undefined {
  const ignored = result.ignored.get(pod);
  if (ignored !== undefined) return { kind: "ignored", reason: ignored };
  const failure = result.podErrors.get(pod);
  if (failure !== undefined) return { kind: "nowhere", message: failure.message };
  for (const [node, placed] of result.existing) if (placed.includes(pod)) return { kind: "existing", node };
  const claim = result.newNodeClaims.findIndex(({ pods }) => pods.includes(pod));
  const found = result.newNodeClaims[claim];
  return found === undefined ? undefined : { kind: "new", nodePool: found.nodePool, claim };
}

type Parts = Omit<Pass, "scheduler">;

function traceOf(made: PlacementAttempt, claims: ClaimOrder, pass: Parts): AttemptTrace {
  // Who watches must not use up the pod's draws.
  const attempt = { ...made, order: made.order.copy() };
  const existing = new Refusals();
  for (const node of pass.nodes) {
    const reason = nodeRefusal(node, attempt, pass);
    if (reason === undefined) break;
    existing.add(reason, node.state.name);
  }
  const planned = new Refusals();
  for (const node of claims) {
    const fit = tryClaim(node, attempt, { relaxesMinValues: false }, pass.tools);
    if (!("kind" in fit)) break;
    planned.add(refusalClass(fit), node.template.name);
  }
  const pools = pass.pools.map((pool) => poolTrace(pool, attempt, { ...pass, claims }));
  return { gaveUp: gaveUp(attempt), existingNodes: existing.list(), plannedNodes: planned.list(), pools };
}

/** What was given up on the way from the pod as written to its present shape. */
function gaveUp({ record, shape }: PlacementAttempt): readonly string[] {
  const given: string[] = [];
  for (let at = record.shape.constraints; at !== shape.constraints; ) {
    if (at.gives === undefined || at.next === null || at.next === undefined) return given;
    given.push(at.gives);
    at = at.next;
  }
  return given;
}

function nodeRefusal(node: ExistingNode, attempt: PlacementAttempt, { tools }: Parts): NodeRefusal | undefined {
  const { record, shape } = attempt;
  if (record.mounted === undefined) return "volumes";
  if (node.isUnderConsolidateAfter && !record.mayDisturb) return "consolidateAfter";
  if (!hasRoom(node, shape.requests, tools.table.zero)) return "resources";
  const place = tryNode(node, { ...attempt, mounted: record.mounted }, tools);
  return typeof place === "string" ? place : undefined;
}

function poolTrace(
  given: PoolWithTypes,
  attempt: PlacementAttempt,
  pass: Parts & { readonly claims: ClaimOrder },
): PoolTrace {
  const nodePool = given.pool.metadata.name;
  const template = pass.templates.find(({ name }) => name === nodePool);
  const pool = judgedPool(given, pass.templates, pass.tools);
  if (template === undefined) return { nodePool, refusal: undefined, ...judgeTypes(pool, undefined) };
  const { refusal, question } = tryPool(template, attempt, pass);
  const judged = question === undefined ? nothingJudged : judgeTypes(pool, question);
  if (refusal === undefined) return { nodePool, refusal, ...judged, nearest: undefined };
  const text = refusalText(refusal, textContext(pass, pass.claims));
  return { nodePool, refusal: { reason: refusalClass(refusal), text, cause: refusal }, ...judged };
}

const nothingJudged: JudgedTypes = { left: [], rejections: [], nearest: undefined };

/** As the scheduler tries a new node of a pool; the question is what its types were asked, where it came to that. */
function tryPool(
  template: Template,
  attempt: PlacementAttempt,
  { tools, limits, relaxesMinValues }: Parts,
): { readonly refusal: Refusal | undefined; readonly question: TypeQuestion | undefined } {
  const opening = limits.opening(template);
  if ("kind" in opening) return { refusal: opening, question: undefined };
  const node = inFlightNode(template, { index: -1, id: 0 }, tools);
  const fit = tryClaim(node, attempt, { relaxesMinValues, ...opening }, tools);
  const refusal = "kind" in fit ? fit : undefined;
  if ("kind" in fit && fit.kind !== "filter") return { refusal, question: undefined };
  const { record, shape } = attempt;
  const question: TypeQuestion = {
    set: fit.set,
    requests: shape.requests,
    kept: "kind" in fit ? fit.kept : fit.bits,
    eligible: opening.eligible,
    groups: freeGroups(node, { key: record.key, ports: shape.hostPorts }, tools.behaviour),
  };
  return { refusal, question };
}

/**
 * Why a node that the pass plans is of no other type that somebody asks about. `claim` is its place in the result. Undefined when the
 * pass plans no such node.
 */
export function explainClaim(
  input: SolveInput,
  claim: number,
  isAsked: (type: InstanceType) => boolean,
): JudgedTypes | undefined {
  const { pass, launches } = solvePass(input);
  const node = launches[claim]?.node;
  const given = pass?.pools.find(({ pool }) => pool.metadata.name === node?.template.name);
  if (pass === undefined || node === undefined || given === undefined) return undefined;
  const columns = node.requests.flatMap((_, column) => (node.mentioned[column] === 1 ? [column] : []));
  const values = columns.map((column) => node.requests[column] ?? pass.tools.table.zero);
  const free = node.pods.flatMap(({ key, shape }) => {
    const groups = freeGroups(node, { key, ports: shape.hostPorts }, pass.tools.behaviour);
    return groups === undefined ? [] : [groups];
  });
  const asked = { pool: given.pool, types: given.types.filter(isAsked) };
  return judgeTypes(judgedPool(asked, pass.templates, pass.tools), {
    set: node.place.set,
    requests: { columns, values },
    kept: node.bits,
    eligible: undefined,
    groups: node.template.universe.groups.map((_, at) => free.every((groups) => groups[at] === true)),
  });
}

/** Counts by reason, most frequent first. */
class Refusals {
  readonly #byReason = new Map<string, { count: number; examples: string[] }>();

  add(reason: string, place: string): void {
    const known = this.#byReason.get(reason) ?? { count: 0, examples: [] };
    known.count += 1;
    if (known.examples.length < shownExamples && !known.examples.includes(place)) known.examples.push(place);
    this.#byReason.set(reason, known);
  }

  list(): readonly PlaceRefusals[] {
    return [...this.#byReason]
      .map(([reason, { count, examples }]) => ({ reason, count, examples }))
      .sort((a, b) => b.count - a.count || compareText(a.reason, b.reason));
  }
}
