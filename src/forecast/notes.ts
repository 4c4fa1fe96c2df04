import { isAssumedOnDemand } from "../kube/node.ts";
import { assumedSavingsPlanPercent } from "../money/cost.ts";
import type { SimulateInput, SimulateOptions } from "./options.ts";
import type { Gap } from "../snapshot/snapshot.ts";
import type { ForecastPass } from "./pass.ts";
import { poolNotes } from "./pool-notes.ts";
import { assumedReservedPercent } from "../money/reserved.ts";

/** Nodes of which nothing that was read says how they are paid for. */
function assumedCapacity({ snapshot }: SimulateInput): readonly string[] {
  const { length: nodes } = (snapshot.objects.nodes ?? []).filter(isAssumedOnDemand);
  if (nodes === 0) return [];
  const which = nodes === 1 ? "1 node is" : `${nodes} nodes are`;
  return [`nothing that was read says how they are paid for: ${which} taken for on-demand today`];
}

/** Malformed objects named one by one; the rest is a number. */
const maxNamed = 5;
/** Kinds whose loss changes the figures. */
const decisive: ReadonlySet<string> = new Set([
  "pods",
  "nodes",
  "daemonsets",
  "nodepools",
  "persistentvolumeclaims",
  "persistentvolumes",
]);

/** What else decides about notes. */
export interface NoteFacts {
  readonly countsVolumes: boolean;
  readonly isTodayRead: boolean;
  readonly isConsolidated: boolean;
}

/** What the result depends on and could not be known, each one sentence. */
export function notesOf(
  input: SimulateInput,
  pass: ForecastPass,
  { countsVolumes, isTodayRead, isConsolidated }: NoteFacts,
): readonly string[] {
  const { objects, gaps } = input.snapshot;
  const spot = pass.nodes.some((node) => node.capacityType === "spot");
  const remarks = gaps.filter(({ effect }) => effect === "assumed" || effect === "missing-pods");
  const isStandIn = input.prices?.sources.some((source) => source.estimates === "region");
  const fargate = pass.question.fargatePods;
  return [
    ...(isTodayRead ? [] : ["nodes were not read: what runs today is unknown"]),
    ...(objects.daemonsets === undefined ? ["DaemonSets were not read: their overhead is unknown and left out"] : []),
    ...remarks.filter((gap) => gap.reason !== "malformed").map(remarkText),
    ...(fargate === 0
      ? []
      : [`${fargate} ${fargate === 1 ? "pod" : "pods"} on Fargate left out: no node group and no NodePool runs them`]),
    ...keptNotes(pass),
    ...malformed(input),
    ...pass.types.caveats,
    ...poolNotes(input, pass),
    ...assumedCapacity(input),
    ...(isStandIn === true
      ? [`no price list of ${input.region} is at hand: --prices FILE or AWS credentials give its own`]
      : []),
    ...(spot ? ["which spot pool EC2 takes depends on its own capacity: the range spans all offers of a request"] : []),
    ...(isConsolidated
      ? [
          "consolidation: pods stand still for as long as consolidateAfter asks, and go where Karpenter's own plan puts them",
        ]
      : []),
    ...(countsVolumes ? [] : ["node disks are counted on neither side: their sizes are not known on both"]),
  ];
}

/** What stands in for something unknown; or whose pods are not counted. */
function remarkText({ effect, detail }: Gap): string {
  return effect === "missing-pods" ? `${detail}: Karpenter's side is too small` : detail;
}

/** Nodes that are neither quite there nor gone. */
function keptNotes({ question: { kept } }: ForecastPass): readonly string[] {
  const going = kept.going.size;
  const starting = kept.starting.length;
  const [stay, other] = [kept.nodes.length, kept.unmanaged.size];
  const nodes = stay === 1 ? "1 node of today's stays" : `${stay} nodes of today's stay`;
  const pods = other === 1 ? "1 pod that asks" : `${other} pods that ask`;
  const [are, their] = going === 1 ? ["1 node is", "its"] : [`${going} nodes are`, "their"];
  const machines = starting === 1 ? "1 machine of Karpenter's is" : `${starting} machines of Karpenter's are`;
  return [
    ...(other === 0 ? [] : [`${nodes} for ${pods} for nodes Karpenter does not manage: counted on both sides`]),
    ...(going === 0 ? [] : [`${are} going already: counted today only, ${their} pods at the place they find next`]),
    ...(starting === 0 ? [] : [`${machines} still starting: counted on both sides`]),
  ];
}

/** Objects that were left out, and quantities that cannot be read: the figures lack them. */
function malformed({ snapshot }: SimulateInput): readonly string[] {
  const found = snapshot.gaps.filter((gap) => gap.reason === "malformed").map((gap) => gap.detail);
  const more = found.length - maxNamed;
  return more > 0
    ? [...found.slice(0, maxNamed), `${more} more of these: \`dovetail assess --all\` names them`]
    : found;
}

/** False when something that would change the figures was not read. */
export function isComplete({ snapshot, prices }: SimulateInput): boolean {
  const { objects, gaps } = snapshot;
  const wasRead = [objects.pods, objects.nodes, objects.daemonsets].every((list) => list !== undefined);
  const isShort = gaps.some(({ effect, reason, what }) => {
    return effect === "missing-pods" || (reason === "malformed" && decisive.has(what));
  });
  return wasRead && prices !== undefined && !isShort;
}

/** The what-ifs and cost assumptions that were asked for, in words. */
export function assumptionsOf(options: SimulateOptions): readonly string[] {
  const plan = options.savingsPlanDiscountPercent ?? assumedSavingsPlanPercent;
  const reserved = options.reservedDiscountPercent ?? assumedReservedPercent;
  const list = (options.reservedInstances ?? []).map(({ instanceType, count }) => `${count} x ${instanceType}`);
  return [
    ...(options.capacityType === undefined ? [] : [`every NodePool restricted to ${options.capacityType}`]),
    ...(options.instanceTypes === undefined
      ? []
      : [`instance types restricted to ${options.instanceTypes.join(", ")}`]),
    ...(options.withoutDaemonSets ?? []).map((name) => `without DaemonSet ${name}`),
    ...(options.discountPercent === undefined ? [] : [`${options.discountPercent} % off on-demand prices`]),
    ...(options.savingsPlanUsdPerHour === undefined
      ? []
      : [`a Savings Plan of ${options.savingsPlanUsdPerHour} USD an hour at ${plan} % below list`]),
    ...(list.length === 0 ? [] : [`${list.join(", ")} reserved at ${reserved} % below list`]),
    ...(options.perNodeFeeUsdPerHour === undefined
      ? []
      : [`agents at ${options.perNodeFeeUsdPerHour} USD per node and hour`]),
    ...(options.consolidation === undefined
      ? []
      : [`nodes consolidated under ${options.consolidation.policy ?? "each NodePool's own policy"} until they settle`]),
    ...(options.hasMeasuredOverhead === true ? ["memory as live nodes report it"] : []),
  ];
}
