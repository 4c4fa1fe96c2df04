import { Fault } from "../../fault/fault.ts";
import { defaultOptions } from "../../migration/shift/options.ts";
import { installManifestOf } from "../../migration/install/options.ts";
import type { World } from "../../ports/world.ts";
import { FeedCheckers } from "../../twin/checkers/feed.ts";
import { WorldMeter } from "../../twin/record/meter.ts";
import type { Twin } from "../../twin/world/twin.ts";
import { forecastShift } from "../forecast/shift-forecast.ts";
import { install } from "../install/install.ts";
import { migrate } from "../migrate/migrate.ts";
import { readMigrationFacts } from "../migrate/prepare.ts";
import { working } from "../run/news.ts";
import { setup } from "../setup/setup.ts";
import { translateDiscovered } from "../translate/translate.ts";
import { instanceTypeFacts } from "../translate/types.ts";
import { Listener } from "./listener.ts";
import { extrasOf, type LoadOf, loadToPlay, rulesOf } from "./load.ts";
import { TraceFeed } from "./play.ts";
import type {
  LoadPlayed,
  Played,
  RehearsalRun,
  Rehearsal,
  RehearsedEnd,
  RehearsedMigration,
  RehearseRequest,
} from "./types.ts";

const hourMs = 3_600_000;
/** A chart of a day has a point for every five minutes, one of a week for every half hour. */
const mostSamples = 336;
/** Karpenter consolidates what the migration left before its day begins. */
const settleMs = hourMs;

/** A world that is being measured and judged. */
class Stretch {
  readonly twin: Twin;
  readonly meter: WorldMeter;
  readonly checkers: FeedCheckers;
  readonly #feed: TraceFeed | undefined;

  constructor(twin: Twin, request: RehearseRequest, feed: TraceFeed | undefined) {
    this.twin = twin;
    this.meter = new WorldMeter(twin, Math.max(300_000, Math.ceil(request.forMs / mostSamples / 60_000) * 60_000));
    this.checkers = new FeedCheckers(twin);
    this.#feed = feed;
  }

