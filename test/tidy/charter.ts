/** The rules that hold for one file alone: layers, purity, sizes, documentation. Each complaint names what to do instead. */
import { dirname, join, relative, resolve } from "node:path";
import { type Expression, type TemplateLiteral, Visitor } from "oxc-parser";
import { layers, libraries, pure } from "../layers.ts";
import { docAt, lineAt, root, type Source } from "./sources.ts";

const maxFileLines = 300;
const maxFunctionLines = 70;
/** Required ones; the charter prefers three. */
const maxParameters = 4;
const maxColumns = 140;

/** Files that mirror somebody else's API: their size and documentation are that API's. */
const mirrors = new Set(["src/kube/objects.ts"]);

/** Registries are tables of sentences for people, one a line: breaking them with plus signs would help nobody. */
const sentences = /^src\/(findings|fault)\//;

/** What a pure folder may not name, each with what to do instead. */
const impureMembers: readonly (readonly [RegExp, string])[] = [
  [/^(Date\.now|performance\.now)$/, "take the time as an argument (`nowMs`)"],
  [/^(Math\.random|crypto\.\w+)$/, "take a seeded source as an argument"],
];
const impureCalls = /^(fetch|setTimeout|setInterval|queueMicrotask)$/;

type Complain = (offset: number, text: string) => void;

/** Complaints about one file, each with its line, in the shape of a compiler's messages. */
export function complaintsAbout(source: Source): string[] {
  if (!source.parses) return [`${source.path}: does not parse`];
  const found: string[] = [];
  const complain: Complain = (offset, text) => void found.push(`${source.path}:${lineAt(source, offset)}: ${text}`);
  checkImports(source, complain);
  checkFunctions(source, complain);
  checkNames(source, complain);
  if (!mirrors.has(source.path)) checkDocs(source, complain);
  checkLines(source, found, complain);
  return found;
}

function folderOf(source: Source): string {
  return source.path.split("/")[1] ?? "";
}

function checkImports(source: Source, complain: Complain): void {
  const folder = folderOf(source);
  const check = (offset: number, target: unknown): void => {
    if (typeof target !== "string") return;
    if (!target.startsWith(".")) {
      if (pure.has(folder) && !(libraries[folder] ?? []).includes(target))
        complain(
          offset,
          `${folder}/ is pure and imports nothing but other layers, not ${target}; use it in adapters/ behind a port, or list a pure library in test/layers.ts with its reason`,
        );
      return;
    }
    const to = relative(join(root, "src"), resolve(root, dirname(source.path), target)).split("/")[0] ?? "";
    if (to === folder || to === "..") return;
    const [from, height] = [layers[folder], layers[to]];
    if (from !== undefined && height === undefined) complain(offset, `${to}/ is not a layer; add it to test/layers.ts`);
    else if (from !== undefined && height !== undefined && height >= from)
      complain(
        offset,
        `${folder}/ must not import ${to}/; take the value as an argument, or move what both need to a lower folder`,
      );
  };
  new Visitor({
    ImportDeclaration: (node) => check(node.start, node.source.value),
    ExportNamedDeclaration: (node) => check(node.start, node.source?.value),
    ExportAllDeclaration: (node) => check(node.start, node.source.value),
    ImportExpression: (node) => check(node.start, node.source.type === "Literal" ? node.source.value : undefined),
  }).visit(source.program);
}

interface FunctionShape {
  readonly start: number;
  readonly end: number;
  readonly params: readonly { readonly type: string; readonly optional?: boolean }[];
  readonly async?: boolean;
}

function checkFunctions(source: Source, complain: Complain): void {
  const folder = folderOf(source);
  const check = (node: FunctionShape): void => {
    const lines = lineAt(source, node.end) - lineAt(source, node.start) + 1;
    if (lines > maxFunctionLines)
      complain(
        node.start,
        `function of ${lines} lines; the limit is ${maxFunctionLines}: give a part of it a name of its own`,
      );
    const required = node.params.filter(
      (one) => one.type !== "AssignmentPattern" && one.type !== "RestElement" && one.optional !== true,
    );
    if (required.length > maxParameters) complain(node.start, `${required.length} parameters; name them in one object`);
    if (pure.has(folder) && node.async === true)
      complain(node.start, `${folder}/ is pure: no async; read in app/ and pass the answer in`);
  };
  new Visitor({
    FunctionDeclaration: check,
    FunctionExpression: check,
    ArrowFunctionExpression: check,
  }).visit(source.program);
}

