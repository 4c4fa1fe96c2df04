import { expect, test } from "vitest";
import { openTwin } from "../../adapters/sandbox/open.ts";
import { sandboxMarket } from "../../adapters/sandbox/prices.ts";
import { buildSample, samples } from "../samples/build.ts";
import { str } from "../store/objects.ts";
import type { Twin } from "../world/twin.ts";
import { Level } from "./level.ts";
import { WorldMeter } from "./meter.ts";
import { quantile } from "./pods.ts";

const minute = 60_000;

function clean(): Twin {
  const sample = samples.get("clean");
  if (sample === undefined) throw new Error("there is no such sample");
  return openTwin(buildSample(sample, 1, sandboxMarket()));
}

test("a level's mean is weighed by time", () => {
  const level = new Level(10, 0);
  level.set(20, 30);
  level.add(-15, 60);
  expect(level.mean(90)).toBeCloseTo((10 * 30 + 20 * 30 + 5 * 30) / 90);
  expect([level.least, level.most]).toEqual([5, 20]);
});

test("quantiles are of the nearest rank", () => {
  expect([0.5, 0.95, 1].map((share) => quantile([1, 2, 3, 4], share))).toEqual([2, 4, 4]);
  expect(quantile([], 0.5)).toBeUndefined();
});

test("money is what ran times what it costs, minute by minute", () => {
  const twin = clean();
  const meter = new WorldMeter(twin, 5 * minute);
  const ref = { resource: "deployments", namespace: "catalog", name: "pricing" } as const;
  twin.store.patch("someone", ref, { type: "merge", body: { spec: { replicas: 40 } } });
  let usd = 0;
  const prices = sandboxMarket().prices;
  for (let second = 0; second < 40 * 60; second++) {
    twin.advance(1000);
    for (const row of twin.account.rows("ec2.instances")) {
      const state = row["State"];
      if (typeof state !== "object" || state === null || !("Name" in state) || state["Name"] !== "running") continue;
      const type = str(row["InstanceType"]);
      const placement = row["Placement"] as { readonly AvailabilityZone: string };
      const isSpot = row["InstanceLifecycle"] === "spot";
      const spot = prices.spotUsdPerHour.get(type)?.get(placement.AvailabilityZone)?.usual;
      usd += ((isSpot ? spot : prices.onDemandUsdPerHour.get(type)) ?? Number.NaN) / 3600;
    }
  }
  const measures = meter.finish();
  expect(measures.nodes.most).toBeGreaterThan(measures.nodes.atStart);
  // Instances come and go between two of these seconds.
  expect(measures.cost.usd).toBeCloseTo(usd, 2);
  expect(measures.pending.placed).toBeGreaterThan(30);
  expect(measures.pending.longestMs).toBeGreaterThan(30_000);
  expect(measures.series.map(({ atMs }) => (atMs - measures.fromMs) / minute)).toEqual([
    0, 5, 10, 15, 20, 25, 30, 35, 40,
  ]);
  expect(measures.zones.nodes.reduce((sum, { mean }) => sum + mean, 0)).toBeCloseTo(measures.nodes.mean);
});
