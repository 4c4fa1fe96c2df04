import type { SimulateOptions } from "../forecast/options.ts";
import type { Pools } from "../forecast/pools.ts";
import type { Simulation } from "../forecast/simulate.ts";
import type { Context } from "./command.ts";
import { atOnce } from "./host.ts";
import type { Base, PoolOptions } from "./simulate-input.ts";

/** A question and what it is asked with. */
export interface Question {
  readonly context: Context;
  readonly options: PoolOptions;
  readonly base: Base;
  readonly asked: SimulateOptions;
}

/**
 * Simulates one set of NodePools after another. On a live account the spread of spot prices is asked for afterwards, of the types that
 * turned out to matter, and the figures are made once more with it; the decisions stay.
 */
export async function simulations(question: Question, sets: readonly Pools[]): Promise<readonly Simulation[]> {
  const first = await solved(question, sets);
  const { context, options, base } = question;
  if (options.from !== undefined || options.sandbox !== undefined || base.prices === undefined) return first;
  const [{ spotTypesOf, withSpread }, { readPrices }] = await Promise.all([
    import("../forecast/spot-history.ts"),
    import("../app/forecast/prices.ts"),
  ]);
  const types = spotTypesOf(first.map(({ outcome }) => outcome));
  if (types.length === 0) return first;
  const history = await readPrices(base.priceSource, base.region, context.host(options), types);
  if (history === undefined) return first;
  return solved({ ...question, base: { ...base, prices: withSpread(base.prices, history) } }, sets);
}

async function solved({ context, options, base, asked }: Question, sets: readonly Pools[]): Promise<Simulation[]> {
  const { simulate } = await import("../forecast/simulate.ts");
  const host = context.host(options);
  const pods = base.snapshot.objects.pods?.length ?? 0;
  const progress = host.progress(`simulating ${pods} ${pods === 1 ? "pod" : "pods"}`);
  const found: Simulation[] = [];
  try {
    for (const { nodePools, nodeClasses, source } of sets) {
      const input = { ...base, nodePools, nodeClasses, nodePoolSource: source };
      found.push(await atOnce(host, () => simulate(input, asked)));
    }
  } finally {
    progress.end();
  }
  return found;
}
