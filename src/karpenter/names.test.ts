import { describe, expect, test } from "vitest";
import { checksum, karpenterNames, shorten } from "./names.ts";

describe("names of a Karpenter installation", () => {
  test("follow upstream's templates", () => {
    const names = karpenterNames("prod-eu");
    expect(names.nodeRole).toBe("KarpenterNodeRole-prod-eu");
    expect(names.controllerRole).toBe("KarpenterControllerRole-prod-eu");
    expect(names.controllerPolicy("NodeLifecyclePolicy")).toBe("KarpenterControllerNodeLifecyclePolicy-prod-eu");
    expect(names.controllerPolicy("KarpenterControllerPolicy")).toBe("KarpenterControllerPolicy-prod-eu");
    expect(names.queue).toBe("prod-eu");
    expect(names.eventRule("SpotInterruptionRule")).toBe("KarpenterSpotInterruptionRule-prod-eu");
    expect(names.discoveryTag).toEqual({ key: "karpenter.sh/discovery", value: "prod-eu" });
  });

  test("stay within what IAM, SQS and EventBridge allow for the longest cluster name, and apart", () => {
    const [a, b] = [`${"c".repeat(99)}a`, `${"c".repeat(99)}b`].map((name) => karpenterNames(name));
    if (a === undefined || b === undefined) throw new Error("two names expected");
    for (const [name, max] of [
      [a.nodeRole, 64],
      [a.controllerRole, 64],
      [a.controllerPolicy("ResourceDiscoveryPolicy"), 128],
      [a.queue, 80],
      [a.eventRule("CapacityReservationInterruptionRule"), 64],
    ] as const) {
      expect(name.length).toBeLessThanOrEqual(max);
    }
    expect(a.nodeRole).not.toBe(b.nodeRole);
    expect(a.queue).not.toBe(b.queue);
  });

  test("a short name is left alone and a checksum is stable", () => {
    expect(shorten("abc", 3)).toBe("abc");
    expect(checksum("")).toBe("811c9dc5");
    expect(checksum("a")).toBe("e40c292c");
  });
});
