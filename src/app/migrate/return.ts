import { plainOf, textAt } from "../../kube/json.ts";
import { type Consents, podName } from "../../migration/shift/movable.ts";
import type { World } from "../../ports/world.ts";
import { waitUntil, withRetry, type Wait } from "../run/wait.ts";
import { drainNodes } from "./drain.ts";
import { cordon } from "./cordon.ts";
import { loadOf, nodesOfPools, readyByOwner } from "./pods.ts";

/**
 * Moves the pods off Karpenter's nodes, back to the node groups, and lets Karpenter remove its nodes.
 *
 * Answers why something stayed: a pod that may not be moved without consent keeps its node. Undefined when every pod moved.
 */
export async function returnPods(
  world: World,
  back: { readonly pools: readonly string[]; readonly consents: Consents; readonly timeoutMs: number },
): Promise<string | undefined> {
  const pools = new Set(back.pools);
  const nodes = nodesOfPools(await withRetry(world, () => world.cluster.list("nodes")), pools);
  const names = new Set(nodes.map((node) => node.metadata.name));
  await cordon(world, names);
  const pods = await withRetry(world, () => world.cluster.list("pods"));
  await drainNodes(world, {
    title: `bring the pods back from ${names.size} nodes of Karpenter`,
    nodes: names,
    consents: back.consents,
    timeoutMs: back.timeoutMs,
    expected: readyByOwner(pods),
    onGuarded: "leave",
    goOn: "dovetail rollback",
  });
  const { guarded } = loadOf(await withRetry(world, () => world.cluster.list("pods")), names, back.consents);
  const kept = new Set(guarded.map(({ pod }) => pod.spec.nodeName ?? ""));
  await removeClaims(world, { pools, kept, timeoutMs: back.timeoutMs });
  const [first] = guarded;
  if (first === undefined) return undefined;
  return `${guarded.length} pods stay on Karpenter's nodes: ${podName(first.pod)}, ${first.reason}`;
}

async function removeClaims(
  world: World,
  wanted: { readonly pools: ReadonlySet<string>; readonly kept: ReadonlySet<string>; readonly timeoutMs: number },
): Promise<void> {
  const wait: Wait = {
    title: "wait until Karpenter removed its nodes",
    timeoutMs: wanted.timeoutMs,
    code: "migrate.nodes-stay",
    hint: "look at `kubectl describe nodeclaims` and at Karpenter's log",
  };
  // Looked for again each time: a pass of Karpenter's that began before its pools were held may add one.
  await waitUntil(world, wait, async () => {
    const claims = (await world.cluster.list("nodeclaims"))
      .filter((claim) => wanted.pools.has(claim.metadata.labels?.["karpenter.sh/nodepool"] ?? ""))
      .filter((claim) => !wanted.kept.has(nodeNameOf(claim)));
    for (const { metadata } of claims) {
      if (metadata.deletionTimestamp !== undefined) continue;
      const guard = metadata.uid === undefined ? {} : { uid: metadata.uid };
      await world.cluster.delete({ resource: "nodeclaims", name: metadata.name }, guard);
    }
    const [first] = claims;
    if (first === undefined) return { isDone: true, value: undefined };
    return { isDone: false, detail: `${claims.length} left, ${first.metadata.name}` };
  });
}

function nodeNameOf(claim: object): string {
  return textAt(plainOf(claim), "status", "nodeName") ?? "";
}
