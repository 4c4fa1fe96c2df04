import type { Twin } from "../../src/twin/world/twin.ts";
import { openTwin, openState, silentHost } from "../../src/adapters/sandbox/open.ts";
import { sandboxMarket } from "../../src/adapters/sandbox/prices.ts";
import { buildSample } from "../../src/twin/samples/build.ts";
import type { SampleSpec } from "../../src/twin/samples/spec.ts";
import { systemWorkloads } from "../../src/twin/samples/system.ts";
import type { TwinState } from "../../src/twin/world/state.ts";
import type { Journal } from "../../src/ports/journal.ts";
import type { World } from "../../src/ports/world.ts";
import { prepared } from "../support/migration.ts";
import type { RunEvent } from "../../src/ports/run-event.ts";

export const clusterName = "small";
const base = {
  clusterName,
  kubernetesVersion: "1.34.2",
  autoscalerFlags: ["--expander=least-waste", "--skip-nodes-with-local-storage=false"],
} as const;

/**
 * As small as a cluster can be that still has both kinds of group, a budget, a spread, a volume and a bare pod's
 * neighbour.
 */
const small: SampleSpec = {
  name: "small",
  summary: "5 nodes in 2 node groups, for rehearsals",
  ...base,
  authenticationMode: "API_AND_CONFIG_MAP",
  hasOidcProvider: true,
  hasSpotRole: true,
  groups: [
    {
      name: "apps",
      kind: "managed",
      capacityType: "on-demand",
      instanceTypes: ["m5.large"],
      min: 2,
      max: 6,
      desired: 3,
      zones: ["a", "b", "c"],
    },
    {
      name: "small-batch",
      kind: "self-managed",
      capacityType: "on-demand",
      instanceTypes: ["c5.large"],
      min: 1,
      max: 4,
      desired: 2,
      zones: ["a", "b"],
      labels: { workload: "batch" },
    },
  ],
  workloads: [
    ...systemWorkloads(base),
    {
      kind: "Deployment",
      namespace: "shop",
      name: "web",
      replicas: 3,
      cpu: "300m",
      memory: "256Mi",
      budget: { maxUnavailable: 1 },
      spread: "zone",
    },
    { kind: "Deployment", namespace: "shop", name: "cart", replicas: 2, cpu: "200m", memory: "256Mi" },
    {
      kind: "Deployment",
      namespace: "shop",
      name: "worker",
      replicas: 3,
      cpu: "400m",
      memory: "256Mi",
      budget: { minAvailable: 2 },
      spec: { nodeSelector: { workload: "batch" } },
    },
    {
      kind: "StatefulSet",
      namespace: "shop",
      name: "ledger",
      replicas: 2,
      cpu: "200m",
      memory: "256Mi",
      budget: { maxUnavailable: 1 },
    },
  ],
};

/** A small cluster, set up and installed, about to be migrated; built once per seed. */
export async function readyState(seed: number): Promise<TwinState> {
  const kept = built.get(seed);
  const text = kept ?? (await build(seed));
  built.set(seed, text);
  return JSON.parse(text) as TwinState;
}

const built = new Map<string | number, string>();

async function build(seed: number): Promise<string> {
  const sandbox = openTwin(buildSample(small, seed, sandboxMarket()));
  const { world } = openState(sandbox, { host: silentHost() });
  await prepared(world, clusterName);
  return JSON.stringify(sandbox.save());
}

/** The ports of a process that has just been started on the cluster. */
export function open(sandbox: Twin, journal: Journal, told: RunEvent[] = []): World {
  return openState(sandbox, { host: silentHost(told), journal }).world;
}
