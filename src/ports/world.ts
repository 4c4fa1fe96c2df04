import type { Charts } from "./charts.ts";
import type { Clock } from "./clock.ts";
import type { Cloud } from "./cloud.ts";
import type { Cluster } from "./cluster.ts";
import type { Files } from "./files.ts";
import type { Host } from "./host.ts";
import type { Journal } from "./journal.ts";
import type { Prices } from "./prices.ts";

/** Everything outside, as one use case sees it. Two sets of adapters make one: the real ones and the sandbox's. */
export interface World {
  readonly cluster: Cluster;
  readonly cloud: Cloud;
  readonly charts: Charts;
  readonly prices: Prices;
  readonly clock: Clock;
  readonly host: Host;
  readonly files: Files;
  readonly journal: Journal;
}
