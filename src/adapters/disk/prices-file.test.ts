import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { Prices } from "../../ports/prices.ts";
import { DiskFiles } from "./files.ts";
import { FilePrices } from "./prices-file.ts";

const folder = mkdtempSync(join(tmpdir(), "dovetail-prices-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const flat = (usd: number) => ({ low: usd, usual: usd, high: usd });
const base: Prices = {
  read: async (region) => ({
    region,
    onDemandUsdPerHour: new Map([["m5.large", 0.096]]),
    spotUsdPerHour: new Map([["m5.large", new Map([["us-east-1b", flat(0.04)]])]]),
    sources: [{ name: "list", date: "2026-07-06", isEstimate: false }],
  }),
};

const read = (name: string, text: string) => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return new FilePrices(new DiskFiles(), path, base).read("us-east-1");
};

describe("a file of prices", () => {
  test("goes over the prices at hand, type by type and zone by zone", async () => {
    const book = await read("a.json", '{"onDemand": {"c5.large": 0.08}, "spot": {"m5.large": {"us-east-1a": 0.03}}}');
    expect(Object.fromEntries(book.onDemandUsdPerHour)).toEqual({ "m5.large": 0.096, "c5.large": 0.08 });
    expect(Object.fromEntries(book.spotUsdPerHour.get("m5.large") ?? [])).toEqual({
      "us-east-1a": flat(0.03),
      "us-east-1b": flat(0.04),
    });
  });

  test("as CSV holds both kinds, each under its header", async () => {
    const text =
      "instanceType,onDemand\nc5.large,0.08\ninstanceType,zone,spot,spotLow,spotHigh\nc5.large,us-east-1a,2,1,3\n";
    const book = await read("a.csv", text);
    expect(book.onDemandUsdPerHour.get("c5.large")).toBe(0.08);
    expect(book.spotUsdPerHour.get("c5.large")?.get("us-east-1a")).toEqual({ low: 1, usual: 2, high: 3 });
  });

  test.each([
    ["", "holds no price"],
    ["{}", "holds no price"],
    ["[1]", "holds a list where an object belongs"],
    ['{"onDemand": 5}', "onDemand is no object"],
    ['{"spot": {"m5.large": 3}}', "spot.m5.large is no object"],
    ['{"ondemand": {"m5.large": 1}}', "nothing named ondemand"],
    ['{"date": 7, "onDemand": {"m5.large": 1}}', "date is no text"],
    ['{"onDemand": {"m5.large": -1}}', "-1 is no price"],
    ['{"onDemand": {"m5.large": 1e999}}', "is no price"],
    ['{"spot": {"m5.large": {"us-east-1a": {"low": 5, "usual": 1}}}}', "5, 1, 1 do not rise"],
    ["instanceType,onDemand\nm5.large,cheap\n", 'line 2: "cheap" is no price'],
    ["m5.large,1\n", "line 1 comes before a header"],
  ])("such as %j is refused: %s", async (text, message) => {
    await expect(read("b.json", text)).rejects.toThrow(message);
  });
});
