import { z } from "zod";
import type { CostRange } from "../../money/types.ts";
import { countForm, listForm, objectForm } from "../kind.ts";

const usd = z.number().nullable();

/** A forecast as a plan carries it: unknown prices are null. Older plans carry the expected cost alone, and no zones. */
export const forecastForm = objectForm({
  nodes: countForm,
  usdPerHour: z.union([usd, objectForm({ low: usd, expected: usd, high: usd })]),
  zones: z.exactOptional(listForm(objectForm({ zone: z.string(), atLeast: countForm, atMost: countForm }))),
});

/** A forecast as a plan carries it. */
export type PlannedForecast = z.infer<typeof forecastForm>;

/** What a migration is expected to come to. Its plan keeps it; the cost gate and `verify` compare with it. */
export interface ShiftForecast {
  /** All machines, those that stay included. */
  readonly nodes: number;
  /** Machines only: no disks, no discounts. Unknown stays unknown. */
  readonly usdPerHour: CostRange;
  /** `atLeast` lie in the zone for sure; up to `atMost` where EC2 has the choice. */
  readonly zones: readonly { readonly zone: string; readonly atLeast: number; readonly atMost: number }[];
}

/** A forecast as a plan carries it. */
export function forecastJson({ nodes, usdPerHour, zones }: ShiftForecast): PlannedForecast {
  const { low, expected, high } = usdPerHour;
  return {
    nodes,
    usdPerHour: { low: low ?? null, expected: expected ?? null, high: high ?? null },
    zones: zones.map((one) => ({ ...one })),
  };
}

/** The forecast that a plan carries, in either of the forms that plans have had; undefined when none was made. */
export function parseForecast(planned: PlannedForecast | undefined): ShiftForecast | undefined {
  if (planned === undefined) return undefined;
  const { nodes, usdPerHour, zones } = planned;
  const cost =
    typeof usdPerHour === "number" ? { low: usdPerHour, expected: usdPerHour, high: usdPerHour } : usdPerHour;
  return {
    nodes,
    usdPerHour: {
      low: cost?.low ?? undefined,
      expected: cost?.expected ?? undefined,
      high: cost?.high ?? undefined,
    },
    zones: zones ?? [],
  };
}
