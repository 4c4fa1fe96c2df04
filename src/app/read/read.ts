import { textAt } from "../../kube/json.ts";
import type { CloudReader } from "../../ports/cloud.ts";
import type { Clock } from "../../ports/clock.ts";
import type { ClusterReader } from "../../ports/cluster.ts";
import { Fault } from "../../fault/fault.ts";
import type { Host } from "../../ports/host.ts";
import { clusterNameIn } from "../../snapshot/cluster-name.ts";
import {
  type Gap,
  type Snapshot,
  snapshotSchema,
  type SnapshotSource,
  type WholeSnapshot,
} from "../../snapshot/snapshot.ts";
import { withNodeFacts } from "../../snapshot/node-facts.ts";
import { readAccount } from "./account.ts";
import { gapOf } from "./gaps.ts";
import { readObjects } from "./objects.ts";
import { warn, working } from "../run/news.ts";

/** The ports that reading needs: part of a `World`. */
export interface ReadWorld {
  readonly cluster: ClusterReader;
  /** Absent: the account stays unknown and a gap says so. A function, because opening it may fail. */
  readonly cloud?: CloudReader | (() => Promise<CloudReader>);
  readonly clock: Clock;
  readonly host: Host;
}

/** What the caller knows already. */
export interface ReadOptions {
  readonly source: SnapshotSource;
  /** EKS cluster name, from `--cluster` or the kubeconfig. */
  readonly clusterName?: string;
}

/**
 * Reads a cluster and its account as they are now, the account's texts whole. Writes nothing. Throws `Fault` only when nothing at all can
 * be read.
 */
export async function readSnapshot(world: ReadWorld, options: ReadOptions): Promise<WholeSnapshot> {
  const readAt = new Date(world.clock.nowMs()).toISOString();
  const version = await world.cluster.version();
  const progress = working(world.host, { code: "reading", name: options.source.name });
  const { objects, gaps } = await readObjects(world.cluster, world.host, progress);
  const clusterName = options.clusterName ?? clusterNameIn(objects);
  progress.update(0, "AWS account");
  const account = await readAccountOf(world, { clusterName, objects });
  progress.end();
  warnIfElsewhere(world, options, account.account);
  const name = clusterName ?? account.clusterName;
  return withNodeFacts({
    schema: snapshotSchema,
    readAt,
    source: options.source,
    ...(name === undefined ? {} : { clusterName: name }),
    kubernetesVersion: version.minor,
    objects,
    ...(account.account === undefined ? {} : { account: account.account }),
    gaps: [...gaps, ...account.gaps],
    texts: "whole",
  });
}

async function readAccountOf(
  world: ReadWorld,
  about: Parameters<typeof readAccount>[1],
): Promise<{ readonly account?: Snapshot["account"]; readonly clusterName?: string; readonly gaps: readonly Gap[] }> {
  if (world.cloud === undefined) {
    return { gaps: [{ what: "aws", reason: "not-in-source", detail: "no AWS account was given" }] };
  }
  try {
    const cloud = typeof world.cloud === "function" ? await world.cloud() : world.cloud;
    return await readAccount(cloud, about);
  } catch (error) {
    if (error instanceof Fault && error.blame === "usage" && error.code !== "usage.no-region") throw error;
    return { gaps: [gapOf("aws", error)] };
  }
}

// Facts of another cluster's account next to this cluster's pods would make every finding about AWS a lie.
function warnIfElsewhere(world: ReadWorld, options: ReadOptions, account: Snapshot["account"]): void {
  const endpoint = textAt(account?.cluster?.["endpoint"]);
  const server = options.source.server;
  if (endpoint === undefined || server === undefined || hostOf(endpoint) === hostOf(server)) return;
  const name = textAt(account?.cluster?.["name"]) ?? "";
  warn(world.host, { code: "account-elsewhere", server, cluster: name, endpoint });
}

function hostOf(url: string): string {
  return /^https?:\/\/([^/]+)/.exec(url.toLowerCase())?.[1] ?? url;
}
