import { firstDifference } from "../outcome.ts";
import type { RecordedLoop } from "./recording.ts";
import type { Played } from "./play.ts";
import type { Told } from "./told.ts";

/** Fields of a loop's decision in their order of worth. */
const order = [
  ["scaleUp", "result"],
  ["scaleUp", "increases"],
  ["scaleDown", "deleting"],
  ["scaleDown", "unneeded"],
  ["scaleDown", "unremovable"],
  ["scaleUp", "options"],
  ["scaleUp", "chosen"],
  ["backoffs"],
  ["placed"],
  ["upcoming"],
  ["scaleDown", "utilization"],
] as const;

/** The first field of the decision in which two differ, in words; undefined when they agree in all. */
export function decisionDifference(recorded: RecordedLoop, ours: Told): string | undefined {
  const theirs = comparable(recorded);
  for (const path of order) {
    const difference = firstDifference(at(theirs, path), at(ours, path));
    if (difference !== undefined) return `t=${recorded.t} ${path.join(".")}: ${difference}`;
  }
  const rest = firstDifference(theirs, ours);
  return rest === undefined ? undefined : `t=${recorded.t}: ${rest}`;
}

/** The same for calls and events up to the next loop. */
export function deedsDifference(recorded: RecordedLoop, ours: Pick<Played, "acts" | "events">): string | undefined {
  const acts = firstDifference(sorted((recorded.acts ?? []).map(actRecorded)), sorted(ours.acts));
  if (acts !== undefined) return `t=${recorded.t} acts: ${acts}`;
  const events = firstDifference(sorted(recorded.events ?? []), sorted(ours.events));
  return events === undefined ? undefined : `t=${recorded.t} events: ${events}`;
}

function at(told: Told, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Told | undefined)?.[key], told);
}

function sorted(list: readonly unknown[]): readonly unknown[] {
  return list
    .map((one) => [JSON.stringify(one, Object.keys(flat(one)).sort()), one] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, one]) => one);
}

function flat(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

// The number of instances is the world's affair: CA does not know how many of those that it asked for came.
function comparable({ out }: RecordedLoop): Told {
  const groups = Object.entries((out["groups"] ?? {}) as Readonly<Record<string, Told>>);
  const backoffs = out["backoffs"] as readonly { readonly group: string }[] | undefined;
  return {
    ...out,
    ...(backoffs === undefined ? {} : { backoffs: backoffs.toSorted((a, b) => (a.group < b.group ? -1 : 1)) }),
    scaleUp: out["scaleUp"] ?? { result: "notTried" },
    groups: Object.fromEntries(groups.map(([name, group]) => [name, withoutInstances(group)])),
  };
}

function withoutInstances(group: Told): Told {
  const { instances: _, ...rest } = group;
  return rest;
}

function actRecorded(recorded: NonNullable<RecordedLoop["acts"]>[number]): unknown {
  const { instances: _, status: __, ...act } = recorded;
  return act.nodes === undefined ? act : { ...act, nodes: [...act.nodes].sort() };
}

/** Whether a loop is like a recorded one once names are forgotten. */
export function isAlike(recorded: RecordedLoop, told: Told, acts: readonly Told[]): boolean {
  const theirs = withoutNames(recorded.out, (recorded.acts ?? []) as readonly unknown[] as readonly Told[]);
  return firstDifference(theirs, withoutNames(told, acts)) === undefined;
}

/** A loop once names are forgotten: what `canonical` recordings promise. */
function withoutNames(out: Told, acts: readonly Told[]): unknown {
  const up = (out["scaleUp"] ?? {}) as Told;
  const down = (out["scaleDown"] ?? {}) as Told;
  const list = (value: unknown): readonly Told[] => (Array.isArray(value) ? (value as readonly Told[]) : []);
  const count = (values: readonly string[]): Readonly<Record<string, number>> => {
    const counts: Record<string, number> = {};
    for (const value of [...values].sort()) counts[value] = (counts[value] ?? 0) + 1;
    return counts;
  };
  return {
    up: up["result"] ?? "notTried",
    down: down["result"],
    increases: list(up["increases"]),
    unneeded: list(down["unneeded"]).length,
    unremovable: count(list(down["unremovable"]).map((one) => String(one["reason"]))),
    deleting: count(list(down["deleting"]).map((one) => `${String(one["kind"])} ${String(one["group"])}`)),
    acts: count(acts.map((one) => String(one["act"]))),
  };
}