  async advance(ms: number): Promise<void> {
    if (this.#feed === undefined) this.twin.advance(ms);
    else await this.#feed.advance(ms);
  }

  finish(): Played {
    return { measures: this.meter.finish(), checked: this.checkers.finish() };
  }
}

/**
 * Plays a cluster as it is under Cluster Autoscaler, its migration by the very plan and steps of `migrate`, and what comes of it under
 * Karpenter. The same request gives the same rehearsal.
 *
 * Throws `usage.load` for a bad trace, `interrupted` after Ctrl-C; whatever goes wrong in the
 * rehearsed migration is part of the answer.
 */
export async function rehearse(request: RehearseRequest): Promise<Rehearsal> {
  const probe = request.cluster.open(request.seed, []);
  const load = loadToPlay(request.load, probe);
  const autoscaler = await playAutoscaler(request, load);
  const run = await playMigration(request, load);
  const played: LoadPlayed =
    load.played.kind === "trace" ? { ...load.played, arrivals: autoscaler.arrivals } : load.played;
  return {
    schema: "dovetail.rehearsal/1",
    cluster: request.cluster.clusterName,
    kubernetesVersion: probe.kubernetesVersion,
    seed: request.seed,
    forMs: request.forMs,
    load: played,
    faults: request.faults,
    autoscaler: autoscaler.played,
    ...run,
  };
}

function openWorld(
  request: RehearseRequest,
  load: LoadOf,
): { readonly twin: Twin; readonly feed: TraceFeed | undefined } {
  const twin = request.cluster.open(request.seed, extrasOf(load.plan, request.faults));
  const feed = request.load.kind === "trace" ? new TraceFeed(twin, request.load) : undefined;
  return { twin, feed };
}

async function playAutoscaler(
  request: RehearseRequest,
  load: LoadOf,
): Promise<{ readonly played: Played; readonly arrivals: number }> {
  const { twin, feed } = openWorld(request, load);
  const stretch = new Stretch(twin, request, feed);
  await pass(request, stretch, { world: "autoscaler", ms: request.forMs });
  await feed?.end();
  return { played: stretch.finish(), arrivals: feed?.arrived ?? 0 };
}

/** Hour by hour, so that a Ctrl-C is heard and progress is told. */
async function pass(
  request: RehearseRequest,
  stretch: Stretch,
  of: { readonly world: "autoscaler" | "karpenter"; readonly ms: number },
): Promise<void> {
  const progress = working(request.host, { code: "rehearsing", world: of.world }, Math.ceil(of.ms / hourMs));
  try {
    for (let doneMs = 0; doneMs < of.ms; doneMs += hourMs) {
      await breath();
      request.host.interrupted.throwIfAborted();
      await stretch.advance(Math.min(hourMs, of.ms - doneMs));
      progress.update(Math.ceil(doneMs / hourMs) + 1);
    }
  } finally {
    progress.end();
  }
}

// Lets a Ctrl-C of the real world arrive between two hours of the simulated one.
function breath(): Promise<void> {
  return Promise.resolve();
}

async function playMigration(request: RehearseRequest, load: LoadOf): Promise<RehearsalRun> {
  const { twin, feed } = openWorld(request, load);
  const way = new Stretch(twin, request, feed);
  const progress = working(request.host, { code: "rehearsing", world: "migration" });
  const lengths = { setupMs: 0, installMs: 0, lengthMs: 0 };
  const listener = new Listener(twin, request.host.interrupted, way.meter);
  const world = request.cluster.world(twin, { host: listener, advance: (ms) => way.advance(ms) });
  twin.faults.add(...rulesOf(request.faults));
  const end = await walk(request, world, lengths);
  progress.end();
  const { steps } = listener;
  const waves = listener.waves();
  const waits = listener.waits();
  const migration: RehearsedMigration = { ...way.finish(), end, ...lengths, steps, waves, waits };
  if (end.kind !== "completed") {
    await feed?.end();
    return { migration, karpenter: undefined };
  }
  // The day begins with what began under Cluster Autoscaler: a trace from its first row.
  await feed?.leave();
  twin.advance(settleMs);
  const again = request.load.kind === "trace" ? new TraceFeed(twin, request.load) : undefined;
  const day = new Stretch(twin, request, again);
  await pass(request, day, { world: "karpenter", ms: request.forMs });
  await again?.end();
  return { migration, karpenter: day.finish() };
}

async function walk(
  request: RehearseRequest,
  world: World,
  lengths: { setupMs: number; installMs: number; lengthMs: number },
): Promise<RehearsedEnd> {
  const { by, cluster } = request;
  let fromMs = world.clock.nowMs();
  let isBegun = false;
  try {
    await setup(world, { by, cluster: cluster.clusterName });
    lengths.setupMs = world.clock.nowMs() - fromMs;
    fromMs = world.clock.nowMs();
    await install(world, { by, cluster: cluster.clusterName, manifests: await manifestsOf(request, world) });
    lengths.installMs = world.clock.nowMs() - fromMs;
    fromMs = world.clock.nowMs();
    const facts = await readMigrationFacts(world, cluster.clusterName);
    const outlook = await forecastShift(world, { snapshot: facts.snapshot, catalogueOf: () => request.catalogue });
    isBegun = true;
    const all = { ...facts, ...outlook };
    const { end } = await migrate(world, all, { by, options: defaultOptions });
    if (end.kind === "completed") return { kind: "completed" };
    if (end.kind === "gate-closed")
      return { kind: "gate-closed", gate: end.closed.gate.title, reasons: end.closed.reasons };
    return { kind: "stopped", code: end.kind, message: "the rehearsed migration was stopped" };
  } catch (error) {
    if (!(error instanceof Fault) || error.blame === "interrupted" || error.code === "usage.load") throw error;
    const { code, message, hint } = error;
    if (code === "migrate.refused") isBegun = false;
    return { kind: isBegun ? "stopped" : "not-begun", code, message, ...(hint === undefined ? {} : { hint }) };
  } finally {
    if (isBegun) lengths.lengthMs = world.clock.nowMs() - fromMs;
  }
}

async function manifestsOf(request: RehearseRequest, world: World): Promise<NonNullable<RehearseRequest["manifests"]>> {
  if (request.manifests !== undefined) return request.manifests;
  const { snapshot, groups, autoscalers } = await readMigrationFacts(world, request.cluster.clusterName);
  const facts = { instanceTypes: instanceTypeFacts(request.catalogue) };
  return translateDiscovered(snapshot, { nodeGroups: groups, autoscalers }, facts).manifests.map(installManifestOf);
}
