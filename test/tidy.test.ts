/** The charter, enforced with a parser: layers, purity, sizes, documentation, names, and debts that may only shrink. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { expect, test } from "vitest";
import { allFaultCodes } from "../src/fault/registry.ts";
import { layers } from "./layers.ts";
import { complaintsAbout } from "./tidy/charter.ts";
import { compare, type Debts, strikePaid, writtenDebts } from "./tidy/debts.ts";
import { castsOf, citesUpstream, doubledNames, saysFault, saysUndefined, type Share } from "./tidy/exports.ts";
import { actorsThatMeet, circlesOf, entries, graphOf, unreachableFrom } from "./tidy/graph.ts";
import { backtrackingIn } from "./tidy/patterns.ts";
import { code, root, type Source, sourceOf, walk } from "./tidy/sources.ts";

test("the code keeps the charter: layers, purity, sizes, documentation", () => {
  expect(code.length).toBeGreaterThan(30);
  expect(code.flatMap(complaintsAbout)).toEqual([]);
});

test("every folder below src/ has a layer", () => {
  const folders = readdirSync(join(root, "src")).filter((name) => statSync(join(root, "src", name)).isDirectory());
  expect(folders.filter((name) => layers[name] === undefined)).toEqual([]);
});

test("the rules themselves notice what they forbid, and name what to do instead", () => {
  const bad = sourceOf(
    "src/kube/bad.ts",
    'import { a } from "../cli/a.ts";\nimport fs from "node:fs";\nexport const now = () => Date.now();\nexport default 1;\n',
  );
  const said = complaintsAbout(bad).join("\n");
  for (const part of [
    "must not import cli/; take the value as an argument",
    "imports nothing but other layers",
    "no Date.now; take the time as an argument",
    "default export; export it by its name",
    "doc comment; say what it means",
  ])
    expect(said).toContain(part);
});

test("no regular expression backtracks", () => {
  expect(code.flatMap(backtrackingIn)).toEqual([]);
  const bad = sourceOf("src/kube/bad.ts", "a(/^(\\s*(#.*)?\\n?)*$/, /\\s+$/);\nnew RegExp(a);");
  expect(backtrackingIn(bad)).toHaveLength(3);
});

/** What the code owes today. */
function debtsNow(): Debts {
  const graph = graphOf(code);
  const casts: Record<string, number> = {};
  for (const source of code) {
    const count = castsOf(source).length;
    const folder = source.path.split("/").slice(0, 2).join("/");
    if (count > 0) casts[folder] = (casts[folder] ?? 0) + count;
  }
  return {
    circles: circlesOf(graph).map((ring) => ring.join(" ")),
    unreachable: unreachableFrom(entries, graph),
    doubledNames: [...doubledNames(code).keys()],
    casts,
    shares: Object.fromEntries(promises.map(([name, share]) => [name, percent(share(code))])),
  };
}

const promises: readonly (readonly [string, (sources: readonly Source[]) => Share])[] = [
  ["says when it answers undefined", saysUndefined],
  ["names the faults it throws", saysFault],
  ["cites what it mirrors", citesUpstream],
];

function percent({ of, silent }: Share): number {
  return of === 0 ? 100 : Math.floor(((of - silent.length) / of) * 100);
}

test("actors of the twin do not import each other", () => {
  expect(actorsThatMeet(graphOf(code))).toEqual([]);
  const bad = "src/twin/actors/kubelet/bad.ts";
  const met = actorsThatMeet(new Map([[bad, ["src/twin/actors/ec2/ec2.ts", "src/twin/store/store.ts"]]]));
  expect(met).toEqual([expect.stringContaining("src/twin/actors/ec2/ec2.ts")]);
});

test("the debts of the code only shrink", () => {
  const now = debtsNow();
  if (process.env["UPDATE_DEBTS"] === "1") strikePaid(now);
  const { grown, paid } = compare(writtenDebts(), now);
  expect(grown).toEqual([]);
  // Who pays a debt need not strike it at once, or every two changes at one time would meet in this list; the whole run wants it struck.
  if (process.env["CI"] !== undefined) expect(paid).toEqual([]);
});

