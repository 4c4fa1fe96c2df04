/** `npm run release-files -- FOLDER`: packs the package and writes the krew manifest with the archive's digest beside it. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const folder = resolve(process.argv[2] ?? "release");
const { name, version } = JSON.parse(readFileSync("package.json", "utf8")) as { name: string; version: string };
mkdirSync(folder, { recursive: true });
const packed = spawnSync("npm", ["pack", "--silent", "--pack-destination", folder], {
  stdio: ["ignore", "ignore", "inherit"],
});
if (packed.status !== 0) throw new Error("npm pack failed");
const archive = `${name}-${version}.tgz`;
const digest = createHash("sha256")
  .update(readFileSync(join(folder, archive)))
  .digest("hex");
const manifest = readFileSync("packaging/krew/dovetail.yaml", "utf8")
  .replace(/^#.*\n/, "")
  .replaceAll("{{VERSION}}", version)
  .replaceAll("{{SHA256}}", digest);
writeFileSync(join(folder, "dovetail.yaml"), manifest);
process.stdout.write(`${archive} and dovetail.yaml are in ${folder}\n`);
