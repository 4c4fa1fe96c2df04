import { Fault } from "../../fault/fault.ts";
import { objectsAt } from "../../kube/json.ts";
import { instanceIdOf, instanceTypeOf } from "../../kube/node.ts";
import type { JsonObject, Node } from "../../kube/objects.ts";
import { nodesCost, type NodesCost } from "../../money/nodes-cost.ts";
import type { PriceBook } from "../../money/price-book.ts";
import type { Host } from "../../ports/host.ts";
import type { Prices } from "../../ports/prices.ts";
import type { Reading } from "../../ports/world.ts";
import { nodesWithFacts } from "../../snapshot/node-facts.ts";
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
  const book = await readPrices(patient, region, world.host, types);
  return nodesCost(book, await withFacts(world, region, nodes));
}

/** More instances than this are not asked for in one call. */
const batch = 100;

/** With EC2's word on them: labels are what somebody wrote. */
async function withFacts(world: Reading, region: string, nodes: readonly Node[]): Promise<readonly Node[]> {
  const ids = nodes.flatMap((node) => instanceIdOf(node) ?? []);
  const instances: JsonObject[] = [];
  for (let at = 0; at < ids.length; at += batch) {
    instances.push(...(await instancesOf(world, ids.slice(at, at + batch))));
  }
  return nodesWithFacts(nodes, { region, instances });
}

// By filter, not by id: an instance that is gone meanwhile is no error then.
async function instancesOf(world: Reading, ids: readonly string[]): Promise<readonly JsonObject[]> {
  const input = { Filters: [{ Name: "instance-id", Values: [...ids] }] };
  try {
    const found = await withRetry(world, () => world.cloud.all("ec2:DescribeInstances", input, "Reservations"));
    return found.flatMap((reservation) => objectsAt(reservation["Instances"]));
  } catch (error) {
    if (!(error instanceof Fault) || error.blame !== "world") throw error;
    warn(world.host, { code: "spot-unknown", problem: error.message });
    return [];
  }
}
