/** The promises of a cluster, kept by Dovetail's own client against a sandbox that is served over HTTP. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { KubernetesCluster } from "../../src/adapters/kubernetes/cluster.ts";
import { chooseKubeconfig } from "../../src/adapters/kubernetes/kubeconfig/choose.ts";
import { openSandbox } from "../../src/adapters/sandbox/open.ts";
import { kubeconfigOf } from "../../src/server/kubeconfig.ts";
import { type Served, serve } from "../../src/server/serve.ts";
import { clusterContract, type ClusterPlace } from "./cluster.ts";

let place: ClusterPlace & { readonly cluster: KubernetesCluster };
let served: Served;
let folder: string;

beforeAll(async () => {
  const { sandbox, world } = await openSandbox({ name: "clean" });
  // Time passes in the test's own clock.
  served = await serve(sandbox, { port: 0, speed: 0 });
  folder = await mkdtemp(join(tmpdir(), "served-"));
  const kubeconfig = join(folder, "kubeconfig");
  await writeFile(kubeconfig, kubeconfigOf({ name: "clean", ...served }));
  place = { cluster: new KubernetesCluster(chooseKubeconfig({ kubeconfig }, {})), clock: world.clock };
});

afterAll(async () => {
  place.cluster.close();
  await served.close();
  await rm(folder, { recursive: true });
});

clusterContract({ name: "a sandbox over HTTP", make: () => Promise.resolve(place) });

test("without the token nothing is told, and a port that is in use is refused", async () => {
  const { default: https } = await import("node:https");
  const code = await new Promise<number | undefined>((done, fail) => {
    https
      .get(`${served.url}/api/v1/nodes`, { ca: served.certificatePem }, (answer) => {
        answer.resume();
        done(answer.statusCode);
      })
      .on("error", fail);
  });
  expect(code).toBe(401);
  const { sandbox } = await openSandbox({ name: "clean" });
  const port = Number(new URL(served.url).port);
  await expect(serve(sandbox, { port, speed: 0 })).rejects.toMatchObject({ code: "usage.port" });
});
