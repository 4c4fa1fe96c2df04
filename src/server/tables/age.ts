const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const year = 365 * day;

/** How long something is, as kubectl shows it (apimachinery 0.35, `duration.HumanDuration`). */
export function humanDuration(ms: number): string {
  if (ms < -second) return "<invalid>";
  if (ms < 0) return "0s";
  if (ms < 2 * minute) return `${Math.floor(ms / second)}s`;
  if (ms < 10 * minute) return two(ms, [minute, "m"], [second, "s"]);
  if (ms < 3 * hour) return `${Math.floor(ms / minute)}m`;
  if (ms < 8 * hour) return two(ms, [hour, "h"], [minute, "m"]);
  if (ms < 2 * day) return `${Math.floor(ms / hour)}h`;
  if (ms < 8 * day) return two(ms, [day, "d"], [hour, "h"]);
  if (ms < 2 * year) return `${Math.floor(ms / day)}d`;
  if (ms < 8 * year) return two(ms, [year, "y"], [day, "d"]);
  return `${Math.floor(ms / year)}y`;
}

type Unit = readonly [ms: number, letter: string];

function two(ms: number, [big, bigLetter]: Unit, [small, smallLetter]: Unit): string {
  const rest = Math.floor((ms % big) / small);
  return `${Math.floor(ms / big)}${bigLetter}${rest === 0 ? "" : `${rest}${smallLetter}`}`;
}

/** How long ago a time was; `<unknown>` for none. */
export function since(time: string | undefined, nowMs: number): string {
  const at = time === undefined ? Number.NaN : Date.parse(time);
  return Number.isNaN(at) ? "<unknown>" : humanDuration(nowMs - at);
}
