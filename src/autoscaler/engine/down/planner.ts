// Mirrors core/scaledown/planner/planner.go of Cluster Autoscaler 1.36.1.
import type { Node } from "../../../kube/objects.ts";
import type { Unneeded, Unremovable, Utilization } from "../decision.ts";
import type { LoopState } from "../loop-state.ts";
import { HintingSimulator } from "../room/hints.ts";
import type { Room } from "../room/room.ts";
import { podNames, RemainingBudgets } from "./budgets.ts";
import { Controllers } from "./drain-rules.ts";
import { eligibilityOf } from "./eligibility.ts";
import { simulateRemoval } from "./removal.ts";
import { deletionCandidate, taintTimeMs } from "../state/taints.ts";

/**
 * Finds the nodes that are not needed (core/scaledown/planner/planner.go, `UpdateClusterState`): eligible candidates in order,
 * each simulated
 * on top of those before it, until enough are found. What is found goes to memory; the room stays as it was.
 */
export function plan(
  loop: LoopState,
  room: Room,
  of: { readonly candidates: readonly Node[]; readonly destinations: readonly Node[] },
): void {
  const { memory, view } = loop;
  noteInterval(loop);
  const leaving = new Set(memory.deletions.map(({ node }) => node));
  const candidates = of.candidates.filter((node) => !leaving.has(node.metadata.name));
  const destinations = new Set(of.destinations.map((node) => node.metadata.name).filter((name) => !leaving.has(name)));
  forgetOld(loop, room);
  const unremovable = new Map<string, Unremovable>();
  const utilization: Record<string, Utilization> = {};
  const eligible: string[] = [];
  for (const node of candidates) {
    const { name } = node.metadata;
    const found = eligibilityOf(loop, room, node);
    if (found.utilization !== undefined) utilization[name] = found.utilization;
    if (found.reason === undefined) eligible.push(name);
    else unremovable.set(name, { node: name, reason: found.reason });
  }
  const simulator = new HintingSimulator(memory.moveHints);
  room.fork();
  const unneeded = simulate(loop, room, { eligible, destinations, simulator, unremovable });
  room.revert();
  simulator.dropOld();
  memory.moveHints = simulator.hints();
  memory.unneeded = unneeded;
  memory.candidates = unneeded.map(({ node }) => node);
  memory.unremovable = [...unremovable.values()];
  memory.utilization = utilization;
  memory.latestPlanMs = view.nowMs;
}

/** What a new process learns of unneeded nodes from the marks that one before it left, unless they are too old (unneeded/nodes.go). */
export function unneededByTaints({ view, settings }: LoopState): readonly Unneeded[] {
  const ttlMs = settings.of("node-deletion-candidate-ttl");
  if (ttlMs === 0) return [];
  return view.nodes.flatMap((node) => {
    const sinceMs = taintTimeMs(node, deletionCandidate);
    if (sinceMs === undefined || sinceMs + ttlMs < view.nowMs) return [];
    return [{ node: node.metadata.name, sinceMs, moves: [], isRisky: false, onCompletion: 0 }];
  });
}

function noteInterval({ memory, view, settings }: LoopState): void {
  const initial = settings.of("scale-down-unneeded-time");
  const before = memory.planIntervalMs ?? (initial === 0 ? 1e-6 : initial);
  const interval = memory.latestPlanMs === undefined ? Number.MAX_SAFE_INTEGER : view.nowMs - memory.latestPlanMs;
  memory.planIntervalMs = Math.min(before, interval);
}

// Nodes that are gone, or whose time out is over, may be asked again.
function forgetOld({ memory, view }: LoopState, room: Room): void {
  const kept = Object.entries(memory.unremovableUntilMs).filter(
    ([name, untilMs]) => room.node(name) !== undefined && untilMs > view.nowMs,
  );
  memory.unremovableUntilMs = Object.fromEntries(kept);
}

/** How many nodes may be unneeded at once: a step more than before, and no more than can go before the next would be due. */
export function unneededLimit({ memory, settings }: LoopState): number {
  const n = settings.parallelism;
  const limit = memory.unneeded.length + 2 * n;
  const interval = memory.planIntervalMs ?? 1;
  const time = Math.max(settings.of("scale-down-unneeded-time"), interval);
  return Math.min(limit, n * Math.floor(time / interval) + n);
}

function simulate(
  loop: LoopState,
  room: Room,
  of: {
    readonly eligible: readonly string[];
    readonly destinations: Set<string>;
    readonly simulator: HintingSimulator;
    readonly unremovable: Map<string, Unremovable>;
  },
): readonly Unneeded[] {
  const { memory, view, settings, cloud } = loop;
  const budgets = new RemainingBudgets(view.budgets);
  const drain = { settings, nowMs: view.nowMs, controllers: new Controllers(view), budgets };
  const sinceMs = new Map(memory.unneeded.map((one) => [one.node, one.sinceMs]));
  const untilMs = view.nowMs + settings.of("unremovable-node-recheck-timeout");
  const limit = unneededLimit(loop);
  const found: Unneeded[] = [];
  const asked: [string, number][] = [];
  let atomic = 0;
  for (const name of of.eligible) {
    if (found.length - atomic >= limit) break;
    const node = room.node(name)?.node;
    const result = simulateRemoval(name, { loop, room, simulator: of.simulator, drain, destinations: of.destinations });
    if ("unremovable" in result) {
      of.unremovable.set(name, result.unremovable);
      asked.push([name, untilMs]);
      continue;
    }
    const { moves, onCompletion } = result.removable;
    const isRisky = !budgets.allowsTogether(moves);
    of.destinations.delete(name);
    budgets.take(moves);
    if (node !== undefined && cloud.groupOf(node)?.options.isAtomic === true) atomic += 1;
    found.push({
      node: name,
      sinceMs: sinceMs.get(name) ?? view.nowMs,
      moves: podNames(moves),
      isRisky,
      onCompletion: onCompletion.length,
    });
  }
  memory.unremovableUntilMs = { ...memory.unremovableUntilMs, ...Object.fromEntries(asked) };
  return found;
}
