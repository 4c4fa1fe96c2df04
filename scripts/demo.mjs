// `npm run demo` on a fresh clone: installs what is missing, builds, and runs the whole path on the embedded sandbox.
// Plain JavaScript, because nothing is installed yet when it starts.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) fail(`error: node ${process.versions.node} is too old\n  fix: install Node 20.19 or newer`);

if (!existsSync(join(root, "node_modules", "esbuild"))) {
  process.stderr.write("installing packages (once)\n");
  run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
}
if (newest(join(root, "src")) > builtAt()) run(process.execPath, [join(root, "node_modules", "tsx", "dist", "cli.mjs"), "scripts/build.ts"]);
// What it tells to type next works in the clone.
process.env.DOVETAIL_CALLED_AS ??= "npm run --silent dovetail --";
run(process.execPath, [join(root, "bin", "dovetail.js"), "demo", ...process.argv.slice(2)]);

function run(command, args) {
  const ended = spawnSync(command, args, { cwd: root, stdio: "inherit", shell: false });
  if (ended.error) fail(`error: cannot start ${command}: ${ended.error.message}`);
  if (ended.status !== 0) process.exit(ended.status ?? 1);
}

function builtAt() {
  const main = join(root, "dist", "main.js");
  return existsSync(main) ? statSync(main).mtimeMs : 0;
}

function newest(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .map((entry) => (entry.isDirectory() ? newest(join(folder, entry.name)) : statSync(join(folder, entry.name)).mtimeMs))
    .reduce((a, b) => Math.max(a, b), 0);
}

function fail(text) {
  process.stderr.write(`${text}\n`);
  process.exit(2);
}
