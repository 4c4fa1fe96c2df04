import { Fault } from "../../fault/fault.ts";
import { instanceTypeOf } from "../../kube/node.ts";
import type { Node } from "../../kube/objects.ts";
import { nodesCost, type NodesCost } from "../../money/nodes-cost.ts";
import type { PriceBook } from "../../money/price-book.ts";
import type { Host } from "../../ports/host.ts";
import type { Prices } from "../../ports/prices.ts";
import type { Reading } from "../../ports/world.ts";
import { withRetry } from "../run/wait.ts";
import { warn } from "../run/news.ts";

/** The region's prices; undefined with a warning when there are none at all. Wrong input and the wish to stop are thrown on. */
export async function readPrices(
  prices: Prices,
  region: string,
  host: Host,
  instanceTypes?: readonly string[],
): Promise<PriceBook | undefined> {
  try {
    return await prices.read(region, instanceTypes);
  } catch (error) {
    if (!(error instanceof Fault) || error.blame !== "world") throw error;
    warn(host, { code: "prices-unknown", problem: error.message });
    return undefined;
  }
}

/** What nodes of a world cost, with the prices of their types as the world has them now. */
export async function costOfNodes(world: Reading, region: string, nodes: readonly Node[]): Promise<NodesCost> {
  const types = [...new Set(nodes.flatMap((node) => instanceTypeOf(node) ?? []))].toSorted();
  const patient: Prices = { read: (...asked) => withRetry(world, () => world.prices.read(...asked)) };
  return nodesCost(await readPrices(patient, region, world.host, types), nodes);
}
