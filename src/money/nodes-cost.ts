import {
  capacityTypeOf,
  instanceTypeOf,
  isCapacityTypeOpen,
  isFargateNode,
  isWindowsNode,
  zoneOf,
} from "../kube/node.ts";
import type { Node } from "../kube/objects.ts";
import { machineCost, sumCosts, unknownCost } from "./cost.ts";
import type { PriceBook, PriceSource } from "./price-book.ts";
import { withSpot } from "./spot-model.ts";
import type { CostRange } from "./types.ts";

/** What some nodes cost. One unknown price makes the sum unknown. */
export interface NodesCost {
  readonly usdPerHour: CostRange;
  /** The machines that were added up. */
  readonly nodes: number;
  /** Nodes of Fargate: AWS bills their pods, not a machine, so they are in no sum, today's or Karpenter's. */
  readonly fargateNodes: number;
  /** Instance types without a price, and nodes without a type. */
  readonly unknown: readonly string[];
  readonly sources: readonly PriceSource[];
}

/** What a node of the cluster costs, by its type, zone, capacity type and operating system. */
export function nodeCost(book: PriceBook | undefined, node: Node): CostRange {
  if (isCapacityTypeOpen(node)) return unknownCost;
  return machineCost(book, {
    type: instanceTypeOf(node),
    zone: zoneOf(node),
    // A node group says `spot` by a label; a node without one is on-demand.
    capacityType: capacityTypeOf(node) ?? "on-demand",
    operatingSystem: isWindowsNode(node) ? "windows" : undefined,
  });
}

/** Adds up what the machines among the nodes cost. Without a book every price is unknown. */
export function nodesCost(given: PriceBook | undefined, nodes: readonly Node[]): NodesCost {
  const machines = nodes.filter((node) => !isFargateNode(node));
  const book =
    given === undefined ? undefined : withSpot(given, [...new Set(machines.flatMap((node) => zoneOf(node) ?? []))]);
  const costs = machines.map((node) => ({ node, cost: nodeCost(book, node) }));
  const unknown = costs
    .filter(({ cost }) => cost.expected === undefined)
    .map(({ node }) => {
      const type = instanceTypeOf(node) ?? node.metadata.name;
      return isCapacityTypeOpen(node) ? `${type} (spot or on-demand)` : type;
    });
  return {
    usdPerHour: sumCosts(costs.map(({ cost }) => cost)),
    nodes: machines.length,
    fargateNodes: nodes.length - machines.length,
    unknown: book === undefined ? ["no price list"] : [...new Set(unknown)].toSorted(),
    sources: sourcesFor(
      book,
      machines.some((node) => capacityTypeOf(node) === "spot"),
    ),
  };
}

/** The sources of a sum. Modelled spot prices are no source of a sum in which no spot node stands. */
export function sourcesFor(book: PriceBook | undefined, hasSpot: boolean): readonly PriceSource[] {
  return (book?.sources ?? []).filter((source) => hasSpot || source.estimates !== "spot");
}
