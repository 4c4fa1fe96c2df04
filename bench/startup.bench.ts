/** Start-up: `dovetail --version` from the built package beside `node -e 0`, in turns. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { performance } from "node:perf_hooks";

const rounds = 15;
const limit = 3;
const root = resolve(import.meta.dirname, "..");

if (!existsSync(resolve(root, "dist", "main.js")))
  spawnSync("npm", ["run", "--silent", "build"], { cwd: root, stdio: "inherit" });

const bare: number[] = [];
const ours: number[] = [];
for (let i = 0; i < rounds; i += 1) {
  bare.push(time(["-e", "0"]));
  ours.push(time([resolve(root, "bin", "dovetail.js"), "--version"]));
}
const [nodeMs, versionMs] = [median(bare), median(ours)];
const ratio = versionMs / nodeMs;
const verdict = ratio <= limit ? "within" : "ABOVE";
process.stdout.write(
  `start-up    dovetail --version ${versionMs.toFixed(0)} ms   node -e 0 ${nodeMs.toFixed(0)} ms   ratio ${ratio.toFixed(2)}   ${verdict} the limit of ${limit}\n`,
);

function time(args: readonly string[]): number {
  const start = performance.now();
  const ended = spawnSync(process.execPath, args, { stdio: "ignore" });
  if (ended.status !== 0) throw new Error(`node ${args.join(" ")} ended with ${ended.status}`);
  return performance.now() - start;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
