import { spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Case, Context } from "./area.ts";
import { casesOf } from "./cases.ts";
import { recorded } from "./lines.ts";
import { findSchedulerOracle, schedulerVariable } from "./kube-scheduler/oracle.ts";
import { schedulerFailure, schedulerParts, withoutAnswer } from "./kube-scheduler/shrink.ts";
import { findOracle, oracleVariable } from "./oracle.ts";
import { catalogue, catalogueFolder, isList, type Scenario } from "./scenario.ts";
import { schedulingAreas } from "./scheduling-areas.ts";
import { type Part, type Progress, shrinkLists } from "./shrink-lists.ts";

/** Smaller scenarios that are asked about at most; each asks the real program anew. */
const defaultAttempts = 400;
/** Attempts that came to nothing are told in steps of so many. */
const quietAttempts = 20;

/** What `--shrink` was told. */
export interface ShrinkOptions {
  readonly id: string;
  readonly paths: readonly string[];
  readonly maxAttempts?: number;
}

/**
 * Drops objects and instance types from a failing scenario as long as it still fails, asking the real program for every smaller one, and
 * prints what is left. Progress goes to stderr.
 */
export function shrink({ id, paths, maxAttempts = defaultAttempts }: ShrinkOptions, context: Context): number {
  const found = findCase(id, paths);
  const isScheduler = found?.area === "kube-scheduler";
  const oracle = isScheduler ? findSchedulerOracle() : found && findOracle(found.release);
  if (found === undefined || oracle === undefined) {
    console.error(
      found === undefined
        ? `error: no case ${id} in ${paths.join(", ")}`
        : `error: --shrink asks the real program; set ${isScheduler ? schedulerVariable : oracleVariable(found.release)} or build it`,
    );
    return 1;
  }
  if (isScheduler)
    return shrinkValue(withoutAnswer(found), {
      id,
      maxAttempts,
      parts: schedulerParts,
      failure: (candidate) => schedulerFailure(candidate, found, { oracle, context }),
    });
  const folder = catalogueFolder(context.catalogues);
  const asking: Asking = { oracle, context, catalogues: folder, release: found.release };
  return shrinkValue(inlined(found.line as unknown as Scenario, context.catalogues), {
    id,
    maxAttempts,
    parts: partsOf,
    failure: (candidate) => failing(candidate, asking),
  });
}

interface ShrinkPlan<T> {
  readonly id: string;
  readonly maxAttempts: number;
  readonly parts: (value: T) => readonly Part<T>[];
  readonly failure: (value: T) => string | undefined;
}

function shrinkValue<T>(whole: T, { id, maxAttempts, parts, failure }: ShrinkPlan<T>): number {
  console.error(`shrink: asking the real program about ${id} as it is`);
  const difference = failure(whole);
  if (difference === undefined) {
    console.log(`${id} does not fail when asked live, or the real program gives no answer to it`);
    return 0;
  }
  const small = shrinkLists(whole, difference, {
    parts,
    failure,
    maxAttempts,
    tell: (progress) => tell(progress, maxAttempts),
  });
  console.log(JSON.stringify(small.value));
  console.log(`\nafter ${small.attempts} attempts: ${small.failure}`);
  if (!small.isMinimal)
    console.log(`the bound of ${maxAttempts} attempts was reached: it may become smaller; --attempts N allows more`);
  return 1;
}

function tell({ attempts, name, from, to, isKept }: Progress, maxAttempts: number): void {
  const at = `shrink: attempt ${attempts} of ${maxAttempts}`;
  if (isKept) console.error(`${at}: ${name} ${from} -> ${to}`);
  else if (attempts % quietAttempts === 0) console.error(`${at}: ${name} still ${from}`);
}

function findCase(id: string, paths: readonly string[]): Case | undefined {
  for (const item of casesOf(paths, { note: () => undefined })) if (item.id === id) return item;
  return undefined;
}

