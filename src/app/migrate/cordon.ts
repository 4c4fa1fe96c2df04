import { Fault } from "../../fault/fault.ts";
import type { Reading, World } from "../../ports/world.ts";
import { withRetry } from "../run/wait.ts";
import { setUnschedulable } from "./pods.ts";

/** Those of the nodes that take pods. Nodes that are gone take none. */
export async function openNodes(world: Reading, names: ReadonlySet<string>): Promise<readonly string[]> {
  const nodes = await withRetry(world, () => world.cluster.list("nodes"));
  return nodes
    .filter((node) => names.has(node.metadata.name) && node.spec?.unschedulable !== true)
    .map((node) => node.metadata.name);
}

/** No new pods on the nodes. */
export async function cordon(world: World, names: ReadonlySet<string>): Promise<void> {
  for (const name of await openNodes(world, names)) await withRetry(world, () => setUnschedulable(world, name, true));
}

/** Throws `migrate.uncordoned` when somebody let pods back onto a node that is being drained. */
export async function requireCordoned(
  world: Reading,
  drain: { readonly title: string; readonly nodes: ReadonlySet<string>; readonly goOn: string },
): Promise<void> {
  const [first, ...others] = await openNodes(world, drain.nodes);
  if (first === undefined) return;
  const more = others.length === 0 ? "" : ` and ${others.length} more nodes`;
  throw new Fault("migrate.uncordoned", `${drain.title}: ${first}${more} was uncordoned meanwhile`, {
    why: "what is evicted would come back to it and be evicted again",
    hint: `stop who uncordons it (a person, a node operator such as kured), then run \`${drain.goOn}\`, which cordons it again`,
  });
}
