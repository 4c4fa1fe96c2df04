import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { whyNot } from "./support/parts.ts";
import { nodeCount, pendingPods, startShop } from "./support/shop.ts";
import { eventually, type RealWorld } from "./support/world.ts";

const reason = whyNot();

describe.skipIf(reason !== undefined)("the real parts", () => {
  let world: RealWorld;
  beforeAll(async () => {
    world = await startShop();
  });
  afterAll(() => world?.stop());

  test("give a cluster with nine nodes of three groups and every pod running", () => {
    expect(nodeCount(world)).toBe(9);
    expect(pendingPods(world)).toBe(0);
  });

  test("scale an Auto Scaling group and its nodes follow", async () => {
    const aws = await import("@aws-sdk/client-auto-scaling");
    const client = new aws.AutoScalingClient({
      endpoint: world.awsUrl,
      region: world.region,
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    });
    await client.send(new aws.SetDesiredCapacityCommand({ AutoScalingGroupName: "legacy", DesiredCapacity: 4 }));
    await eventually("a tenth node", 60_000, () => nodeCount(world) === 10 || undefined);
  });
});
