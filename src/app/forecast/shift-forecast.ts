import { Fault } from "../../fault/fault.ts";
import { poolsOfCluster } from "../../forecast/pools.ts";
import type { SimulationOutcome, UnschedulablePod } from "../../forecast/types.ts";
import { decidingRelease } from "../../karpenter/chosen-release.ts";
import type { Release } from "../../karpenter/releases.ts";
import type { Catalogue } from "../../karpenter/aws/type-info.ts";
import { keepingNodes } from "../../migration/shift/spread.ts";
import type { ShiftForecast } from "../../migration/shift/forecast.ts";
import type { Reading } from "../../ports/world.ts";
import type { Snapshot } from "../../snapshot/snapshot.ts";
import { warn } from "../run/news.ts";
import { forecast } from "./forecast.ts";

/** What a migration is planned with beside the cluster: its forecast, and the pods that no NodePool takes. */
export interface ShiftOutlook {
  readonly forecast: ShiftForecast;
  readonly unschedulable: readonly UnschedulablePod[];
}

/**
 * What the cluster will come to once its pods have moved to the NodePools that wait in it. Asked right before a migration is planned, so
 * that Karpenter's own pods, and the nodes that stay for them, are counted. Undefined, with a warning, where it cannot be known.
 */
export async function forecastShift(
  world: Reading,
  {
    snapshot,
    catalogueOf,
    staying = new Set(),
  }: {
    readonly snapshot: Snapshot;
    readonly catalogueOf: (release: Release) => Catalogue;
    /** Nodes of groups that are not moved now: they and their pods stay. */
    readonly staying?: ReadonlySet<string>;
  },
): Promise<ShiftOutlook | undefined> {
  try {
    const release = decidingRelease(snapshot, undefined);
    const request = {
      snapshot: keepingNodes(snapshot, staying),
      release,
      asked: { keepsZones: true },
      catalogue: catalogueOf(release),
      prices: world.prices,
      host: world.host,
    };
    const [simulation] = await forecast(request, [poolsOfCluster(snapshot)]);
    if (simulation === undefined) return undefined;
    const { outcome } = simulation;
    return { forecast: shiftForecastOf(outcome), unschedulable: outcome.unschedulable };
  } catch (error) {
    if (!(error instanceof Fault) || error.blame === "interrupted") throw error;
    warn(world.host, { code: "forecast-unknown", problem: error.message });
    return undefined;
  }
}

function shiftForecastOf({ karpenter, zones }: SimulationOutcome): ShiftForecast {
  return {
    nodes: karpenter.totals.nodes,
    usdPerHour: karpenter.totals.computeUsdPerHour,
    zones: zones.map(({ zone, nodesKarpenter, nodesPossible }) => ({
      zone,
      atLeast: nodesKarpenter,
      atMost: nodesKarpenter + nodesPossible,
    })),
  };
}
