/** The promises of every port, kept by the real adapters: a kube-apiserver, the AWS emulator, helm. */
import { join } from "node:path";
import { afterAll, beforeAll, describe } from "vitest";
import { SystemClock } from "../../src/adapters/disk/clock.ts";
import { ClusterJournal } from "../../src/adapters/kubernetes/journal.ts";
import type { World } from "../../src/ports/world.ts";
import { chartsContract } from "../contract/charts.ts";
import { cloudContract } from "../contract/cloud.ts";
import { clusterContract } from "../contract/cluster.ts";
import { journalContract } from "../contract/journal.ts";
import { whyNot } from "./support/parts.ts";
import { openPorts } from "./support/ports.ts";
import { startShop } from "./support/shop.ts";
import type { RealWorld } from "./support/world.ts";

const reason = whyNot();

describe.skipIf(reason !== undefined)("the real adapters", () => {
  let real: RealWorld;
  let world: World;
  beforeAll(async () => {
    real = await startShop();
    world = (await openPorts(real)).world;
  });
  afterAll(() => real?.stop());

  clusterContract({ name: "kube-apiserver", make: () => Promise.resolve(world) });
  cloudContract({
    name: "AWS SDK on the emulator",
    make: () => Promise.resolve({ cloud: world.cloud, clusterName: real.clusterName }),
  });
  let journals = 0;
  journalContract("ConfigMaps of a kube-apiserver", async () => {
    const namespace = `journal-${(journals += 1)}`;
    await world.cluster.create("namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
    return { open: () => new ClusterJournal(world.cluster, new SystemClock(), { namespace }) };
  });
  chartsContract({
    name: "helm",
    make: () =>
      Promise.resolve({
        charts: world.charts,
        request: {
          release: "karpenter-crd",
          namespace: "kube-system",
          chart: join(real.parts.charts, "karpenter-crd"),
          values: { additionalAnnotations: { team: "platform" } },
          timeoutMs: 60_000,
        },
      }),
  });
});
