/** What the files under src/ export: names that stand for two things, and what doc comments promise. */
import type { ArrowFunctionExpression, Function as FunctionNode } from "oxc-parser";
import { Visitor } from "oxc-parser";
import { docAt, headOf, type Source } from "./sources.ts";

/** One exported declaration (a re-export is none). */
export interface Exported {
  readonly path: string;
  readonly name: string;
  /** The doc comment's text; undefined when there is none. */
  readonly doc: string | undefined;
  /** The function, where it is one. */
  readonly fn: FunctionNode | ArrowFunctionExpression | undefined;
}

/** The exported declarations of a file. */
function exportsOf(source: Source): readonly Exported[] {
  const found: Exported[] = [];
  new Visitor({
    ExportNamedDeclaration: (node) => {
      const { declaration } = node;
      if (declaration === null) return;
      const doc = docAt(source, node.start);
      const add = (name: string, fn: Exported["fn"]): void => void found.push({ path: source.path, name, doc, fn });
      if (declaration.type === "VariableDeclaration") {
        for (const { id, init } of declaration.declarations)
          if (id.type === "Identifier") add(id.name, init?.type === "ArrowFunctionExpression" ? init : undefined);
      } else if (declaration.type === "FunctionDeclaration") {
        if (declaration.id !== null) add(declaration.id.name, declaration);
      } else if ("id" in declaration && declaration.id?.type === "Identifier") add(declaration.id.name, undefined);
    },
  }).visit(source.program);
  return found;
}

/** Names that several files may export because each file is one of a kind. */
const roles: Readonly<Record<string, RegExp>> = {
  command: /^src\/cli\/commands\//,
};

/** Names that more than one file declares and exports, each with its files. */
export function doubledNames(sources: readonly Source[]): ReadonlyMap<string, readonly string[]> {
  const filesByName = new Map<string, Set<string>>();
  for (const { name, path } of sources.flatMap(exportsOf)) {
    if (roles[name]?.test(path) === true) continue;
    filesByName.set(name, (filesByName.get(name) ?? new Set()).add(path));
  }
  return new Map(
    [...filesByName]
      .filter(([, files]) => files.size > 1)
      .map(([name, files]) => [name, [...files]] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** Casts of a file: `as` but `as const`, outside functions that answer `x is T` or assert it. */
export function castsOf(source: Source): readonly number[] {
  const casts: number[] = [];
  const guards: (readonly [number, number])[] = [];
  const guard = (node: FunctionNode | ArrowFunctionExpression): void => {
    if (node.returnType?.typeAnnotation.type === "TSTypePredicate") guards.push([node.start, node.end]);
  };
  new Visitor({
    FunctionDeclaration: guard,
    FunctionExpression: guard,
    ArrowFunctionExpression: guard,
    TSAsExpression: (node) => {
      const { typeAnnotation: type } = node;
      const isConst =
        type.type === "TSTypeReference" && type.typeName.type === "Identifier" && type.typeName.name === "const";
      if (!isConst) casts.push(node.start);
    },
  }).visit(source.program);
  return casts.filter((at) => !guards.some(([start, end]) => start <= at && at < end));
}

/** A promise that a doc comment should make: how many should, and which do not. */
export interface Share {
  readonly of: number;
  readonly silent: readonly string[];
}

/** Exported functions that may answer undefined, and those whose comment does not say when. */
export function saysUndefined(sources: readonly Source[]): Share {
  return share(
    sources.flatMap((source) => functionsOf(source).filter(({ fn }) => mayAnswerUndefined(source, fn))),
    ({ doc }) => /\bundefined\b/i.test(doc ?? ""),
  );
}

/** Exported functions that throw a Fault in their own body, and those whose comment does not name it. */
export function saysFault(sources: readonly Source[]): Share {
  const thrown = new Map<Exported, readonly string[]>();
  for (const source of sources)
    for (const one of functionsOf(source)) {
      const codes = faultsOf(source, one.fn);
      if (codes.length > 0) thrown.set(one, codes);
    }
  return share([...thrown.keys()], (one) => (thrown.get(one) ?? []).every((code) => one.doc?.includes(code) === true));
}

/** Folders that mirror a program, with what a citation of it looks like. */
const mirrorFolders = /^src\/(karpenter|scheduling|disruption|autoscaler|kube-scheduler)\//;
/** A file of the program, or a plain word that nothing is mirrored here. */
const citation = /[\w-]+\.go\b|\b[Oo]ur own\b|\bDovetail's own\b/;

/** Exported functions that mirror a real program, and those where neither they nor their file names the file mirrored. */
export function citesUpstream(sources: readonly Source[]): Share {
  const heads = new Map(sources.map((source) => [source.path, headOf(source) ?? ""]));
  return share(
    sources.filter((source) => mirrorFolders.test(source.path)).flatMap(functionsOf),
    ({ doc, path }) => citation.test(doc ?? "") || citation.test(heads.get(path) ?? ""),
  );
}

function share<T extends Exported>(all: readonly T[], keeps: (one: T) => boolean): Share {
  const silent = all.filter((one) => !keeps(one)).map(({ path, name }) => `${path}: ${name}`);
  return { of: all.length, silent };
}

type ExportedFunction = Exported & { readonly fn: FunctionNode | ArrowFunctionExpression };

function functionsOf(source: Source): readonly ExportedFunction[] {
  return exportsOf(source).filter((one): one is ExportedFunction => one.fn !== undefined);
}

function mayAnswerUndefined(source: Source, fn: ExportedFunction["fn"]): boolean {
  const type = fn.returnType?.typeAnnotation;
  if (type === undefined) return false;
  const text = source.text.slice(type.start, type.end);
  const answer = /^Promise<([\s\S]*)>$/.exec(text)?.[1] ?? text;
  return /(^|\|)\s*undefined\s*$/.test(answer);
}

/** The codes of the faults that a function throws itself, `Fault` where the code is no literal. */
function faultsOf(source: Source, fn: ExportedFunction["fn"]): readonly string[] {
  const codes = new Set<string>();
  new Visitor({
    ThrowStatement: (node) => {
      if (node.start < fn.start || node.end > fn.end) return;
      const { argument } = node;
      if (argument.type !== "NewExpression" && argument.type !== "CallExpression") return;
      if (argument.callee.type !== "Identifier" || !/^(Fault|usage)$/.test(argument.callee.name)) return;
      const first = argument.arguments[0];
      const code = first?.type === "Literal" && typeof first.value === "string" ? first.value : undefined;
      codes.add(code === undefined ? "Fault" : argument.callee.name === "usage" ? `usage.${code}` : code);
    },
  }).visit(source.program);
  return [...codes];
}
