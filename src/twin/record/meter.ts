import { numberAt } from "../../kube/json.ts";
import { zoneOf } from "../../kube/node.ts";
import type { Node, PodDisruptionBudget } from "../../kube/objects.ts";
import type { StoreChange } from "../store/change.ts";
import type { Twin } from "../world/twin.ts";
import { Level } from "./level.ts";
import { MachineMeter } from "./machines.ts";
import type { BudgetMeasure, Measures, Sample } from "./measures.ts";
import { PodMeter } from "./pods.ts";
import { inOneZone } from "./workloads.ts";

interface BudgetSoFar {
  evictions: number;
  leastSlack: number;
}

/** Measures a world from the moment at which it is made, by listening alone. */
export class WorldMeter {
  readonly #twin: Twin;
  readonly #fromMs: number;
  readonly #stepMs: number;
  readonly #pods: PodMeter;
  readonly #machines: MachineMeter;
  readonly #nodes: Level;
  readonly #nodesAtStart: number;
  readonly #zones = new Map<string, Level>();
  readonly #oneZone: readonly string[];
  readonly #budgets = new Map<string, BudgetSoFar>();
  readonly #series: Sample[] = [];
  readonly #end: readonly (() => void)[];
  #nextMs: number;
  #came = 0;
  #went = 0;

  /** `stepMs`: between two samples of the series. */
  constructor(twin: Twin, stepMs: number) {
    const { nowMs, store, account } = twin;
    this.#twin = twin;
    this.#fromMs = nowMs;
    this.#nextMs = nowMs;
    this.#stepMs = stepMs;
    this.#pods = new PodMeter(store, nowMs);
    this.#machines = new MachineMeter(account, nowMs);
    const nodes = store.all("nodes");
    this.#nodesAtStart = nodes.length;
    this.#nodes = new Level(nodes.length, nowMs);
    for (const node of nodes) this.#zone(node).add(1, nowMs);
    this.#oneZone = inOneZone(store);
    for (const budget of store.all("poddisruptionbudgets")) this.#noteBudget(undefined, budget);
    this.#end = [
      twin.subscribe((change) => this.#note(change)),
      twin.subscribeRows((table, key) => {
        if (table !== "ec2.instances") return;
        this.#sampleUntil(twin.nowMs);
        this.#machines.note(key, twin.nowMs);
      }),
    ];
  }

  /** USD that EC2 charged so far; undefined: a price is unknown. */
  usd(): number | undefined {
    return this.#machines.measures(this.#twin.nowMs).usd;
  }

  /** Evictions so far. */
  evictions(): number {
    return this.#pods.evictions().reduce((sum, { count }) => sum + count, 0);
  }

  /** Stops listening and answers what was measured. */
  finish(): Measures {
    for (const end of this.#end) end();
    const { nowMs, store } = this.#twin;
    this.#sampleUntil(nowMs + 1);
    return {
      fromMs: this.#fromMs,
      toMs: nowMs,
      nodes: {
        atStart: this.#nodesAtStart,
        atEnd: this.#nodes.value,
        mean: this.#nodes.mean(nowMs),
        least: this.#nodes.least,
        most: this.#nodes.most,
        came: this.#came,
        went: this.#went,
      },
      cost: this.#machines.measures(nowMs),
      pending: this.#pods.pending(nowMs),
      evictions: this.#pods.evictions(),
      budgets: [...this.#budgets].map(([budget, record]): BudgetMeasure => ({ budget, ...record })).toSorted(byBudget),
      zones: {
        nodes: [...this.#zones].map(([zone, level]) => ({ zone, mean: level.mean(nowMs) })).toSorted(byZone),
        inOneZoneAtStart: this.#oneZone,
        inOneZoneAtEnd: inOneZone(store),
      },
      series: this.#series,
    };
  }

  #note(change: StoreChange): void {
    this.#sampleUntil(change.atMs);
    if (change.resource === "pods") this.#pods.note(change);
    else if (change.resource === "nodes") this.#noteNode(change.before, change.after, change.atMs);
    else if (change.resource === "poddisruptionbudgets" && change.after !== undefined)
      this.#noteBudget(change.actor, change.after);
  }

  #noteNode(before: Node | undefined, after: Node | undefined, atMs: number): void {
    if (before === undefined && after !== undefined) {
      this.#came += 1;
      this.#nodes.add(1, atMs);
      this.#zone(after).add(1, atMs);
    } else if (before !== undefined && after === undefined) {
      this.#went += 1;
      this.#nodes.add(-1, atMs);
      this.#zone(before).add(-1, atMs);
    }
  }

  #noteBudget(actor: string | undefined, { metadata, status }: PodDisruptionBudget): void {
    const name = `${metadata.namespace ?? "default"}/${metadata.name}`;
    const { currentHealthy, desiredHealthy } = status ?? {};
    const slack = (numberAt(currentHealthy) ?? 0) - (numberAt(desiredHealthy) ?? 0);
    const known = this.#budgets.get(name);
    if (known === undefined) {
      if (currentHealthy !== undefined) this.#budgets.set(name, { evictions: 0, leastSlack: slack });
      return;
    }
    if (actor === "eviction") known.evictions += 1;
    else known.leastSlack = Math.min(known.leastSlack, slack);
  }

  #zone(node: Node): Level {
    const zone = zoneOf(node) ?? "unknown";
    const level = this.#zones.get(zone) ?? new Level(0, this.#fromMs);
    this.#zones.set(zone, level);
    return level;
  }

  // What holds until the change that is about to be noted.
  #sampleUntil(atMs: number): void {
    for (; this.#nextMs < atMs; this.#nextMs += this.#stepMs)
      this.#series.push({
        atMs: this.#nextMs,
        nodes: this.#nodes.value,
        usdPerHour: this.#machines.usdPerHour,
        waiting: this.#pods.waiting,
      });
  }
}

function byBudget(a: BudgetMeasure, b: BudgetMeasure): number {
  return b.evictions - a.evictions || (a.budget < b.budget ? -1 : 1);
}

function byZone(a: { readonly zone: string }, b: { readonly zone: string }): number {
  return a.zone < b.zone ? -1 : 1;
}
