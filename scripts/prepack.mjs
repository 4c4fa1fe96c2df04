// `npm pack` and `npm publish` on a fresh clone: installs what is missing, builds, and refuses to pack what would not run.
// Plain JavaScript, because nothing is installed yet when it starts.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
if (!existsSync(join(root, "node_modules", "esbuild"))) {
  run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]);
}
run(process.execPath, [join(root, "node_modules", "tsx", "dist", "cli.mjs"), "scripts/build.ts"]);
for (const file of ["main.js", "THIRD-PARTY-NOTICES.txt", "sbom.cdx.json", "guide"]) {
  if (!existsSync(join(root, "dist", file))) fail(`error: the build made no dist/${file}, and a package without it would not work`);
}

function run(command, args) {
  // What npm pack prints is the name of the tarball and nothing else.
  const ended = spawnSync(command, args, { cwd: root, stdio: ["inherit", 2, "inherit"] });
  if (ended.error) fail(`error: cannot start ${command}: ${ended.error.message}`);
  if (ended.status !== 0) process.exit(ended.status ?? 1);
}

function fail(text) {
  process.stderr.write(`${text}\n`);
  process.exit(2);
}
