import { usdPerMonth } from "../../money/cost.ts";
import type { Figure } from "./figure.ts";

/** Rounding of cents is no miss. */
const sameShare = 0.005;

/** What lies outside of what was promised, each one sentence with its amount; empty when the forecast held. Unknown figures are no miss. */
export function missesOf(seen: {
  readonly nodes: Figure;
  readonly usdPerHour: Figure;
  readonly zones: Readonly<Record<string, Figure>>;
}): readonly string[] {
  return [
    ...off(seen.nodes, (by) => `${Math.abs(by)} ${plural(by, "node")} ${by > 0 ? "more" : "fewer"} than forecast`),
    ...Object.entries(seen.zones).flatMap(([zone, figure]) =>
      off(
        figure,
        (by) => `${Math.abs(by)} ${plural(by, "node")} ${by > 0 ? "more" : "fewer"} in ${zone} than forecast`,
      ),
    ),
    ...costMiss(seen.usdPerHour),
  ];
}

function off({ forecast, now, range }: Figure, say: (by: number) => string): readonly string[] {
  if (forecast === undefined || now === undefined) return [];
  const { low, high } = range ?? { low: forecast, high: forecast };
  const by = now < low ? now - low : now > high ? now - high : 0;
  return by === 0 ? [] : [say(by)];
}

function costMiss({ forecast, now, range }: Figure): readonly string[] {
  if (forecast === undefined || now === undefined || forecast === 0) return [];
  const { low, high } = range ?? { low: forecast * (1 - sameShare), high: forecast * (1 + sameShare) };
  if (now >= low - forecast * sameShare && now <= high + forecast * sameShare) return [];
  const percent = Math.abs(((now - forecast) / forecast) * 100).toFixed(1);
  const promised = range === undefined ? "" : `, outside of the ${month(low)} to ${month(high)} that were promised`;
  return [
    `machines ${percent}% ${now > forecast ? "above" : "below"} the forecast of ${month(forecast)} USD/month${promised}`,
  ];
}

function month(usdPerHour: number): string {
  return usdPerMonth(usdPerHour).toFixed(2);
}

function plural(by: number, noun: string): string {
  return Math.abs(by) === 1 ? noun : `${noun}s`;
}
