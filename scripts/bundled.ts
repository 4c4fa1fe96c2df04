/** The packages whose code is in what we ship: their names, versions, licences and the texts that must travel with them. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { build } from "esbuild";

/** One package of others, as its package.json and its files tell of it. */
export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** SPDX expression. */
  readonly license: string;
  readonly homepage: string | undefined;
  /** Licences and notices, whole, by file name. */
  readonly texts: readonly { readonly file: string; readonly text: string }[];
}

/** Licences that let a work be shipped under Apache-2.0. A package under another one does not enter without a decision. */
export const allowedLicences: ReadonlySet<string> = new Set([
  "0BSD",
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "BlueOak-1.0.0",
  "ISC",
  "MIT",
  "Python-2.0",
  "Unlicense",
]);

/** Licences of tools that build and test and are not shipped. */
export const allowedForTools: ReadonlySet<string> = new Set([...allowedLicences, "MPL-2.0", "PSF-2.0"]);

/** Whether an SPDX expression lets us choose a licence of the list for each of its parts. */
export function isAllowed(expression: string, list: ReadonlySet<string>): boolean {
  const alternatives = expression.replace(/^\((.*)\)$/, "$1").split(/\s+OR\s+/i);
  return alternatives.some((one) => one.split(/\s+AND\s+/i).every((id) => list.has(id.replace(/[()]/g, "").trim())));
}

/** What the report page is made of: it is built beforehand and shipped as one text, which the bundle's own list does not see. */
export async function inputsOfPage(): Promise<readonly string[]> {
  const made = await build({
    entryPoints: ["web/main.tsx"],
    bundle: true,
    write: false,
    metafile: true,
    jsx: "automatic",
    jsxImportSource: "preact",
    format: "esm",
    outdir: "none",
    logLevel: "error",
  });
  return Object.keys(made.metafile.inputs);
}

/** The packages that files of `node_modules` belong to, by name and version. */
export function packagesOf(files: readonly string[]): readonly BundledPackage[] {
  const folders = new Set(files.filter((file) => file.includes("node_modules/")).map(folderOf));
  const found = [...folders].map(packageAt);
  const byId = new Map(found.map((one) => [`${one.name}@${one.version}`, one]));
  return [...byId].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

// Packages put a package.json without a name beside builds of theirs.
function folderOf(file: string): string {
  for (let at = dirname(resolve(file)); at.includes("node_modules"); at = dirname(at)) {
    if (
      existsSync(join(at, "package.json")) &&
      manifestAt(at).name !== undefined &&
      manifestAt(at).version !== undefined
    )
      return at;
  }
  throw new Error(`${file} belongs to no package`);
}

interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly license?: string;
  readonly homepage?: string;
}

function manifestAt(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
}

function packageAt(folder: string): BundledPackage {
  const { name = "", version = "", license, homepage } = manifestAt(folder);
  if (typeof license !== "string") throw new Error(`${name} ${version} does not say its licence`);
  const texts = readdirSync(folder)
    .filter((file) => /^(licen[cs]e|copying|notice)/i.test(file))
    .toSorted()
    .map((file) => ({ file, text: readFileSync(join(folder, file), "utf8").trim() }));
  return { name, version, license, homepage, texts };
}