test("the counting of debts counts", () => {
  const file = (path: string, text: string): Source => sourceOf(`src/kube/${path}`, text);
  const ring = [
    file("a.ts", 'import { b } from "./b.ts";\n/** A. */\nexport const a = b;\n'),
    file("b.ts", 'import type { c } from "./c.ts";\n/** B. */\nexport const b = {} as c;\n'),
    file("c.ts", 'export { a } from "./a.ts";\n/** Something else. */\nexport type c = 1;\n'),
    file("d.ts", "/** Another. */\nexport const a = [1] as const;\n"),
  ];
  const graph = graphOf(ring);
  expect(circlesOf(graph)).toEqual([["src/kube/a.ts", "src/kube/b.ts", "src/kube/c.ts"]]);
  expect(unreachableFrom(["src/kube/b.ts"], graph)).toEqual(["src/kube/d.ts"]);
  expect([...doubledNames(ring).keys()]).toEqual(["a"]);
  expect(ring.map((source) => castsOf(source).length)).toEqual([0, 1, 0, 0]);
  const speaks = file(
    "e.ts",
    '/** The x, or undefined without one. Throws `usage.y`. */\nexport function e(): 1 | undefined {\n  throw usage("y");\n}\n',
  );
  const silent = file(
    "f.ts",
    '/** The x. */\nexport function f(): Promise<1 | undefined> {\n  throw new Fault("kube.z", "");\n}\n',
  );
  for (const share of [saysUndefined, saysFault])
    expect(share([speaks, silent])).toEqual({ of: 2, silent: ["src/kube/f.ts: f"] });
});

test("a debt that grew, and one that was paid and stays on the list, are told apart", () => {
  const none: Debts = { circles: [], unreachable: [], doubledNames: [], casts: {}, shares: { documented: 50 } };
  const some: Debts = { ...none, circles: ["a b"], casts: { "src/kube": 2 }, shares: { documented: 40 } };
  const counts = (written: Debts, now: Debts): readonly number[] => {
    const { grown, paid } = compare(written, now);
    return [grown.length, paid.length];
  };
  expect(counts(none, some)).toEqual([3, 0]);
  expect(counts(some, none)).toEqual([0, 3]);
  expect(counts(some, some)).toEqual([0, 0]);
});

test("every fault of the registry can happen", () => {
  const texts = code.filter((source) => !source.path.startsWith("src/fault/")).map((source) => source.text);
  const dead = allFaultCodes().filter((name) => {
    const words = [`"${name}"`, ...(name.startsWith("usage.") ? [`"${name.slice("usage.".length)}"`] : [])];
    return !texts.some((text) => words.some((word) => text.includes(word)));
  });
  expect(dead).toEqual([]);
});

test("links inside the documentation resolve", () => {
  const pages = ["README.md", "ARCHITECTURE.md", "STYLE.md", "CONTRIBUTING.md", ...below("docs", /\.md$/)];
  const broken = pages.flatMap((page) => {
    const text = readFileSync(join(root, page), "utf8");
    return Array.from(text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)[^)]*\)/g), (match) => match[1] ?? "")
      .filter((target) => !exists(resolve(root, dirname(page), target)))
      .map((target) => `${page}: ${target}`);
  });
  expect(broken).toEqual([]);
});

test("no file names this machine, a registry host or a secret place", () => {
  const tracked = [
    ...["src", "docs", "bin", "scripts", "test", "bench", "conformance"].flatMap((folder) =>
      below(folder, /\.(ts|md|js|mjs|json)$/),
    ),
    "README.md",
    "package.json",
    "package-lock.json",
  ];
  const leaks = tracked.filter((path) => {
    if (path.includes("node_modules") || path === "test/tidy.test.ts") return false;
    if (statSync(join(root, path)).size > 3_000_000) return false;
    return /"resolved": "http|registry\.npmjs|proxy\.golang|\/work\/|\/root\//.test(
      readFileSync(join(root, path), "utf8"),
    );
  });
  expect(leaks).toEqual([]);
});

/** Paths relative to the root. */
function below(folder: string, names: RegExp): string[] {
  return walk(join(root, folder))
    .filter((path) => names.test(path) && !path.includes("node_modules"))
    .map((path) => relative(root, path));
}

function exists(path: string): boolean {
  try {
    statSync(path);
    return true;
  } catch {
    return false;
  }
}
