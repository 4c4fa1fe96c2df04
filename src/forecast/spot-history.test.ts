import { expect, test } from "vitest";
import { node, pod } from "../../test/support/builders.ts";
import { nodePool, simulated, within } from "../../test/support/simulation.ts";
import type { PriceBook } from "../money/price-book.ts";
import { spotTypesOf, withSpread } from "./spot-history.ts";

const book = (low: number, usual: number, high: number, name: string): PriceBook => ({
  region: "us-east-1",
  onDemandUsdPerHour: new Map(),
  spotUsdPerHour: new Map([["m5.large", new Map([["us-east-1a", { low, usual, high }]])]]),
  sources: [
    { name: "list", date: "2026-08-01", isEstimate: false },
    { name, date: "2026-08-01", isEstimate: false },
  ],
});

test("a history widens a price without moving it, and is named", () => {
  const wide = withSpread(book(2, 2, 2, "now"), book(1, 3, 4, "24 hours"));
  expect(wide.spotUsdPerHour.get("m5.large")?.get("us-east-1a")).toEqual({ low: 1, usual: 2, high: 4 });
  expect(wide.sources.map((source) => source.name)).toEqual(["list", "now", "24 hours"]);
});

test("the types asked for are those of spot nodes on either side", () => {
  const today = node({ name: "n", instanceType: "c5.large", labels: { "eks.amazonaws.com/capacityType": "SPOT" } });
  const pool = nodePool([within("karpenter.k8s.aws/instance-family", "m5")]);
  const { outcome } = simulated({ nodes: [today], pods: [pod({ name: "web" })] }, pool);
  expect(spotTypesOf([outcome])).toEqual(["c5.large"]);
});
