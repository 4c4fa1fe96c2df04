import { loadStaticPrices } from "../src/adapters/disk/catalogue.ts";
import {
  initialPrices,
  onDemandPrice,
  type PriceState,
  refreshOnDemand,
  refreshSpot,
  spotPrice,
} from "../src/karpenter/aws/pricing.ts";
import type { Case, Verdict } from "./area.ts";
import { verdict } from "./aws-compare.ts";
import { spotAnswer } from "./aws-world.ts";

interface Step {
  readonly kind: "onDemand" | "spot";
  readonly onDemand?: Readonly<Record<string, number>>;
  readonly spot?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly fails?: boolean;
}

interface Line {
  readonly region: string;
  readonly isolatedVPC: boolean;
  readonly types: readonly string[];
  readonly zones: readonly string[];
  readonly steps: readonly Step[] | null;
  readonly expect: readonly { readonly prices: unknown; readonly error?: string }[];
}

/** The price provider through its refreshes. The text of the API's own failure is the recording's, not ours. */
export function checkPrices(item: Case): Verdict {
  const line = item.line as unknown as Line;
  let prices = initialPrices(loadStaticPrices(), line.region);
  const got: unknown[] = [{ prices: shown(prices, line) }];
  for (const [i, step] of (line.steps ?? []).entries()) {
    const failure = line.expect[i + 1]?.error?.replace(/^[^,]*, /, "") ?? "unavailable";
    const after = refresh(prices, step, line, failure);
    prices = after.prices;
    got.push({ prices: shown(prices, line), ...(after.error === undefined ? {} : { error: after.error }) });
  }
  return verdict(got, line.expect.map(numbers));
}

function refresh(prices: PriceState, step: Step, line: Line, failure: string): { prices: PriceState; error?: string } {
  const failed = { ok: false, error: failure } as const;
  if (step.kind === "spot") {
    return refreshSpot(prices, step.fails === true ? failed : { ok: true, value: spotAnswer(step.spot ?? {}) });
  }
  const place = { region: line.region, isIsolated: line.isolatedVPC };
  const answer = { ok: true, value: new Map(Object.entries(step.onDemand ?? {})) } as const;
  return refreshOnDemand(prices, place, step.fails === true ? failed : answer);
}

function shown(prices: PriceState, line: Line): unknown {
  const row = (type: string): unknown => ({
    onDemand: onDemandPrice(prices, type) ?? null,
    spot: Object.fromEntries(line.zones.map((zone) => [zone, spotPrice(prices, type, zone) ?? null])),
  });
  return Object.fromEntries(line.types.map((type) => [type, row(type)]));
}

// Recorded prices are texts that give back the same double.
function numbers(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, one: unknown) =>
      typeof one === "string" && key !== "error" && one !== "" && !Number.isNaN(Number(one)) ? Number(one) : one,
    ),
  ) as unknown;
}
