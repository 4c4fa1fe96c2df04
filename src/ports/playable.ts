import type { Actor } from "../twin/world/actor.ts";
import type { Twin } from "../twin/world/twin.ts";
import type { Host } from "./host.ts";
import type { World } from "./world.ts";

/** Where a cluster is played: worlds that begin as it is, and the ports over them. */
export interface PlayableCluster {
  /** EKS cluster name. */
  readonly clusterName: string;
  /** Another world of its own at every call; `extras` live in it beside everybody who does anyway. */
  open(seed: number, extras: readonly Actor[]): Twin;
  /** The ports over a world, for a program that has just begun; `advance` lets its time pass. */
  world(twin: Twin, of: { readonly host: Host; readonly advance: (ms: number) => Promise<void> }): World;
}
