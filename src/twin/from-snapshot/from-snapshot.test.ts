import { expect, test } from "vitest";
import { openSandbox, openTwin } from "../../adapters/sandbox/open.ts";
import { readSnapshot } from "../../app/read/read.ts";
import { FeedCheckers } from "../checkers/feed.ts";
import type { Twin } from "../world/twin.ts";
import { twinFromSnapshot } from "./from-snapshot.ts";

async function again(): Promise<{ readonly was: Twin; readonly is: Twin }> {
  const { sandbox, world } = await openSandbox({ name: "clean" });
  const snapshot = await readSnapshot(world, { source: { kind: "sandbox", name: "clean" } });
  const { account, clusterName = "" } = snapshot;
  if (account === undefined) throw new Error("the account was not read");
  return { was: sandbox, is: openTwin(twinFromSnapshot(snapshot, { clusterName, account, aliases: [] })) };
}

const names = (twin: Twin, resource: "nodes" | "pods"): readonly string[] =>
  twin.store
    .all(resource)
    .map(({ metadata }) => metadata.name)
    .toSorted();

test("a world from a snapshot is the cluster, and stays as it is while nobody changes anything", async () => {
  const { was, is } = await again();
  const before = { nodes: names(was, "nodes"), pods: names(was, "pods") };
  expect({ nodes: names(is, "nodes"), pods: names(is, "pods") }).toEqual(before);
  const checkers = new FeedCheckers(is);
  is.advance(45 * 60_000);
  expect({ nodes: names(is, "nodes"), pods: names(is, "pods") }).toEqual(before);
  expect(checkers.finish().breaches).toEqual([]);
});

test("its node groups grow for pods that fit nowhere, with the labels and taints of their nodes", async () => {
  const { is } = await again();
  const grow = (name: string, replicas: number): void =>
    void is.store.patch(
      "someone",
      { resource: "deployments", namespace: "data", name },
      { type: "merge", body: { spec: { replicas } } },
    );
  const before = new Set(names(is, "nodes"));
  grow("etl-worker", 30);
  is.advance(10 * 60_000);
  const grown = is.store.all("nodes").filter(({ metadata }) => !before.has(metadata.name));
  expect(grown.length).toBeGreaterThan(0);
  for (const node of grown) {
    expect(node.metadata.labels).toMatchObject({ workload: "batch", "eks.amazonaws.com/nodegroup": "batch-spot" });
    expect(node.spec?.taints).toEqual([expect.objectContaining({ key: "dedicated", value: "batch" })]);
  }
  expect(is.store.all("pods").filter(({ spec }) => spec.nodeName === undefined)).toEqual([]);
});
