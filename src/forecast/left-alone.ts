import { zoneOf } from "../kube/node.ts";
import { podsByName } from "../kube/pod.ts";
import { monthlyText } from "../money/cost.ts";
import type { CostRange } from "../money/types.ts";
import type { SimulateInput } from "./options.ts";
import type { Cause, Fleet, LeftAlone, UnschedulablePod } from "./types.ts";

/** Below this a difference of an hour is one of rounding. */
const sameUsdPerHour = 0.0005;

/** What stands beside the forecast of a migration: the fleet of the same pods where no replica keeps its zone. */
export function leftAloneOf({ totals }: Fleet, unschedulable: readonly UnschedulablePod[]): LeftAlone {
  return { nodes: totals.nodes, usdPerHour: totals.usdPerHour, unschedulable: unschedulable.map(({ pod }) => pod) };
}

/** Said where it makes a difference: what keeping the zones costs, or saves. */
export function zoneCauses(karpenter: Fleet, alone: LeftAlone | undefined): readonly Cause[] {
  if (alone === undefined) return [];
  const { nodes, usdPerHour } = karpenter.totals;
  if (alone.nodes === nodes && isSame(alone.usdPerHour, usdPerHour)) return [];
  const count = alone.nodes === 1 ? "1 node" : `${alone.nodes} nodes`;
  const cost = alone.usdPerHour.expected;
  const price = cost === undefined ? "" : ` for ${monthlyText(cost)}`;
  const sentence = [
    "each replica keeps its zone, as `dovetail migrate` moves it;",
    `left alone, Karpenter would place the same pods on ${count}${price}`,
  ].join(" ");
  const more =
    cost === undefined || usdPerHour.expected === undefined ? {} : { usdPerHour: usdPerHour.expected - cost };
  return [{ code: "zones-kept", sentence, ...more }];
}

function isSame(a: CostRange, b: CostRange): boolean {
  if (a.expected === undefined || b.expected === undefined) return a.expected === b.expected;
  return Math.abs(a.expected - b.expected) < sameUsdPerHour;
}

/** Pods that only lack a node in the zone they come from are told apart from those that fit nowhere. */
export function withZoneReasons(
  { snapshot }: SimulateInput,
  refused: readonly UnschedulablePod[],
  alone: LeftAlone | undefined,
): readonly UnschedulablePod[] {
  if (alone === undefined) return refused;
  const nowhere = new Set(alone.unschedulable);
  const pods = podsByName(snapshot.objects.pods ?? []);
  const zones = new Map((snapshot.objects.nodes ?? []).map((node) => [node.metadata.name, zoneOf(node)]));
  return refused.map((one) => {
    const zone = zones.get(pods.get(one.pod)?.spec.nodeName ?? "");
    if (nowhere.has(one.pod) || zone === undefined) return one;
    return { ...one, reason: `no NodePool gives it a node in ${zone}, the zone it would keep: ${one.reason}` };
  });
}