function checkNames(source: Source, complain: Complain): void {
  const folder = folderOf(source);
  const isPure = pure.has(folder);
  new Visitor({
    ExportDefaultDeclaration: (node) => complain(node.start, "default export; export it by its name"),
    MemberExpression: (node) => {
      if (node.object.type !== "Identifier" || node.property.type !== "Identifier") return;
      const name = `${node.object.name}.${node.property.name}`;
      for (const [pattern, instead] of impureMembers)
        if (isPure && pattern.test(name)) complain(node.start, `${folder}/ is pure: no ${name}; ${instead}`);
      if (node.object.name === "process" && folder !== "cli")
        complain(node.start, "only cli/ knows process; take what is needed of it as an argument");
      if (/^process\.(stdout|stderr)$/.test(name) && writesTo(source, node.end))
        complain(
          node.start,
          "text for people leaves through src/cli/terminal.ts, which shows what a terminal would obey",
        );
      if (node.object.name === "console") complain(node.start, "no console; tell the Host");
    },
    NewExpression: (node) => {
      if (isPure && node.callee.type === "Identifier" && node.callee.name === "Date" && node.arguments.length === 0)
        complain(node.start, `${folder}/ is pure: no new Date(); take the time as an argument (\`nowMs\`)`);
    },
    TemplateLiteral: (node) => {
      for (const value of valuesInCommands(node))
        complain(value.start, "a value in a command that people paste; write it with shellWord() of src/kube/text.ts");
    },
    CallExpression: (node) => {
      if (isPure && node.callee.type === "Identifier" && impureCalls.test(node.callee.name))
        complain(node.start, `${folder}/ is pure: no ${node.callee.name}; do it in an adapter, behind a port`);
    },
  }).visit(source.program);
}

/** Where the text behind a place writes: `process.stdout` followed by `.write`. */
function writesTo(source: Source, end: number): boolean {
  return source.path !== "src/cli/terminal.ts" && source.text.startsWith(".write(", end);
}

/** Values that stand, as they are, in a command between backticks: a name with a space or a `$(…)` would be obeyed when it is pasted. */
function valuesInCommands(node: TemplateLiteral): readonly Expression[] {
  let command = "";
  let isOpen = false;
  return node.quasis.flatMap((quasi, i) => {
    for (const letter of quasi.value.cooked ?? "") {
      if (letter === "`") isOpen = !isOpen;
      command = !isOpen ? "" : letter === "`" ? "" : command + letter;
    }
    const value = node.expressions[i];
    const isWord =
      value?.type === "CallExpression" && value.callee.type === "Identifier" && value.callee.name === "shellWord";
    return value !== undefined && isOpen && programs.test(command) && !isWord ? [value] : [];
  });
}

const programs = /^(kubectl|aws|dovetail|helm|eksctl|terraform) /;

function checkDocs(source: Source, complain: Complain): void {
  new Visitor({
    ExportNamedDeclaration: (node) => {
      if (node.declaration !== null && docAt(source, node.start) === undefined)
        complain(node.start, "export without a doc comment; say what it means in the domain");
    },
  }).visit(source.program);
}

function checkLines(source: Source, found: string[], complain: Complain): void {
  const lines = source.text.split("\n");
  if (lines.length > maxFileLines && !mirrors.has(source.path))
    found.push(
      `${source.path}: ${lines.length} lines; the limit is ${maxFileLines}: one noun per file, move the second one out`,
    );
  lines.forEach((line, i) => {
    if (line.length > maxColumns && !sentences.test(source.path))
      found.push(`${source.path}:${i + 1}: ${line.length} columns; the limit is ${maxColumns}: break the line`);
  });
  for (const comment of source.comments) {
    if (/\b(TODO|FIXME|XXX)\b(?!.*#\d+)/.test(comment.value))
      complain(comment.start, "TODO without an issue number; open the issue, or do it");
  }
}
