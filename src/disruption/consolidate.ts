// Mirrors pkg/controllers/disruption/consolidation.go of karpenter v1.14.1.
import type { KarpenterBehaviour } from "../karpenter/behaviour.ts";
import { labelKeys } from "../karpenter/labels.ts";
import { lowestPrice, orderByPrice, worstLaunchPrice } from "../karpenter/prices.ts";
import { hasValue } from "../karpenter/requirement.ts";
import { compatible, fromLabels, requirementOf } from "../karpenter/requirements.ts";
import type { LaunchOptions } from "../scheduling/pass/finalise.ts";
import { shortfallsOf, typesNeeded } from "../scheduling/types/min-values.ts";
import type { PlannedLaunch, PassOutcome } from "../scheduling/pass/pass-result.ts";
import { simulateWithout } from "../scheduling/pass/solve.ts";
import type { Candidate, Command, NoOp } from "./types.ts";
import type { DisruptionWorld } from "./world.ts";

/** A single spot node gives way to spot only where this many cheaper types remain, and to no more than these. */
const spotToSpotTypes = 15;

/** The pass without the candidates, as consolidation asks for it. */
export function simulated(candidates: readonly Candidate[], world: DisruptionWorld, nowMs: number): PassOutcome {
  const nodes = candidates.map(({ node }) => node);
  return simulateWithout(world.scheduling, { nodes, nowMs, enforceConsolidateAfter: true });
}

/** Deletes the candidates, or replaces all of them by one cheaper node; or says why not (Karpenter's `computeConsolidation`). */
export function consolidation(candidates: readonly Candidate[], world: DisruptionWorld, nowMs: number): Command | NoOp {
  const { error, allNonPendingPodsScheduled, podErrors, existing, launches } = simulated(candidates, world, nowMs);
  if (error !== undefined) return { kind: "failed", error };
  if (allNonPendingPodsScheduled !== true) return { kind: "pods-without-home", pods: [...podErrors.keys()] };
  const [launch] = launches;
  if (launch === undefined) return { candidates, replacements: [], existing };
  if (launches.length > 1) return { kind: "several-nodes", count: launches.length };
  const options = cheaperOptions(candidates, launch, world);
  return "kind" in options ? options : { candidates, replacements: [{ launch, options }], existing };
}

/** Whether it is a command. */
export function isCommand(found: Command | NoOp): found is Command {
  return "candidates" in found;
}

function cheaperOptions(
  candidates: readonly Candidate[],
  launch: PlannedLaunch,
  world: DisruptionWorld,
): LaunchOptions | NoOp {
  const { set, types } = launch.options;
  const ordered = { set, types: orderByPrice(types, set.all, world.buying) };
  const capacityType = requirementOf(set.all, labelKeys.capacityType);
  const admitsSpot = hasValue(capacityType, "spot");
  const asSpot = (options: LaunchOptions) => launch.restrict(options, labelKeys.capacityType, ["spot"]);
  if (admitsSpot && candidates.every((candidate) => candidate.capacityType === "spot"))
    return spotToSpot(candidates, asSpot(ordered), world);
  const kept = belowPrice(ordered, sumOfPrices(candidates, world.input.behaviour), world);
  if ("kind" in kept) return kept;
  // Prices were compared as if spot were launched: an on-demand launch in its place could cost more.
  return admitsSpot && hasValue(capacityType, "on-demand") ? asSpot(kept) : kept;
}

function spotToSpot(
  candidates: readonly Candidate[],
  { set, types }: LaunchOptions,
  world: DisruptionWorld,
): LaunchOptions | NoOp {
  if (world.input.options.featureGates?.["SpotToSpotConsolidation"] !== true) return { kind: "spot-to-spot-off" };
  const { family } = world.scheduling;
  const launchable = types.filter(({ offerings }) =>
    offerings.some((one) => one.available && compatible(set.all, one.requirements, family.wellKnown)),
  );
  const kept = belowPrice({ set, types: launchable }, sumOfPrices(candidates, world.input.behaviour), world);
  if ("kind" in kept || candidates.length > 1) return kept;
  if (kept.types.length < spotToSpotTypes) return { kind: "few-spot-types", count: kept.types.length };
  const needed = set.hasMinValues ? typesNeeded(kept.types, set, world.input.behaviour.minValuesCount) : 0;
  return { set, types: kept.types.slice(0, Math.max(spotToSpotTypes, needed)) };
}

/** Types that cost less than the limit at worst; minValues must hold among them. */
function belowPrice(
  { set, types }: LaunchOptions,
  limitUsdPerHour: number,
  { buying, input }: DisruptionWorld,
): LaunchOptions | NoOp {
  const kept = types.filter(
    ({ offerings }) => (worstLaunchPrice(offerings, set.all, buying) ?? Number.MAX_VALUE) < limitUsdPerHour,
  );
  if (shortfallsOf(kept, set, input.behaviour.minValuesCount) !== undefined) return { kind: "min-values" };
  return kept.length === 0 ? { kind: "not-cheaper" } : { set, types: kept };
}

/** USD per hour that the candidates cost together; before v1.14 nothing when one of them has no price (`getCandidatePrices`). */
export function sumOfPrices(
  candidates: readonly Candidate[],
  { candidatePrice }: Pick<KarpenterBehaviour, "candidatePrice">,
): number {
  if (candidatePrice === "cheapest" && candidates.some(({ isPriced }) => !isPriced)) return 0;
  let sum = 0;
  for (const { price } of candidates) sum += price;
  return sum;
}

/**
 * Several nodes are not replaced by one of their own types unless it costs less than the cheapest of that type: deleting the others would
 * do as much and move fewer pods (Karpenter's `filterOutSameInstanceType`). Returns less of the command, or why nothing of it remains.
 */
export function withoutSameType(command: Command, world: DisruptionWorld): Command | NoOp {
  const [replacement] = command.replacements;
  if (replacement === undefined) return command;
  const paid = cheapestByType(command.candidates, world);
  let limit = Number.MAX_VALUE;
  for (const { name } of replacement.options.types) limit = Math.min(limit, paid.get(name) ?? Number.MAX_VALUE);
  const options = belowPrice(replacement.options, limit, world);
  return "kind" in options ? options : { ...command, replacements: [{ ...replacement, options }] };
}

/** By type of the candidates: the least any of them could be had for with its labels; 0 where it could not be had at all. */
function cheapestByType(candidates: readonly Candidate[], { scheduling: { family } }: DisruptionWorld) {
  const offered = new Map<string, number[]>();
  for (const { type, node } of candidates) {
    if (type === undefined) continue;
    const price = lowestPrice(type.offerings, fromLabels(node.labels, family), family);
    offered.set(type.name, [...(offered.get(type.name) ?? []), ...(price === undefined ? [] : [price])]);
  }
  return new Map(Array.from(offered, ([name, prices]) => [name, prices.length === 0 ? 0 : Math.min(...prices)]));
}

/**
 * What a command saves (Karpenter's `EstimatedSavings`): USD per hour of its candidates less that of the first type of each replacement,
 * where it can be had.
 */
export function estimatedSavings(
  { candidates, replacements }: Pick<Command, "candidates" | "replacements">,
  { buying: { family, buyable }, input }: DisruptionWorld,
): number {
  let replaced = 0;
  for (const { options } of replacements) {
    const bought = options.types[0]?.offerings.filter((offering) => offering[buyable]) ?? [];
    replaced += lowestPrice(bought, options.set.all, family) ?? 0;
  }
  return sumOfPrices(candidates, input.behaviour) - replaced;
}
