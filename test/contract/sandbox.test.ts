import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CataloguePrices } from "../../src/adapters/disk/catalogue-prices.ts";
import { SystemClock } from "../../src/adapters/disk/clock.ts";
import { DiskFiles } from "../../src/adapters/disk/files.ts";
import { MemoryFiles } from "../../src/adapters/sandbox/memory-files.ts";
import { openSandbox } from "../../src/adapters/sandbox/open.ts";
import { chartsContract } from "./charts.ts";
import { cloudContract } from "./cloud.ts";
import { clusterContract } from "./cluster.ts";
import { clockContract, filesContract, pricesContract } from "./small.ts";

const world = async (): Promise<Awaited<ReturnType<typeof openSandbox>>["world"]> =>
  (await openSandbox({ name: "clean" })).world;

clusterContract({ name: "sandbox", make: world });

cloudContract({ name: "sandbox", make: async () => ({ cloud: (await world()).cloud, clusterName: "orchard-prod" }) });

chartsContract({
  name: "sandbox",
  make: async () => {
    const chart = "oci://public.ecr.aws/karpenter/karpenter-crd";
    const request = {
      release: "karpenter-crd",
      namespace: "kube-system",
      chart,
      version: "1.14.1",
      values: { additionalAnnotations: { team: "platform" } },
      timeoutMs: 60_000,
    };
    return { charts: (await world()).charts, request };
  },
});

clockContract({ name: "sandbox", make: async () => (await world()).clock });
clockContract({ name: "system", make: () => Promise.resolve(new SystemClock()) });

filesContract({ name: "memory", make: () => Promise.resolve({ files: new MemoryFiles(), folder: "/work" }) });
filesContract({
  name: "disk",
  make: async () => ({ files: new DiskFiles(), folder: await mkdtemp(join(tmpdir(), "files-")) }),
});

pricesContract({ name: "sandbox", make: async () => (await world()).prices });
pricesContract({ name: "catalogue", make: () => Promise.resolve(new CataloguePrices()) });
