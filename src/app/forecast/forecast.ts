import type { AutoscalerInstallation } from "../../autoscaler/types.ts";
import { isKarpenterNode } from "../../kube/node.ts";
import { withController } from "../../forecast/controller.ts";
import { checkTypes } from "../../forecast/check-types.ts";
import type { SimulateInput, SimulateOptions } from "../../forecast/options.ts";
import type { Pools } from "../../forecast/pools.ts";
import { regionOfSnapshot } from "../../forecast/region.ts";
import { type Simulation, simulate } from "../../forecast/simulate.ts";
import { spotTypesOf, withSpread } from "../../forecast/spot-history.ts";
import type { Catalogue } from "../../karpenter/aws/type-info.ts";
import { decidingRelease } from "../../karpenter/chosen-release.ts";
import type { Release } from "../../karpenter/releases.ts";
import type { Host } from "../../ports/host.ts";
import type { Prices } from "../../ports/prices.ts";
import type { Snapshot } from "../../snapshot/snapshot.ts";
import { discover } from "../read/discover.ts";
import { working } from "../run/news.ts";
import { readPrices } from "./prices.ts";

/** What a forecast is made from. */
export interface ForecastRequest {
  readonly snapshot: Snapshot;
  /** The Karpenter that decides, unless it is the cluster's own or the default (`decidingRelease`). */
  readonly release?: Release;
  readonly catalogue: Catalogue;
  readonly prices: Prices;
  readonly host: Host;
  /** As the user says; a region that is not the cluster's is refused. */
  readonly region?: string | undefined;
  /** What-ifs and assumptions about bills. */
  readonly asked?: SimulateOptions;
  /** How long computations are run: a terminal lets Ctrl-C end them. */
  readonly compute?: <T>(work: () => T) => Promise<T>;
}

/**
 * What Karpenter would run with each of these sets of NodePools, beside what runs now: the one forecast of the product, which `simulate`,
 * `explain`, `report`, the demo and the plan of a migration all ask. Unless asked otherwise it is that of a migration, in which every
 * replica keeps its zone; where Karpenter runs the cluster already, it is that of all pods placed afresh.
 *
 * Spot prices are first those of the moment, which decide; their spread over a day is then asked of the types that turned out to matter,
 * and the figures are made once more with it. Throws usage faults (`usage.region`, `usage.no-region`, `usage.instance-type`,
 * `usage.no-pods`) where the question has no answer.
 */
export async function forecast(request: ForecastRequest, sets: readonly Pools[]): Promise<readonly Simulation[]> {
  const { snapshot, catalogue, host, asked = {} } = request;
  const discovery = discover(snapshot);
  const isMigrated = runsKarpenterAlone(snapshot, discovery.autoscalers);
  const region = regionOfSnapshot(snapshot, request.region);
  checkTypes(catalogue, [
    ...(asked.instanceTypes ?? []),
    ...(asked.reservedInstances ?? []).map((one) => one.instanceType),
  ]);
  const nodeGroupOf = new Map(
    discovery.nodeGroups.flatMap((group) => group.nodeNames.map((node) => [node, group.name] as const)),
  );
  const prices = await readPrices(request.prices, region, host);
  const release = request.release ?? decidingRelease(snapshot, undefined);
  const seen = isMigrated || asked.isPendingOnly === true ? snapshot : withController(snapshot);
  const base = { release, snapshot: seen, catalogue, prices, region, nodeGroupOf, isMigrated };
  const moving = { ...request, asked: { keepsZones: !isMigrated, ...asked } };
  const first = await solved(moving, base, sets);
  if (prices === undefined) return first;
  const types = spotTypesOf(first.map(({ outcome }) => outcome));
  const history = types.length === 0 ? undefined : await readPrices(request.prices, region, host, types);
  const spread = history === undefined ? prices : withSpread(prices, history);
  return spread === prices ? first : solved(moving, { ...base, prices: spread }, sets);
}

/** Karpenter has nodes, and no Cluster Autoscaler runs beside it. */
function runsKarpenterAlone({ objects }: Snapshot, autoscalers: readonly AutoscalerInstallation[]): boolean {
  const areDeploymentsRead = objects.deployments !== undefined;
  return (
    areDeploymentsRead && (objects.nodes ?? []).some(isKarpenterNode) && autoscalers.every((one) => one.replicas === 0)
  );
}

async function solved(
  { host, snapshot, asked, compute = async (work) => work() }: ForecastRequest,
  base: Omit<SimulateInput, "nodePools" | "nodeClasses" | "nodePoolSource">,
  sets: readonly Pools[],
): Promise<readonly Simulation[]> {
  const pods = snapshot.objects.pods?.length ?? 0;
  const progress = working(host, { code: "simulating", pods });
  try {
    const found: Simulation[] = [];
    for (const { nodePools, nodeClasses, source } of sets)
      found.push(await compute(() => simulate({ ...base, nodePools, nodeClasses, nodePoolSource: source }, asked)));
    return found;
  } finally {
    progress.end();
  }
}
