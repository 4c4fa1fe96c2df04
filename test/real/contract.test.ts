/** The contracts that the sandbox keeps, kept by the real API server and the AWS emulator through the real adapters. */
import { afterAll, beforeAll, describe } from "vitest";
import { cloudContract } from "../contract/cloud.ts";
import { clusterContract } from "../contract/cluster.ts";
import { whyNot } from "./support/parts.ts";
import { openPorts } from "./support/ports.ts";
import { shopCluster, startShop } from "./support/shop.ts";
import type { RealWorld } from "./support/world.ts";

describe.skipIf(whyNot() !== undefined)("real adapters", () => {
  let real: RealWorld;
  beforeAll(async () => {
    real = await startShop();
  });
  afterAll(() => real?.stop());

  clusterContract({ name: "kube-apiserver", make: async () => (await openPorts(real)).world });
  cloudContract({
    name: "AWS SDK",
    make: async () => ({ cloud: (await openPorts(real)).world.cloud, clusterName: shopCluster }),
  });
});
