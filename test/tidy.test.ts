/** The charter, enforced with a parser: layers, purity, sizes, documentation, names. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { parseSync, Visitor } from "oxc-parser";
import { expect, test } from "vitest";
import { layers, libraries, pure } from "./layers.ts";

const root = resolve(import.meta.dirname, "..");
const maxFileLines = 300;
const maxFunctionLines = 70;
/** Required ones; the charter prefers three. */
const maxParameters = 4;
const maxColumns = 140;

/** Files that mirror somebody else's API: their size and documentation are that API's. */
const mirrors = new Set(["src/kube/objects.ts"]);

/** The registry of findings is a table of sentences for people, one a line: breaking them with plus signs would help nobody. */
const sentences = "src/findings/";

interface Source {
  readonly path: string;
  readonly text: string;
  readonly isTest: boolean;
}

function walk(folder: string): string[] {
  return readdirSync(folder)
    .flatMap((name) => {
      const path = join(folder, name);
      return statSync(path).isDirectory() ? walk(path) : [path];
    })
    .toSorted();
}

const sources: readonly Source[] = walk(join(root, "src"))
  .filter((path) => path.endsWith(".ts") && !path.endsWith(".generated.ts"))
  .map((path) => ({ path: relative(root, path), text: readFileSync(path, "utf8"), isTest: path.endsWith(".test.ts") }));
const code = sources.filter((source) => !source.isTest);

/** Complaints about one file, each with its line. Exported shape is plain text so that a failure reads like a compiler's. */
function complaintsAbout(source: Source): string[] {
  const found: string[] = [];
  const lineOf = (offset: number): number => source.text.slice(0, offset).split("\n").length;
  const complain = (offset: number, text: string): void => void found.push(`${source.path}:${lineOf(offset)}: ${text}`);
  const { program, comments, errors } = parseSync(source.path, source.text);
  if (errors.length > 0) return [`${source.path}: does not parse`];
  const layer = source.path.split("/")[1] ?? "";
  const isPure = pure.has(layer);

  const checkImport = (offset: number, target: string): void => {
    if (!target.startsWith(".")) {
      if (isPure && !(libraries[layer] ?? []).includes(target))
        complain(offset, `${layer}/ is pure and imports nothing but other layers, not ${target}`);
      return;
    }
    const to = relative(join(root, "src"), resolve(root, dirname(source.path), target)).split("/")[0] ?? "";
    if (to === layer || to === "..") return;
    const [from, height] = [layers[layer], layers[to]];
    if (from !== undefined && height === undefined) complain(offset, `${to}/ is not a layer`);
    else if (from !== undefined && height !== undefined && height >= from)
      complain(offset, `${layer}/ must not import ${to}/`);
  };
  const checkFunction = (node: {
    start: number;
    end: number;
    params: readonly { type: string; optional?: boolean }[];
    async?: boolean;
  }): void => {
    const lines = lineOf(node.end) - lineOf(node.start) + 1;
    if (lines > maxFunctionLines) complain(node.start, `function of ${lines} lines; the limit is ${maxFunctionLines}`);
    const required = node.params.filter(
      (one) => one.type !== "AssignmentPattern" && one.type !== "RestElement" && one.optional !== true,
    );
    if (required.length > maxParameters) complain(node.start, `${required.length} parameters; name them in one object`);
    if (isPure && node.async === true) complain(node.start, `${layer}/ is pure: no async`);
  };

  new Visitor({
    ImportDeclaration: (node) => checkImport(node.start, node.source.value),
    ExportNamedDeclaration: (node) => {
      if (node.source !== null) checkImport(node.start, node.source.value);
      if (node.declaration !== null && !mirrors.has(source.path) && !isDocumented(node.start))
        complain(node.start, "export without a doc comment");
    },
    ExportDefaultDeclaration: (node) => complain(node.start, "default export"),
    ExportAllDeclaration: (node) => checkImport(node.start, node.source.value),
    ImportExpression: (node) => {
      if (node.source.type === "Literal" && typeof node.source.value === "string")
        checkImport(node.start, node.source.value);
    },
    FunctionDeclaration: checkFunction,
    FunctionExpression: checkFunction,
    ArrowFunctionExpression: checkFunction,
    MemberExpression: (node) => {
      const name =
        node.object.type === "Identifier" && node.property.type === "Identifier"
          ? `${node.object.name}.${node.property.name}`
          : "";
      if (isPure && /^(Date\.now|Math\.random|performance\.now|crypto\.\w+)$/.test(name))
        complain(node.start, `${layer}/ is pure: no ${name}`);
      if (node.object.type === "Identifier" && node.object.name === "process" && layer !== "cli")
        complain(node.start, "only cli/ knows process");
      if (node.object.type === "Identifier" && node.object.name === "console")
        complain(node.start, "no console; tell the Host");
    },
    NewExpression: (node) => {
      if (isPure && node.callee.type === "Identifier" && node.callee.name === "Date" && node.arguments.length === 0) {
        complain(node.start, `${layer}/ is pure: time is passed in`);
      }
    },
    CallExpression: (node) => {
      if (
        isPure &&
        node.callee.type === "Identifier" &&
        /^(fetch|setTimeout|setInterval|queueMicrotask)$/.test(node.callee.name)
      ) {
        complain(node.start, `${layer}/ is pure: no ${node.callee.name}`);
      }
    },
  }).visit(program);

  function isDocumented(start: number): boolean {
    return comments.some(
      (comment) =>
        comment.type === "Block" &&
        comment.value.startsWith("*") &&
        /^\s*(\/\/[^\n]*\s*)*$/.test(source.text.slice(comment.end, start)) &&
        comment.end <= start,
    );
  }
  const lines = source.text.split("\n");
  if (lines.length > maxFileLines && !mirrors.has(source.path))
    found.push(`${source.path}: ${lines.length} lines; the limit is ${maxFileLines}`);
  lines.forEach((line, i) => {
    if (line.length > maxColumns && !source.path.startsWith(sentences))
      found.push(`${source.path}:${i + 1}: ${line.length} columns; the limit is ${maxColumns}`);
  });
  for (const comment of comments) {
    if (/\b(TODO|FIXME|XXX)\b(?!.*#\d+)/.test(comment.value)) complain(comment.start, "TODO without an issue number");
  }
  return found;
}

test("the code keeps the charter: layers, purity, sizes, documentation", () => {
  expect(code.length).toBeGreaterThan(30);
  expect(code.flatMap(complaintsAbout)).toEqual([]);
});

test("every folder below src/ has a layer", () => {
  const folders = readdirSync(join(root, "src")).filter((name) => statSync(join(root, "src", name)).isDirectory());
  expect(folders.filter((name) => layers[name] === undefined)).toEqual([]);
});

test("the rules themselves notice what they forbid", () => {
  const bad: Source = {
    path: "src/kube/bad.ts",
    text: 'import { a } from "../cli/a.ts";\nimport fs from "node:fs";\nexport const now = () => Date.now();\nexport default 1;\n',
    isTest: false,
  };
  const said = complaintsAbout(bad).join("\n");
  for (const part of [
    "must not import cli/",
    "imports nothing but other layers",
    "no Date.now",
    "default export",
    "doc comment",
  ])
    expect(said).toContain(part);
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
