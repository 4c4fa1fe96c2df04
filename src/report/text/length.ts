/** A length of time with its unit, in two parts at most: `50 ms`, `3.8 s`, `14 min 52 s`, `2 h 5 min`, `7 d`; `·` for none. */
export function lengthText(ms: number | undefined): string {
  if (ms === undefined) return "·";
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${Number((ms / 1000).toFixed(1))} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return two([Math.floor(seconds / 60), "min"], [seconds % 60, "s"]);
  const minutes = Math.round(seconds / 60);
  if (minutes < 48 * 60) return two([Math.floor(minutes / 60), "h"], [minutes % 60, "min"]);
  const hours = Math.round(minutes / 60);
  return two([Math.floor(hours / 24), "d"], [hours % 24, "h"]);
}

function two([large, unit]: readonly [number, string], [small, smaller]: readonly [number, string]): string {
  return small === 0 ? `${large} ${unit}` : `${large} ${unit} ${small} ${smaller}`;
}
