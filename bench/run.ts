import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";

/**
 * Runs every `*.bench.ts` of this folder, one after another, each in a process of its own (`npm run bench`). A bench prints its rows and
 * sets its exit code when a limit is missed. `-- NAME...` runs only benches whose name begins so; what starts with `--` is handed on.
 */
const given = process.argv.slice(2);
const wanted = given.filter((one) => !one.startsWith("--"));
const flags = given.filter((one) => one.startsWith("--"));
const folder = import.meta.dirname;
const benches = readdirSync(folder)
  .filter((name) => name.endsWith(".bench.ts"))
  .filter((name) => wanted.length === 0 || wanted.some((one) => name.startsWith(one)))
  .sort();
if (benches.length === 0) {
  console.error(`error: no bench is named ${wanted.join(" or ")}`);
  process.exitCode = 2;
}
for (const name of benches) {
  console.log(`\n${name.replace(/\.bench\.ts$/, "")}`);
  const { status } = spawnSync(process.execPath, ["--import", "tsx", join(folder, name), ...flags], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (status !== 0) {
    console.log(`${name} missed a limit or failed (exit ${status ?? "by signal"})`);
    process.exitCode = 1;
  }
}
