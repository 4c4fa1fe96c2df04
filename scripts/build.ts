/** Bundles the command line into dist/, one chunk per lazily loaded part. */
import { cpSync, readFileSync, rmSync } from "node:fs";
import { build } from "esbuild";
import { inputsOfPage, packagesOf } from "./bundled.ts";
import { writeNotices } from "./notices.ts";

const { name, version } = JSON.parse(readFileSync("package.json", "utf8")) as { name: string; version: string };
rmSync("dist", { recursive: true, force: true });
const result = await build({
  // A thread of a rehearsal begins with a file of its own.
  entryPoints: { main: "src/cli/main.ts", "rehearsal-worker": "src/worlds/rehearsal/worker.ts" },
  outdir: "dist",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  // ES builds keep their named exports behind a dynamic import; CommonJS ones would not.
  mainFields: ["module", "main"],
  minify: true,
  keepNames: true,
  legalComments: "linked",
  loader: { ".json": "json", ".gz": "binary" },
  define: { DOVETAIL_VERSION: JSON.stringify(version) },
  // Some dependencies are CommonJS and call require for Node's own modules.
  banner: {
    js: 'import{createRequire as __createRequire}from"node:module";const require=__createRequire(import.meta.url);',
  },
  metafile: true,
  logLevel: "warning",
});
const packages = packagesOf([...Object.keys(result.metafile.inputs), ...(await inputsOfPage())]);
writeNotices(packages, { name, version, folder: "dist" });
// Guides travel in the package: `dovetail help guide NAME`.
cpSync("docs/guide", "dist/guide", { recursive: true });
const bytes = Object.values(result.metafile.outputs).reduce((sum, output) => sum + output.bytes, 0);
process.stdout.write(`dist/: ${Object.keys(result.metafile.outputs).length} files, ${(bytes / 1e6).toFixed(1)} MB\n`);
