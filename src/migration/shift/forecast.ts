import { numberAt, objectAt, objectsAt, textAt, valueAt } from "../../kube/json.ts";
import type { Json, JsonObject } from "../../kube/objects.ts";
import type { CostRange } from "../../money/types.ts";

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
export function forecastJson({ nodes, usdPerHour, zones }: ShiftForecast): JsonObject {
  const { low, expected, high } = usdPerHour;
  return {
    nodes,
    usdPerHour: { low: low ?? null, expected: expected ?? null, high: high ?? null },
    zones: zones.map((one) => ({ ...one })),
  };
}

/** The forecast that a plan carries, in either of the forms that plans have had; undefined when none was made. */
export function parseForecast(value: Json | undefined): ShiftForecast | undefined {
  const nodes = numberAt(value, "nodes");
  if (nodes === undefined) return undefined;
  // Older plans carry the expected cost alone.
  const alone = numberAt(value, "usdPerHour");
  const cost = (name: string): number | undefined => alone ?? numberAt(objectAt(value, "usdPerHour"), name);
  return {
    nodes,
    usdPerHour: { low: cost("low"), expected: cost("expected"), high: cost("high") },
    zones: objectsAt(valueAt(value, "zones")).flatMap((one) => {
      const [zone, atLeast, atMost] = [textAt(one, "zone"), numberAt(one, "atLeast"), numberAt(one, "atMost")];
      return zone === undefined || atLeast === undefined || atMost === undefined ? [] : [{ zone, atLeast, atMost }];
    }),
  };
}
