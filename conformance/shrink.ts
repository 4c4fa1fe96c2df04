import { spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Case, Context } from "./area.ts";
import { casesOf, linesOfFile } from "./cases.ts";
import { findOracle } from "./oracle.ts";
import { catalogue, type Scenario } from "./scenario.ts";
import { schedulingAreas } from "./scheduling-areas.ts";

/** Steps that a shrink may take at most; each asks the real program anew. */
const maxSteps = 400;

/**
 * Drops objects and instance types from a failing scenario as long as it still fails, asking the real program for every smaller one, and
 * prints what is left.
 */
export function shrink(id: string, paths: readonly string[], context: Context): number {
  const found = findCase(id, paths);
  const oracle = findOracle();
  if (found === undefined || oracle === undefined) {
    console.error(
      found === undefined
        ? `error: no case ${id}`
        : "error: --shrink asks the real Karpenter; set DOVETAIL_ORACLE or build it",
    );
    return 1;
  }
  const folder = context.catalogues[0] ?? ".";
  let small = inlined(found.line as unknown as Scenario, context.catalogues);
  let difference = failing(small, oracle, context, folder);
  if (difference === undefined) {
    console.log(`${id} does not fail when asked live, or the real program gives no answer to it`);
    return 0;
  }
  let steps = 0;
  for (let isSmaller = true; isSmaller && steps < maxSteps; ) {
    isSmaller = false;
    for (const candidate of smaller(small)) {
      if (++steps > maxSteps) break;
      const stillFails = failing(candidate, oracle, context, folder);
      if (stillFails === undefined) continue;
      [small, difference, isSmaller] = [candidate, stillFails, true];
      break;
    }
  }
  console.log(JSON.stringify(small));
  console.log(`\nafter ${steps} steps: ${difference}`);
  return 1;
}

function findCase(id: string, paths: readonly string[]): Case | undefined {
  for (const item of casesOf(paths)) if (item.id === id) return item;
  return undefined;
}

/** Without the recorded answer, and with its types in itself. */
function inlined(scenario: Scenario, catalogues: readonly string[]): Scenario {
  const { expect: _, ...rest } = scenario;
  const instanceTypes = Object.fromEntries(
    Object.entries(scenario.instanceTypes).map(([pool, source]) => {
      const isPlain = "catalogue" in source && Object.keys(source).length === 1;
      return [pool, isPlain ? catalogue(source.catalogue, catalogues) : source];
    }),
  );
  return { ...rest, instanceTypes };
}

/** Halves first, then single ones, of every list. */
function* smaller(scenario: Scenario): Generator<Scenario> {
  for (const [kind, items] of Object.entries(scenario.objects)) {
    for (const list of shorter(items)) yield { ...scenario, objects: { ...scenario.objects, [kind]: list } };
  }
  for (const [pool, source] of Object.entries(scenario.instanceTypes)) {
    if (!Array.isArray(source)) continue;
    for (const list of shorter(source))
      yield { ...scenario, instanceTypes: { ...scenario.instanceTypes, [pool]: list } };
  }
}

function* shorter<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let size = Math.ceil(items.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let start = 0; start < items.length; start += size)
      yield [...items.slice(0, start), ...items.slice(start + size)];
  }
}

/** The difference when the real program and ours are asked now; undefined when they agree, or the program refuses the scenario. */
function failing(scenario: Scenario, oracle: string, context: Context, catalogues: string): string | undefined {
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
  const [line] = [...linesOfFile(output)];
  const area = schedulingAreas.find(({ name }) => name === scenario.area);
  if (line === undefined || area === undefined) return undefined;
  const stable = line["stable"] === "canonical" || line["stable"] === "set" ? line["stable"] : "exact";
  const verdict = area.check({ id: scenario.id, area: scenario.area, stable, line, file: output }, context);
  return verdict.outcome === "mismatch" ? verdict.difference : undefined;
}