/** Without the recorded answer, and with its types in itself or at least named. */
function inlined(scenario: Scenario, catalogues: readonly string[]): Scenario {
  const { expect: _, ...rest } = scenario;
  const instanceTypes = Object.fromEntries(
    Object.entries(scenario.instanceTypes).map(([pool, source]) => {
      if (isList(source)) return [pool, source];
      const all = catalogue(source.catalogue, catalogues);
      if (Object.keys(source).length === 1) return [pool, all];
      const { only = [] } = source;
      return [pool, { ...source, only: only.length > 0 ? only : all.map(({ name }) => name) }];
    }),
  );
  return { ...rest, instanceTypes };
}

/** Kinds whose loss makes a scenario small soonest. */
const firstKinds = ["pods", "nodePools"];
const lastKinds = ["nodes", "nodeClaims"];

/** Pods, pools, types and nodes before everything else. */
function partsOf(scenario: Scenario): readonly Part<Scenario>[] {
  const kinds = Object.keys(scenario.objects);
  const others = kinds.filter((kind) => !firstKinds.includes(kind) && !lastKinds.includes(kind)).sort();
  const objects = (names: readonly string[]): readonly Part<Scenario>[] =>
    names.filter((kind) => kinds.includes(kind)).map((kind) => objectsPart(scenario, kind));
  const types = Object.keys(scenario.instanceTypes).flatMap((pool) => typeParts(scenario, pool));
  return [...objects(firstKinds), ...types, ...objects(lastKinds), ...candidatesPart(scenario), ...objects(others)];
}

function objectsPart(scenario: Scenario, kind: string): Part<Scenario> {
  return {
    name: kind,
    items: scenario.objects[kind] ?? [],
    replaced: (items) => ({
      ...scenario,
      objects: { ...scenario.objects, [kind]: items as Scenario["objects"][string] },
    }),
  };
}

function typeParts(scenario: Scenario, pool: string): readonly Part<Scenario>[] {
  const source = scenario.instanceTypes[pool];
  if (source === undefined) return [];
  const replaced = (types: Scenario["instanceTypes"][string]): Scenario => ({
    ...scenario,
    instanceTypes: { ...scenario.instanceTypes, [pool]: types },
  });
  if (isList(source)) {
    return [{ name: `types of ${pool}`, items: source, replaced: (items) => replaced(items as typeof source) }];
  }
  const part = (key: "only" | "unavailable" | "reserved", name: string, atLeast: number): Part<Scenario> => ({
    name: `${name} of ${pool}`,
    items: source[key] ?? [],
    atLeast,
    replaced: (items) => replaced({ ...source, [key]: items } as typeof source),
  });
  return [part("only", "types", 1), part("unavailable", "offerings sold out", 0), part("reserved", "reservations", 0)];
}

function candidatesPart(scenario: Scenario): readonly Part<Scenario>[] {
  const { candidates } = scenario;
  if (candidates === undefined) return [];
  const replaced = (items: readonly unknown[]): Scenario => ({ ...scenario, candidates: items as readonly string[] });
  return [{ name: "candidates", items: candidates, atLeast: 1, replaced }];
}

/** Whom to ask, and what about. */
interface Asking {
  readonly oracle: string;
  readonly context: Context;
  readonly catalogues: string;
  readonly release: Case["release"];
}

/** The difference when the real program and ours are asked now; undefined when they agree, or the program refuses the scenario. */
function failing(scenario: Scenario, { oracle, context, catalogues, release }: Asking): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), "dovetail-shrink-"));
  const [input, output] = [join(folder, "in.jsonl"), join(folder, "out.jsonl")];
  writeFileSync(input, `${JSON.stringify(scenario)}\n`);
  const done = spawnSync(oracle, [
    "run",
    "-in",
    input,
    "-out",
    output,
    "-catalogues",
    catalogues,
    "-runs",
    "6",
    "-extra",
    "20",
  ]);
  if (done.status !== 0) return undefined;
  const [line] = recorded(output);
  const area = schedulingAreas.find(({ name }) => name === scenario.area);
  if (line === undefined || area === undefined) return undefined;
  const stable = line["stable"] === "canonical" || line["stable"] === "set" ? line["stable"] : "exact";
  const verdict = area.check({ id: scenario.id, area: scenario.area, release, stable, line, file: output }, context);
  return verdict.outcome === "mismatch" ? verdict.difference : undefined;
}
