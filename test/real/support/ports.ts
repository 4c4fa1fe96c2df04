/** The real adapters joined into the world that application code takes, for tests that drive it without the command line. */
import { SdkCloud } from "../../../src/adapters/aws/cloud.ts";
import { MemoryJournal } from "../../../src/adapters/disk/journal-memory.ts";
import { HelmCharts } from "../../../src/adapters/helm/charts.ts";
import { KubernetesCluster } from "../../../src/adapters/kubernetes/cluster.ts";
import { chooseKubeconfig } from "../../../src/adapters/kubernetes/kubeconfig/choose.ts";
import type { Cloud } from "../../../src/ports/cloud.ts";
import type { Journal } from "../../../src/ports/journal.ts";
import type { World } from "../../../src/ports/world.ts";
import type { RealWorld } from "./world.ts";
import type { RunEvent } from "../../../src/ports/run-event.ts";

/** What a test sees and changes of the ports. */
export interface OpenedWorld {
  readonly world: World;
  readonly told: RunEvent[];
}

/** Opens the ports on a real world. `cloud` and `journal` replace those parts, for faults and restarts. */
export async function openPorts(
  real: RealWorld,
  replaced: {
    readonly cloud?: (cloud: Cloud) => Cloud;
    readonly journal?: Journal;
    readonly keys?: readonly [string, string];
  } = {},
): Promise<OpenedWorld> {
  const [accessKeyId, secretAccessKey] = replaced.keys ?? ["test", "test"];
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: real.awsUrl,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_REGION: real.region,
  });
  const cloud = new SdkCloud(real.region, {});
  const chosen = chooseKubeconfig({ kubeconfig: real.kubeconfig }, process.env);
  const told: RunEvent[] = [];
  const world: World = {
    cluster: new KubernetesCluster(chosen),
    cloud: replaced.cloud === undefined ? cloud : replaced.cloud(cloud),
    charts: new HelmCharts({ binary: real.parts.helm, kubeconfig: real.kubeconfig, context: real.context }),
    prices: { read: () => Promise.reject(new Error("prices are not asked for here")) } as never,
    clock: { nowMs: () => Date.now(), sleep: (ms) => new Promise((done) => setTimeout(done, ms)) },
    host: {
      tell: (event) => void told.push(event),
      confirm: () => Promise.resolve(true),
      interrupted: new AbortController().signal,
    },
    files: { read: refuse, stat: refuse, list: refuse, write: refuse },
    journal: replaced.journal ?? new MemoryJournal(),
  };
  return { world, told };
}

function refuse(): Promise<never> {
  return Promise.reject(new Error("files are not read here"));
}
