import { expect, test } from "vitest";
import { openTwin } from "../../adapters/sandbox/open.ts";
import { sandboxMarket } from "../../adapters/sandbox/prices.ts";
import { buildSample, samples } from "../../twin/samples/build.ts";
import type { Twin } from "../../twin/world/twin.ts";
import { TraceFeed } from "./play.ts";

function clean(): Twin {
  const sample = samples.get("clean");
  if (sample === undefined) throw new Error("there is no such sample");
  return openTwin(buildSample(sample, 1, sandboxMarket()));
}

const rows = [
  "arrives_seconds,ends_seconds,cpu,count,name,namespace",
  "90,390,100m,3,batch,night",
  "100,,100m,2,stays,",
];

test("a trace's pods arrive at their instants, run for their time, and are brought back when they stay", async () => {
  const twin = clean();
  const feed = new TraceFeed(twin, {
    name: "load.csv",
    open: async function* () {
      yield* rows;
    },
  });
  const fromMs = twin.nowMs;
  const arrivals: [number, string][] = [];
  twin.subscribe(({ resource, verb, key, atMs }) => {
    if (verb === "create" && (resource === "jobs" || resource === "deployments")) arrivals.push([atMs - fromMs, key]);
  });
  const podsIn = (namespace: string, phase: string): number =>
    twin.store.all("pods").filter(({ metadata, status }) => metadata.namespace === namespace && status?.phase === phase)
      .length;
  await feed.advance(200_000);
  expect(arrivals).toEqual([
    [90_000, "night/batch-1"],
    [100_000, "default/stays-2"],
  ]);
  expect([feed.arrived, podsIn("night", "Running"), podsIn("default", "Running")]).toEqual([5, 3, 2]);
  await feed.advance(300_000);
  expect([podsIn("night", "Running"), podsIn("default", "Running")]).toEqual([0, 2]);
  await feed.leave();
  twin.advance(300_000);
  expect(twin.store.all("deployments").some(({ metadata }) => metadata.name.startsWith("stays"))).toBe(false);
  expect(podsIn("default", "Running")).toBe(0);
});
