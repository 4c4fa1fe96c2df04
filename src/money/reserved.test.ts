import { describe, expect, test } from "vitest";
import { node, pod } from "../../test/support/builders.ts";
import { nodePool, simulated, within } from "../../test/support/simulation.ts";
import { reservedUse } from "./reserved.ts";
import type { FleetNode } from "../forecast/types.ts";

const prices = {
  region: "us-east-1",
  onDemandUsdPerHour: new Map([
    ["m5.large", 1],
    ["m5.xlarge", 2],
    ["g5.xlarge", 4],
    ["m5.metal", 48],
  ]),
  spotUsdPerHour: new Map(),
  sources: [],
};

const fleet = (...types: readonly string[]): readonly FleetNode[] =>
  types.map((type) => {
    const [instanceType = "", capacityType = "on-demand"] = type.split(" ");
    return { instanceType, capacityType } as unknown as FleetNode;
  });

const use = (nodes: readonly FleetNode[], instanceType: string, count: number) =>
  reservedUse(nodes, { reservedInstances: [{ instanceType, count }], reservedDiscountPercent: 50 }, prices);

describe("reserved instances", () => {
  test("cover their family in any size", () => {
    expect(use(fleet("m5.xlarge", "m5.xlarge"), "m5.large", 3)).toEqual({
      coveredUsdPerHour: 3,
      paidUsdPerHour: 1.5,
      idleUsdPerHour: 0,
    });
  });

  test("cover what runs in a capacity reservation too", () => {
    expect(use(fleet("m5.large reserved"), "m5.large", 1).coveredUsdPerHour).toBe(1);
  });

  test("are paid for where nothing uses them: spot, other families", () => {
    expect(use(fleet("m5.large spot", "c5.large"), "m5.large", 2)).toEqual({
      coveredUsdPerHour: 0,
      paidUsdPerHour: 1,
      idleUsdPerHour: 1,
    });
  });

  test("of accelerated families and bare metal cover their own size only", () => {
    expect(use(fleet("g5.2xlarge"), "g5.xlarge", 1).coveredUsdPerHour).toBe(0);
    expect(use(fleet("m5.xlarge"), "m5.metal", 1).coveredUsdPerHour).toBe(0);
  });

  test("without a price leave everything unknown", () => {
    expect(use(fleet("z9.large"), "z9.large", 1)).toEqual({
      coveredUsdPerHour: undefined,
      paidUsdPerHour: undefined,
      idleUsdPerHour: undefined,
    });
  });

  test("that a fleet of another family leaves unused turn a saving into a loss, and the verdict names them", () => {
    const today = [node({ name: "n", instanceType: "m5.xlarge", zone: "us-east-1a" })];
    const pods = [pod({ name: "web", node: "n", cpu: "3", memory: "4Gi" })];
    const pool = nodePool([within("karpenter.k8s.aws/instance-family", "c5")]);
    const plain = simulated({ nodes: today, pods }, pool).outcome;
    expect(plain.verdict.answer).toBe("saves");
    const reservedInstances = [{ instanceType: "m5.large", count: 2 }];
    const { outcome } = simulated({ nodes: today, pods }, pool, { options: { reservedInstances } });
    expect(outcome.verdict.answer).toBe("costs-more");
    expect(outcome.verdict.causes.map((cause) => cause.sentence)).toContain(
      "reserved instances for 88.30 USD/month would lie unused (0.00 USD/month today)",
    );
    expect(outcome.assumptions).toEqual(["2 x m5.large reserved at 37 % below list"]);
  });
});
