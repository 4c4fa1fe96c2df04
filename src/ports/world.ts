import type { ChartReader, Charts } from "./charts.ts";
import type { Clock } from "./clock.ts";
import type { Cloud, CloudReader } from "./cloud.ts";
import type { Cluster, ClusterReader } from "./cluster.ts";
import type { FileReader, Files } from "./files.ts";
import type { Host } from "./host.ts";
import type { Journal, JournalReader } from "./journal.ts";
import type { Prices } from "./prices.ts";

/**
 * Everything outside, for a use case that changes nothing. That it cannot write is not a promise: there is nothing in here to write with.
 */
export interface Reading {
  readonly cluster: ClusterReader;
  readonly cloud: CloudReader;
  readonly charts: ChartReader;
  readonly prices: Prices;
  readonly clock: Clock;
  readonly host: Host;
  readonly files: FileReader;
  readonly journal: JournalReader;
}

/** Everything outside, as a changing use case sees it. Two sets of adapters make one: the real ones and the sandbox's. */
export interface World extends Reading {
  readonly cluster: Cluster;
  readonly cloud: Cloud;
  readonly charts: Charts;
  readonly files: Files;
  readonly journal: Journal;
}
