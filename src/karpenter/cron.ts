/** Cron schedules as Karpenter's budgets read them (robfig/cron v3, five fields, UTC). */
export type CronSchedule =
  | { readonly kind: "every"; readonly seconds: number }
  | {
      readonly kind: "fields";
      readonly minutes: ReadonlySet<number>;
      readonly hours: ReadonlySet<number>;
      readonly days: ReadonlySet<number>;
      readonly months: ReadonlySet<number>;
      readonly weekdays: ReadonlySet<number>;
      /** A day must match both day fields; else, where both are restricted, one suffices. */
      readonly needsBothDays: boolean;
    };

const macros: Readonly<Record<string, string>> = {
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
  "@monthly": "0 0 1 * *",
  "@weekly": "0 0 * * 0",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@hourly": "0 * * * *",
};

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
}

const minuteBounds: Bounds = { min: 0, max: 59 };
const hourBounds: Bounds = { min: 0, max: 23 };
const dayBounds: Bounds = { min: 1, max: 31 };
const monthBounds: Bounds = {
  min: 1,
  max: 12,
  names: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
};
const weekdayBounds: Bounds = { min: 0, max: 6, names: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] };

interface Field {
  readonly values: ReadonlySet<number>;
  readonly isStar: boolean;
}

/** Undefined when the schedule is not one: a wrong number of fields, a value out of range, a time zone of its own. */
export function parseCron(text: string, parseDuration: (text: string) => bigint | undefined): CronSchedule | undefined {
  const trimmed = text.trim();
  if (trimmed.startsWith("@every ")) return everyOf(parseDuration(trimmed.slice("@every ".length)));
  const expanded = trimmed.startsWith("@") ? macros[trimmed] : trimmed;
  const parts = expanded?.split(/\s+/) ?? [];
  if (parts.length !== 5) return undefined;
  const bounds = [minuteBounds, hourBounds, dayBounds, monthBounds, weekdayBounds];
  const [minutes, hours, days, months, weekdays] = parts.map((part, at) =>
    parseField(part, bounds[at] ?? minuteBounds),
  );
  if (
    minutes === undefined ||
    hours === undefined ||
    days === undefined ||
    months === undefined ||
    weekdays === undefined
  )
    return undefined;
  return {
    kind: "fields",
    minutes: minutes.values,
    hours: hours.values,
    days: days.values,
    months: months.values,
    weekdays: weekdays.values,
    needsBothDays: days.isStar || weekdays.isStar,
  };
}

function everyOf(duration: bigint | undefined): CronSchedule | undefined {
  if (duration === undefined) return undefined;
  const seconds = Number(duration / 1_000_000_000n);
  return { kind: "every", seconds: Math.max(1, seconds) };
}

function parseField(text: string, bounds: Bounds): Field | undefined {
  const values = new Set<number>();
  let isStar = false;
  for (const part of text.split(",").filter((one) => one !== "")) {
    const range = parseRange(part, bounds);
    if (range === undefined) return undefined;
    for (let value = range.start; value <= range.end; value += range.step) values.add(value);
    isStar ||= range.isStar;
  }
  return { values, isStar };
}

interface Range {
  readonly start: number;
  readonly end: number;
  readonly step: number;
  readonly isStar: boolean;
}

function parseRange(text: string, bounds: Bounds): Range | undefined {
  const [span = "", stepText, ...tooMany] = text.split("/");
  const [low = "", high, ...more] = span.split("-");
  if (tooMany.length > 0 || more.length > 0) return undefined;
  const isAny = low === "*" || low === "?";
  const start = isAny ? bounds.min : valueOf(low, bounds);
  const isSingle = high === undefined;
  let end = isAny ? bounds.max : isSingle ? start : valueOf(high, bounds);
  const step = stepText === undefined ? 1 : naturalOf(stepText);
  // `5/10` means from 5 on.
  if (stepText !== undefined && isSingle) end = bounds.max;
  if (start === undefined || end === undefined || step === undefined || step === 0) return undefined;
  if (start < bounds.min || end > bounds.max || start > end) return undefined;
  return { start, end, step, isStar: isAny && step === 1 };
}

function valueOf(text: string, { names }: Bounds): number | undefined {
  const named = names?.indexOf(text.toLowerCase()) ?? -1;
  if (named >= 0) return named + (names?.length === 12 ? 1 : 0);
  return naturalOf(text);
}

function naturalOf(text: string): number | undefined {
  return /^\+?\d+$/.test(text) ? Number(text) : undefined;
}

const minuteMs = 60_000;
const dayMs = 86_400_000;
const yearsAhead = 5;

/** The first time strictly after this one; undefined when there is none within five years. */
export function nextCron(schedule: CronSchedule, afterMs: number): number | undefined {
  if (schedule.kind === "every") return Math.floor(afterMs / 1000) * 1000 + schedule.seconds * 1000;
  const { minutes, hours } = schedule;
  const first = Math.floor(afterMs / minuteMs) * minuteMs + minuteMs;
  const lastYear = new Date(afterMs).getUTCFullYear() + yearsAhead;
  const times = [...hours]
    .flatMap((hour) => [...minutes].map((minute) => (hour * 60 + minute) * minuteMs))
    .sort((a, b) => a - b);
  for (let day = Math.floor(first / dayMs) * dayMs; new Date(day).getUTCFullYear() <= lastYear; day += dayMs) {
    if (!isDay(schedule, new Date(day))) continue;
    const time = times.find((one) => day + one >= first);
    if (time !== undefined) return day + time;
  }
  return undefined;
}

function isDay(schedule: Extract<CronSchedule, { kind: "fields" }>, date: Date): boolean {
  if (!schedule.months.has(date.getUTCMonth() + 1)) return false;
  const [inMonth, inWeek] = [schedule.days.has(date.getUTCDate()), schedule.weekdays.has(date.getUTCDay())];
  return schedule.needsBothDays ? inMonth && inWeek : inMonth || inWeek;
}
