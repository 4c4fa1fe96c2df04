import { capacityTypeOf, instanceTypeOf, zoneOf } from "../../kube/node.ts";
import type { Node } from "../../kube/objects.ts";
import { Fault } from "../../fault/fault.ts";
import type { PriceBook, PriceSource } from "../../money/price-book.ts";
import type { Reading } from "../../ports/world.ts";
import { isInterruption, withRetry } from "../run/wait.ts";

/** What some nodes cost. One unknown price makes the sum unknown. */
export interface NodesCost {
  readonly usdPerHour: number | undefined;
  /** Instance types without a price. */
  readonly unknown: readonly string[];
  readonly sources: readonly PriceSource[];
}

/** Adds up what the nodes cost by their type, zone and capacity type. */
export async function nodesCost(world: Reading, region: string, nodes: readonly Node[]): Promise<NodesCost> {
  const types = [...new Set(nodes.flatMap((node) => instanceTypeOf(node) ?? []))].toSorted();
  const book = await priceBook(world, region, types);
  if (book === undefined) return { usdPerHour: undefined, unknown: ["no price list"], sources: [] };
  let sum = 0;
  const unknown = new Set<string>();
  for (const node of nodes) {
    const price = priceOf(book, node);
    if (price === undefined) unknown.add(instanceTypeOf(node) ?? node.metadata.name);
    else sum += price;
  }
  return { usdPerHour: unknown.size === 0 ? sum : undefined, unknown: [...unknown].toSorted(), sources: book.sources };
}

function priceOf(book: PriceBook, node: Node): number | undefined {
  const type = instanceTypeOf(node) ?? "";
  if (capacityTypeOf(node) !== "spot") return book.onDemandUsdPerHour.get(type);
  return book.spotUsdPerHour.get(type)?.get(zoneOf(node) ?? "")?.usual;
}

async function priceBook(world: Reading, region: string, types: readonly string[]): Promise<PriceBook | undefined> {
  try {
    return await withRetry(world, () => world.prices.read(region, types));
  } catch (error) {
    if (!(error instanceof Fault) || isInterruption(error)) throw error;
    world.host.warn(`prices are unknown: ${error.message}`);
    return undefined;
  }
}
