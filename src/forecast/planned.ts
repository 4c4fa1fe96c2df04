import { cheapestOffer, chooseLaunch, type FleetOffer, fleetOffers } from "../karpenter/aws/launch-choice.ts";
import { launchAllocatable, type LaunchType } from "../karpenter/aws/launch-type.ts";
import type { Release } from "../karpenter/releases.ts";
import { awsLabels } from "../karpenter/labels.ts";
import { fromSpecs } from "../karpenter/requirements.ts";
import type { Pod } from "../kube/objects.ts";
import { parseResources } from "../kube/resource-list.ts";
import type { PlannedNodeClaim } from "../scheduling/types.ts";
import { amountsOfList, amountsOfPod, amountsOfTexts, lessAmounts, noAmounts, sumAmounts } from "./amounts.ts";
import { machineCost, unknownCost } from "../money/cost.ts";
import type { SimulateInput } from "./options.ts";
import type { ClassTypes } from "./pool-types.ts";
import type { FleetNode } from "./types.ts";
import type { CostRange } from "../money/types.ts";

/** A node that Karpenter would make: what it would ask EC2 for, and what that comes to. */
export function plannedNode(
  claim: PlannedNodeClaim,
  name: string,
  context: {
    readonly input: SimulateInput;
    readonly types: ClassTypes | undefined;
    readonly pods: ReadonlyMap<string, Pod>;
  },
): FleetNode {
  const requested = amountsOfTexts(claim.requests) ?? noAmounts;
  const own = sumAmounts(claim.pods.flatMap((key) => context.pods.get(key) ?? []).map(amountsOfPod));
  const launch = context.types === undefined ? undefined : launchOf(claim, context.types, context.input.release);
  const offers = launch?.offers ?? [];
  const cheapest = cheapestOffer(offers);
  const type = cheapest === undefined ? undefined : context.types?.typeNamed(cheapest.type);
  const zones = Array.from(new Set(offers.filter((one) => one.type === cheapest?.type).map((one) => one.zone))).sort();
  const operatingSystem = valuesOf(claim, "kubernetes.io/os").includes("windows") ? "windows" : undefined;
  return {
    name,
    owner: claim.nodePool,
    instanceTypes: launch === undefined ? claim.instanceTypes : Array.from(new Set(offers.map((one) => one.type))),
    instanceType: cheapest?.type,
    zones: zones.length > 0 ? zones : zonesOf(claim),
    capacityTypes: capacityTypesOf(claim),
    capacityType: launch?.capacityType,
    isExisting: false,
    allocatable: type === undefined ? undefined : amountsOfList(launchAllocatable(type)),
    requested,
    daemonRequested: lessAmounts(requested, own),
    pods: claim.pods,
    ...(operatingSystem === undefined ? {} : { operatingSystem }),
    usdPerHour: launch === undefined ? unknownCost : rangeOf(context.input, { ...launch, operatingSystem }),
  };
}

interface Launch {
  readonly capacityType: string;
  readonly offers: readonly FleetOffer[];
}

function launchOf(claim: PlannedNodeClaim, types: ClassTypes, { behaviour }: Release): Launch | undefined {
  const requirements = fromSpecs(claim.requirements, awsLabels);
  const requests = parseResources(claim.requests);
  const names = new Set(claim.instanceTypes);
  const candidates: readonly LaunchType[] = types.launch().filter((type) => names.has(type.name));
  const chosen = chooseLaunch(candidates, {
    requirements,
    requests: requests.ok ? requests.value : new Map(),
    minValuesPolicy: "BestEffort",
    behaviour,
  });
  if (!chosen.ok) return undefined;
  const { capacityType, types: kept } = chosen.choice;
  return { capacityType, offers: fleetOffers(kept, requirements, { capacityType }) };
}

/**
 * On-demand takes the cheapest, so its price is one figure; reserved capacity is billed alike, used or not. For spot EC2 weighs price
 * against capacity among all offers: the range spans from the cheapest at its low to the dearest of the request, and what is expected is
 * the cheapest at its usual price.
 */
function rangeOf(
  input: SimulateInput,
  { capacityType, offers, operatingSystem }: Launch & { readonly operatingSystem: "windows" | undefined },
): CostRange {
  const cheapest = cheapestOffer(offers);
  if (cheapest === undefined) return unknownCost;
  const costOf = (offer: FleetOffer): CostRange =>
    machineCost(input.prices, { ...offer, capacityType, operatingSystem });
  const expected = costOf(cheapest);
  if (capacityType !== "spot") return expected;
  const all = offers.map(costOf);
  const highs = all.flatMap((cost) => cost.expected ?? []);
  const lows = all.flatMap((cost) => cost.low ?? []);
  return {
    low: lows.length === 0 ? undefined : Math.min(...lows),
    expected: expected.expected,
    high: highs.length === 0 ? undefined : Math.max(...highs, expected.high ?? 0),
  };
}

function zonesOf(claim: PlannedNodeClaim): readonly string[] {
  return valuesOf(claim, "topology.kubernetes.io/zone");
}

function capacityTypesOf(claim: PlannedNodeClaim): readonly string[] {
  return valuesOf(claim, "karpenter.sh/capacity-type");
}

function valuesOf(claim: PlannedNodeClaim, key: string): readonly string[] {
  const found = claim.requirements.find((one) => one.key === key && one.operator === "In");
  return [...(found?.values ?? [])].sort();
}
