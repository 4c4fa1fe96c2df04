import { fidelityOf } from "../karpenter/behaviours.ts";
import { zoneOf } from "../kube/node.ts";
import { describeOwner, indexOwners } from "../kube/owners.ts";
import { isBound, isSynthesised, nameOf, podsByName } from "../kube/pod.ts";
import { amountsOfPod, amountsOfTexts, lessAmounts, sumAmounts } from "./amounts.ts";
import { checkQuestion } from "./check-question.ts";
import { consolidated } from "./consolidation.ts";
import { sumCosts, unknownCost } from "../money/cost.ts";
import { evictionsOf } from "./evictions.ts";
import { fleetOf } from "./fleet.ts";
import { keepingZones } from "../migration/shift/spread.ts";
import { keptNodes } from "./kept-nodes.ts";
import { leftAloneOf, withZoneReasons } from "./left-alone.ts";
import { isLonely } from "./lonely.ts";
import { assumptionsOf, isComplete, notesOf } from "./notes.ts";
import { unjudgedPools } from "./pool-notes.ts";
import type { SimulateInput, SimulateOptions } from "./options.ts";
import { type ForecastPass, runPass } from "./pass.ts";
import { cheaperShapeOf } from "./shape.ts";
import { archMoves } from "./platform-moves.ts";
import { sharedDevices } from "./shared-devices.ts";
import { swappedShape } from "./shape-swap.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import type { Sides } from "./sides.ts";
import { sourcesFor } from "../money/nodes-cost.ts";
import { withSpot } from "../money/spot-model.ts";
import { subnetUse, zoneShares } from "./spread.ts";
import { nodesToday } from "./today.ts";
import type {
  FleetAmounts,
  DaemonOverhead,
  Fleet,
  FleetNode,
  LeftAlone,
  SimulationOutcome,
  UnschedulablePod,
} from "./types.ts";
import type { CostRange } from "../money/types.ts";
import { verdictOf } from "./verdict.ts";
import { volumePriceSource, volumesOfNode, volumesToday } from "./volumes.ts";
import { withWhatIfs } from "./workload.ts";

/** The outcome with what only this process needs: what was asked of the engine, and its answer. */
export interface Simulation {
  readonly outcome: SimulationOutcome;
  readonly input: SimulateInput;
  readonly pass: ForecastPass;
}

/**
 * What Karpenter would run for these pods, beside what runs now. Pure: the same input gives the same outcome.
 *
 * The engine places the pods exactly as the release of Karpenter that is asked about would; what EC2 then launches of each request stays a
 * set with a price range.
 */
export function simulate(given: SimulateInput, options: SimulateOptions = {}): Simulation {
  checkQuestion(given, options);
  const input = prepared(given, options);
  const placed = runPass(input, options);
  const fleet = [...keptNodes(input, placed), ...placed.nodes];
  const settled =
    options.consolidation === undefined ? undefined : consolidated(input, placed, fleet, options.consolidation.policy);
  const planned = settled?.nodes ?? fleet;
  const pass = { ...placed, nodes: planned.filter((node) => !node.isExisting) };
  const { before, after, countsVolumes } = fleetsOf({ input, pass, planned }, options);
  const alone = aloneOf(input, options);
  const refused = withZoneReasons(input, unschedulableOf(input, pass), alone);
  const unjudged = unjudgedPools(input);
  const unschedulable = unjudged.length > 0 ? [] : refused; // a pool that is not simulated may have a place for them
  const cheaperShape =
    swappedShape(input, pass) ??
    cheaperShapeOf({ input, options, fleet: after, unplaced: refused.length, solveWith: runPass });
  const { snapshot } = input;
  const { isTodayRead } = readFrom(snapshot);
  const verdict = verdictOf(
    {
      today: before,
      karpenter: after,
      scope: {
        isPendingOnly: options.isPendingOnly === true,
        pods: pass.question.pods.length,
        waiting: placedOfWaiting(pass, refused),
        moves: settled?.outcome.moves.length ?? 0,
      },
      ...readFrom(snapshot),
      ...(alone === undefined ? {} : { leftAlone: alone }),
      unjudged: { pools: unjudged, pods: unjudged.length > 0 ? refused.length : 0 },
      unschedulable,
      lonelyNodes: pass.nodes.filter((node) => isLonely(node, pass.pods)).length,
      cheaperShape,
      archMoves: archMoves(input, pass),
      sharedDevices: sharedDevices(input, pass),
      prices: input.prices,
    },
    options,
  );
  return {
    input,
    pass,
    outcome: {
      schema: "dovetail.simulation/1",
      ...about(input),
      scope: options.isPendingOnly === true ? "pending" : "all",
      nodePools: input.nodePools.map((pool) => pool.metadata.name).sort(),
      nodePoolSource: input.nodePoolSource,
      isTodayRead,
      today: before,
      karpenter: after,
      unschedulable,
      daemonSets: daemonOverhead(pass, { before, after }),
      zones: zoneShares(before.nodes, after.nodes),
      subnets: subnetUse(after.nodes, pass),
      evictions: evictionsOf(snapshot, options.isPendingOnly === true ? [] : pass.question.pods),
      verdict,
      ...(alone === undefined ? {} : { leftAlone: alone }),
      ...(cheaperShape === undefined ? {} : { cheaperShape }),
      ...(settled === undefined ? {} : { consolidation: settled.outcome }),
      prices: [...sourcesOf(input, [before, after]), ...(countsVolumes ? [volumePriceSource(input.region)] : [])],
      approximations: notesOf(input, pass, { countsVolumes, isTodayRead, isConsolidated: settled !== undefined }),
      gaps: snapshot.gaps,
      isComplete: isComplete(input),
      assumptions: assumedIn(input, options),
    },
  };
}

