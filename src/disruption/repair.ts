// Mirrors pkg/controllers/node/health/controller.go of karpenter v1.14.1.
import type { MethodContext, MethodDecision, StaticReplacement } from "./methods.ts";
import { drainBoundOf, isIll } from "./repair-decision.ts";
import { replacementOf } from "./replace.ts";
import { fullReservationsOf, holdsOneOf, staticPool } from "./static-pools.ts";
import { labelKeys } from "../karpenter/labels.ts";
import type { Candidate, Command, DisruptionInput } from "./types.ts";
import type { DisruptionWorld } from "./world.ts";

/** Where more than this share of a pool's nodes are ill, what made them so is not theirs, and none is repaired. */
const illPercent = 20;

/** Whether repair is one of the methods: from v1.15 on with its gate, unless the option brings the old controller back. */
export function repairs({ behaviour, options }: DisruptionInput): boolean {
  return (
    behaviour.nodeRepair === "method" &&
    options.featureGates?.["NodeRepair"] === true &&
    options.usesLegacyRepair !== true
  );
}

/**
 * Replaces the node that has been ill longest past its toleration (Karpenter's `repair.go`, v1.15). One command a pass. Pods that refuse to
 * go do not save it: they need places as well, and draining is bounded.
 */
export function repair(candidates: readonly Candidate[], context: MethodContext): MethodDecision {
  const considered = [...candidates].sort(byScore);
  const broken = brokenPools(context.world);
  for (const candidate of considered) {
    const pool = candidate.pool.metadata.name;
    if (broken.has(pool)) continue;
    // A node that has not started runs nothing that a budget would protect.
    if (candidate.node.isInitialized && (context.budgets.get(pool) ?? 0) === 0) continue;
    const found =
      candidate.pool.spec.replicas === undefined
        ? replacementOf(candidate, context, { gate: "TerminateFirstRepair", includesBlockedPods: true })
        : staticRepair(candidate, context.world);
    if (found === undefined) continue;
    if ("error" in found) return { considered, commands: [], error: found.error };
    return { considered, commands: [bounded(found, drainBoundOf(candidate))] };
  }
  return { considered, commands: [] };
}

function bounded<C extends Command | StaticReplacement>(command: C, drainBound: bigint | undefined): C {
  return drainBound === undefined ? command : { ...command, drainBound };
}

function byScore(a: Candidate, b: Candidate): number {
  const [first, second] = [a.repair?.score ?? 0, b.repair?.score ?? 0];
  if (first !== second) return second - first;
  if (a.disruptionCost !== b.disruptionCost) return a.disruptionCost - b.disruptionCost;
  return a.node.name < b.node.name ? -1 : a.node.name > b.node.name ? 1 : 0;
}

/** Pools of which too many nodes are ill; the share is rounded up, so that one ill node of few does not stop repair. */
function brokenPools({ input }: DisruptionWorld): ReadonlySet<string> {
  const counts = new Map<string, { all: number; ill: number }>();
  for (const node of input.objects.nodes ?? []) {
    const pool = node.metadata.labels?.[labelKeys.nodePool] ?? "";
    if (pool === "") continue;
    const count = counts.get(pool) ?? { all: 0, ill: 0 };
    count.all += 1;
    if (isIll(node)) count.ill += 1;
    counts.set(pool, count);
  }
  return new Set(
    [...counts].flatMap(([pool, { all, ill }]) => (ill > Math.ceil((illPercent * all) / 100) ? [pool] : [])),
  );
}

/** A static pool's node is replaced by the plain template, within the pool's limit of nodes. */
function staticRepair(candidate: Candidate, world: DisruptionWorld): StaticReplacement | undefined {
  const { isShrinking, room, isRefilled } = staticPool(candidate, world);
  if (isShrinking) return undefined;
  const goesFirst = world.input.options.featureGates?.["TerminateFirstRepair"] === true;
  const full = goesFirst ? fullReservationsOf(candidate, world) : undefined;
  if (full !== undefined && !holdsOneOf(candidate, full, world)) return undefined;
  if (full === undefined && room > 0) return { replaces: candidate };
  return goesFirst && isRefilled ? { replaces: candidate, isTerminateFirst: true } : undefined;
}
