/** Who imports whom among the files under src/: circles, and files that no entry reaches. */
import { dirname, join, relative, resolve } from "node:path";
import { Visitor } from "oxc-parser";
import { root, type Source } from "./sources.ts";

/** Each file with the files that it imports, types included. */
export type Graph = ReadonlyMap<string, readonly string[]>;

/** The graph of some files. Imports of packages and of generated files are no edges. */
export function graphOf(sources: readonly Source[]): Graph {
  const known = new Set(sources.map((source) => source.path));
  return new Map(sources.map((source) => [source.path, importsOf(source).filter((path) => known.has(path))]));
}

/** The files that a file imports, by import, re-export and `import()`, relative to the root. */
function importsOf(source: Source): readonly string[] {
  const found = new Set<string>();
  const add = (target: unknown): void => {
    if (typeof target === "string" && target.startsWith("."))
      found.add(relative(root, resolve(root, dirname(source.path), target)));
  };
  new Visitor({
    ImportDeclaration: (node) => add(node.source.value),
    ExportNamedDeclaration: (node) => add(node.source?.value),
    ExportAllDeclaration: (node) => add(node.source.value),
    ImportExpression: (node) => add(node.source.type === "Literal" ? node.source.value : undefined),
    TSImportType: (node) => add(node.source.value),
  }).visit(source.program);
  return [...found].toSorted();
}

/** Sets of files that import each other in a ring, each sorted (Tarjan's strongly connected components). */
export function circlesOf(graph: Graph): readonly (readonly string[])[] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const circles: string[][] = [];
  const visit = (file: string): void => {
    const number = index.size;
    index.set(file, number);
    low.set(file, number);
    stack.push(file);
    for (const next of graph.get(file) ?? []) {
      if (!index.has(next)) visit(next);
      if (stack.includes(next)) low.set(file, Math.min(low.get(file) ?? 0, low.get(next) ?? 0));
    }
    if (low.get(file) !== number) return;
    const ring = stack.splice(stack.indexOf(file));
    if (ring.length > 1) circles.push(ring.toSorted());
  };
  for (const file of graph.keys()) if (!index.has(file)) visit(file);
  return circles.toSorted((a, b) => (a.join() < b.join() ? -1 : 1));
}

/** The files that nothing leads to from the entries. */
export function unreachableFrom(entries: readonly string[], graph: Graph): readonly string[] {
  const reached = new Set<string>();
  const open = [...entries];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (reached.has(file)) continue;
    reached.add(file);
    open.push(...(graph.get(file) ?? []));
  }
  return [...graph.keys()].filter((file) => !reached.has(file)).toSorted();
}

/** Where the product begins. Tests, benchmarks and conformance are no entries: what only they reach, no user meets. */
export const entries: readonly string[] = [
  join("src", "cli", "main.ts"),
  // A thread of its own.
  join("src", "worlds", "rehearsal", "worker.ts"),
];

const actor = /^src\/twin\/actors\/([^/]+)\//;

/** Imports from one actor of the twin into another: they meet in the store and in the account, not in each other. */
export function actorsThatMeet(graph: Graph): readonly string[] {
  return [...graph].flatMap(([file, targets]) => {
    const own = actor.exec(file)?.[1];
    if (own === undefined || file.endsWith(".test.ts")) return [];
    return targets
      .filter((target) => target.startsWith("src/twin/actors/") && actor.exec(target)?.[1] !== own)
      .map((target) => `${file} imports ${target}: move what both need to src/twin/kubernetes/`);
  });
}