const freed = "all pods placed afresh, as Karpenter would when left alone: no replica keeps its zone";

function assumedIn(input: SimulateInput, options: SimulateOptions): readonly string[] {
  return [...assumptionsOf(options), ...(isFreed(input, options) ? [freed] : [])];
}

/** Whether zones would be kept, had it not been asked otherwise. */
function isFreed(input: SimulateInput, { keepsZones, isPendingOnly }: SimulateOptions): boolean {
  if (keepsZones !== false || isPendingOnly === true || input.isMigrated === true) return false;
  return keepingZones(input.snapshot) !== input.snapshot;
}

/** The same pods placed afresh; undefined where no replica keeps a zone. */
function aloneOf(input: SimulateInput, options: SimulateOptions): LeftAlone | undefined {
  const isFree = options.keepsZones !== true || options.isPendingOnly === true;
  if (isFree || keepingZones(input.snapshot) === input.snapshot) return undefined;
  const free = { ...options, keepsZones: false };
  const pass = runPass(input, free);
  const planned = [...keptNodes(input, pass), ...pass.nodes];
  return leftAloneOf(fleetsOf({ input, pass, planned }, free).after, unschedulableOf(input, pass));
}

/** What the answer depends on having been read. */
function readFrom({ objects, gaps }: Snapshot): Pick<Sides, "isTodayRead" | "hasDaemonSets" | "missing"> {
  return {
    isTodayRead: objects.nodes !== undefined,
    hasDaemonSets: objects.daemonsets !== undefined,
    missing: gaps.filter(({ effect }) => effect === "missing-pods").map(({ detail }) => detail),
  };
}

/** Which cluster, and whose decisions. */
function about({
  snapshot,
  region,
  release,
  isMigrated,
}: SimulateInput): Pick<SimulationOutcome, "cluster" | "region" | "karpenterRelease" | "readAt" | "inCharge"> {
  const { version, decidedAs } = release;
  const { isCompared, behaviours, readOnly } = fidelityOf(decidedAs);
  const karpenterRelease = { version, decidedAs, isCompared, behaviours, readOnly };
  const inCharge = isMigrated === true ? "karpenter" : "cluster-autoscaler";
  return { cluster: snapshot.clusterName, region, karpenterRelease, readAt: snapshot.readAt, inCharge };
}

/** Both sides. Disks count where they are known on both. */
function fleetsOf(
  made: { readonly input: SimulateInput; readonly pass: ForecastPass; readonly planned: readonly FleetNode[] },
  options: SimulateOptions,
): { readonly before: Fleet; readonly after: Fleet; readonly countsVolumes: boolean } {
  const { input, pass, planned } = made;
  const { nodes } = pass.question;
  const today = volumesToday(input.snapshot, nodes);
  const names = new Set(planned.map(({ name }) => name));
  const kept = nodes.filter(({ metadata }) => names.has(metadata.name));
  const after = sumCosts([volumesToday(input.snapshot, kept), plannedVolumes(pass)]);
  const countsVolumes = today.expected !== undefined && after.expected !== undefined;
  const vcpusOf = (type: string): number | undefined => input.catalogue.types.get(type)?.info.VCpuInfo.DefaultVCpus;
  const parts = { countsVolumes, vcpusOf, prices: input.prices };
  return {
    before: fleetOf(
      nodesToday(input, nodes, (pod) => !isSynthesised(pod)),
      options,
      { ...parts, volumes: today },
    ),
    after: fleetOf(planned, options, { ...parts, volumes: after }),
    countsVolumes,
  };
}

