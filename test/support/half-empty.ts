import type { Twin } from "../../src/twin/world/twin.ts";
import { expect } from "vitest";
import { disruptedTaint, nodeClaims } from "../../src/twin/actors/karpenter/objects.ts";
import { openTwin, openState } from "../../src/adapters/sandbox/open.ts";
import { sandboxMarket } from "../../src/adapters/sandbox/prices.ts";
import { buildSample } from "../../src/twin/samples/build.ts";
import type { SampleSpec, WorkloadSpec } from "../../src/twin/samples/spec.ts";
import { systemWorkloads } from "../../src/twin/samples/system.ts";
import type { TwinState } from "../../src/twin/world/state.ts";
import type { NodeClaim } from "../../src/karpenter/api.ts";
import { conditionsOf } from "../../src/kube/conditions.ts";
import { isReady } from "../../src/kube/pod.ts";
import type { World } from "../../src/ports/world.ts";
import { addPool, install, type PoolWishes, stopAutoscaler, wire } from "./karpenter-sandbox.ts";

export const minute = 60_000;
const base = { clusterName: "halves", kubernetesVersion: "1.34.2", autoscalerFlags: [] } as const;

/** Pods that may run on Karpenter's nodes only: the two of them would not need a node of their own. */
function app(name: string): WorkloadSpec {
  const spec = { nodeSelector: { "karpenter.sh/nodepool": "general" } };
  return { kind: "Deployment", namespace: "shop", name, replicas: 0, cpu: "750m", memory: "256Mi", spec };
}

/** Two nodes of a group, and two deployments for Karpenter's nodes. */
const sample: SampleSpec = {
  name: "halves",
  summary: "2 nodes of a group, and pods for Karpenter",
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
      max: 2,
      desired: 2,
      zones: ["a"],
    },
  ],
  workloads: [...systemWorkloads(base), app("left"), app("right")],
};

/** Pools consolidate whatever they can after half a minute. */
export const busy = { consolidationPolicy: "WhenEmptyOrUnderutilized", consolidateAfter: "30s" } as const;
const kept = new Map<string, Promise<string>>();

/** Built once: many tests begin alike. */
async function remembered(key: string, build: () => Promise<Opened>): Promise<Opened> {
  const text = kept.get(key) ?? build().then(({ sandbox }) => JSON.stringify(sandbox.save()));
  kept.set(key, text);
  return resumed(JSON.parse(await text) as TwinState);
}

/** The cluster with Karpenter alone in charge and a pool of these wishes. */
export async function opened(wishes: PoolWishes): Promise<Opened> {
  const open = await remembered("wired", async () => {
    const sandbox = openTwin(buildSample(sample, 1, sandboxMarket()));
    const { world } = openState(sandbox, {});
    await wire(world, sample.clusterName);
    await install(world, sample.clusterName);
    await stopAutoscaler(world);
    await world.clock.sleep(minute);
    return { sandbox, world };
  });
  await setPool(open, wishes);
  return open;
}

/** Makes the pool, or changes it. */
export async function setPool({ world }: Opened, wishes: PoolWishes): Promise<void> {
  await addPool(world, sample.clusterName, wishes);
}

/** One node for each deployment, which has just been left with one pod of the four that the node was made for. */
export async function halfEmpty(
  names: readonly string[] = ["left", "right"],
  wishes: PoolWishes = { disruption: busy },
): Promise<Opened> {
  return remembered(JSON.stringify([names, wishes]), async () => {
    const open = await opened(wishes);
    for (const name of names) {
      await scale(open, name, 4);
      await open.world.clock.sleep(2 * minute);
    }
    expect(claimNames(open)).toHaveLength(names.length);
    for (const name of names) await scale(open, name, 1);
    return open;
  });
}

/** A sandbox and its ports. */
export interface Opened {
  readonly sandbox: Twin;
  readonly world: World;
}

/** The cluster in another process. */
export function resumed(state: TwinState): Opened {
  const sandbox = openTwin(state);
  return { sandbox, world: openState(sandbox, {}).world };
}

/** How many pods a deployment of the shop wants. */
export async function scale({ world }: Opened, name: string, replicas: number): Promise<void> {
  const ref = { resource: "deployments", namespace: "shop", name } as const;
  await world.cluster.patch(ref, "merge", { spec: { replicas } });
}

/** All NodeClaims, by name. */
export function claimNames({ sandbox }: Opened): readonly string[] {
  return nodeClaims(sandbox).map(({ metadata }) => metadata.name);
}

/** Their instance types. */
export function typesOf({ sandbox }: Opened): readonly (string | undefined)[] {
  return nodeClaims(sandbox).map(({ metadata }) => metadata.labels?.["node.kubernetes.io/instance-type"]);
}

/** Nodes that are being disrupted. */
export function taintedNodes({ sandbox }: Opened): readonly string[] {
  const nodes = sandbox.store.all("nodes");
  return nodes.filter((one) => one.spec?.taints?.some(({ key }) => key === disruptedTaint.key)).map(nameOf);
}

function nameOf({ metadata }: { readonly metadata: { readonly name: string } }): string {
  return metadata.name;
}

/** Pods of the shop that are ready. */
export function readyPods({ sandbox }: Opened): number {
  return sandbox.store.all("pods").filter((pod) => pod.metadata.namespace === "shop" && isReady(pod)).length;
}

/** Lets time pass until something is so; fails when it never is. */
export function until({ sandbox }: Opened, isSo: () => boolean, mostMs = 10 * minute): void {
  for (let ms = 0; ms < mostMs; ms += 1000) {
    if (isSo()) return;
    sandbox.advance(1000);
  }
  expect.fail("it never came to that");
}

/** The reason of a condition; undefined when it is not there. */
export function conditionOf(claim: NodeClaim | undefined, type: string): string | undefined {
  return claim === undefined ? undefined : conditionsOf(claim).find((one) => one.type === type)?.reason;
}
