import { describe, expect, test } from "vitest";
import { node, pods } from "../../../test/support/builders.ts";
import { listPrices, nodePool, simulated, within } from "../../../test/support/simulation.ts";
import type { SimulateOptions } from "../../forecast/options.ts";
import { simulateText } from "./simulate.ts";

const today = ["a", "b", "c"].map((letter, i) =>
  node({ name: letter, zone: `us-east-1${letter}`, instanceType: i === 0 ? "m5.large" : "c5.xlarge" }),
);
const text = (options: SimulateOptions = {}, usdFactor = 1.00037): string => {
  const web = today.flatMap((one) =>
    pods(3, { name: `on-${one.metadata.name}`, node: one.metadata.name, cpu: "310m" }),
  );
  const prices = listPrices({ m5: usdFactor, c5: usdFactor });
  const pool = nodePool([within("karpenter.k8s.aws/instance-family", "m5")]);
  const { outcome } = simulated({ nodes: today, pods: web }, pool, { prices, options });
  return simulateText(outcome, { columns: 120, isAll: true, sourceOptions: "", questionOptions: "" });
};

/** Title, today, Karpenter, change: of the lines that hold three numbers. */
function rows(screen: string): readonly { readonly title: string; readonly numbers: readonly number[] }[] {
  const number = (cell: string): number => (cell === "·" ? 0 : Number(cell.replace("−", "-").replaceAll(" ", "")));
  return screen.split("\n").flatMap((line) => {
    const [title = "", ...cells] = line.trim().split(/ {2,}/);
    const numbers = cells.map(number);
    return numbers.length >= 2 && numbers.slice(0, 3).every((one) => !Number.isNaN(one)) ? [{ title, numbers }] : [];
  });
}

const close = (a: number, b: number): void => expect(Math.abs(a - b)).toBeLessThan(1e-9);

describe("the figures on the screen", () => {
  test.each<[string, SimulateOptions]>([
    ["plain", {}],
    ["with everything that costs", { discountPercent: 7, perNodeFeeUsdPerHour: 0.0333, savingsPlanUsdPerHour: 0.11 }],
  ])("add up by eye: %s", (_name, options) => {
    const found = rows(text(options));
    const changes = found.filter(({ numbers }) => numbers.length >= 3 && numbers[2] !== undefined);
    expect(changes.length).toBeGreaterThan(9);
    for (const { title, numbers } of changes) {
      if (title.startsWith("us-east-1")) continue;
      const [before = 0, after = 0, change = 0] = numbers;
      close(after - before, change);
    }
    const of = (title: string): readonly number[] => found.find((row) => row.title === title)?.numbers ?? [];
    for (const side of [0, 1]) {
      const parts = ["machines, USD/h", "agents, USD/h"].map((title) => of(title)[side] ?? 0);
      if (parts.some((part) => part > 0)) close((parts[0] ?? 0) + (parts[1] ?? 0), of("cost, USD/h")[side] ?? 0);
    }
  });

  test("of zones add up to those of the fleets", () => {
    const screen = text();
    const zones = Array.from(screen.matchAll(/^us-east-1\w +(\d+)/gm), (match) => Number(match[1]));
    const nodes = rows(screen).find(({ title }) => title === "nodes")?.numbers[0];
    expect(zones.reduce((sum, one) => sum + one, 0)).toBe(nodes);
  });
});
