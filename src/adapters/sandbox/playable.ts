import type { PlayableCluster } from "../../ports/playable.ts";
import { allActors } from "../../twin/actors/all.ts";
import type { Latencies } from "../../twin/latencies.ts";
import type { Market } from "../../twin/world/market.ts";
import { reseeded, type TwinState, twinStateOf } from "../../twin/world/state.ts";
import { Twin } from "../../twin/world/twin.ts";
import { openState } from "./open.ts";
import { SandboxClock } from "./clock.ts";
import { str } from "../../twin/store/objects.ts";
import type { PriceBook } from "../../money/price-book.ts";

/** What a cluster that can be played is made of. */
export interface PlayableParts {
  /** As the cluster is: every world begins with a copy of it. */
  readonly state: TwinState;
  readonly market: Market;
  /** Absent: the usual ones. */
  readonly latencies?: Latencies;
}

/** A cluster whose worlds begin from one state. */
export function playableOf({ state, market, latencies }: PlayableParts): PlayableCluster {
  const text = JSON.stringify(state);
  return {
    clusterName: str(Object.values(state.aws.tables["eks.clusters"] ?? {})[0]?.["name"] ?? state.name),
    open: (seed, extras) =>
      new Twin(reseeded(twinStateOf(text), seed), {
        actors: [...allActors, ...extras],
        market: market,
        ...(latencies === undefined ? {} : { latencies }),
      }),
    world: (twin, { host, advance }) => {
      const prices = { read: (): Promise<PriceBook> => Promise.resolve(market.prices) };
      const { world } = openState(twin, { host, prices });
      return { ...world, clock: new SandboxClock(twin, advance) };
    },
  };
}