function prepared(input: SimulateInput, options: SimulateOptions): SimulateInput {
  const zones = (input.snapshot.objects.nodes ?? []).flatMap((node) => zoneOf(node) ?? []);
  const prices = input.prices === undefined ? undefined : withSpot(input.prices, withSold(input, zones));
  return { ...input, nodePools: withWhatIfs(input.nodePools, options), prices };
}

/** The zones of the nodes there are, and all in which the region sells an instance type. */
function withSold({ catalogue, region }: SimulateInput, zones: readonly string[]): readonly string[] {
  return Array.from(new Set([...zones, ...Array.from(catalogue.zones.get(region)?.values() ?? []).flat()]));
}

/** Pods that wait today and would get a place. */
function placedOfWaiting(pass: ForecastPass, unschedulable: readonly UnschedulablePod[]): readonly FleetAmounts[] {
  const left = new Set(unschedulable.map((one) => one.pod));
  return pass.question.pods.filter((pod) => !isBound(pod) && !left.has(nameOf(pod))).map(amountsOfPod);
}

function sourcesOf({ prices }: SimulateInput, fleets: readonly Fleet[]): SimulationOutcome["prices"] {
  return sourcesFor(
    prices,
    fleets.some((fleet) => fleet.nodes.some((node) => node.capacityType === "spot")),
  );
}

function plannedVolumes(pass: ForecastPass): CostRange {
  return sumCosts(
    pass.nodes.map((node) => {
      const found = pass.types.byPool.get(node.owner ?? "");
      return found === undefined ? unknownCost : volumesOfNode(found.nodeClass);
    }),
  );
}

function unschedulableOf(input: SimulateInput, pass: ForecastPass): readonly UnschedulablePod[] {
  const owners = indexOwners(input.snapshot.objects);
  const originals = podsByName(input.snapshot.objects.pods ?? []);
  const row = (key: string, reason: string): UnschedulablePod => {
    const pod = originals.get(key);
    // A pod that was imagined waits nowhere.
    const isPendingToday = (pod?.spec.nodeName ?? "") === "" && !(pod !== undefined && isSynthesised(pod));
    return { pod: key, owner: pod === undefined ? undefined : describeOwner(pod, owners), reason, isPendingToday };
  };
  const refused = Array.from(pass.result.podErrors, ([key, refusal]) => row(key, refusal.message));
  const ignored = Array.from(pass.result.ignored, ([key, reason]) => row(key, reason));
  const placed = new Set([
    ...pass.result.newNodeClaims.flatMap((claim) => claim.pods),
    ...Array.from(pass.result.existing.values()).flat(),
    ...pass.result.podErrors.keys(),
    ...pass.result.ignored.keys(),
  ]);
  // Without a usable pool the engine says nothing about the pods.
  const silent = pass.question.pods
    .map(nameOf)
    .filter((key) => !placed.has(key))
    .map((key) => row(key, pass.result.error ?? "no NodePool offers an instance type"));
  return [...refused, ...ignored, ...silent].sort((a, b) => (a.pod < b.pod ? -1 : 1));
}

function daemonOverhead(pass: ForecastPass, sides: { readonly before: Fleet; readonly after: Fleet }): DaemonOverhead {
  return {
    daemonSets: pass.question.objects.daemonsets?.length,
    today: sides.before.totals.daemonRequested,
    karpenter: sides.after.totals.daemonRequested,
    systemToday: systemOf(pass, sides.before),
    systemKarpenter: systemOf(pass, sides.after),
  };
}

/** Capacity less allocatable, of nodes as they report it or of types as Karpenter computes it. */
function systemOf(pass: ForecastPass, fleet: Fleet): FleetAmounts | undefined {
  const nodes = new Map(pass.question.nodes.map((node) => [node.metadata.name, node]));
  const parts = fleet.nodes.map((node) => {
    const capacity = node.isExisting
      ? nodes.get(node.name)?.status?.capacity
      : pass.types.byPool.get(node.owner ?? "")?.typeNamed(node.instanceType ?? "")?.capacity;
    const amounts = amountsOfTexts(capacity);
    return amounts === undefined || node.allocatable === undefined ? undefined : lessAmounts(amounts, node.allocatable);
  });
  return parts.includes(undefined) ? undefined : sumAmounts(parts.flatMap((part) => part ?? []));
}
