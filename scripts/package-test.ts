/** Packs the package, installs the tarball in an empty folder and runs it there as a user would. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const folder = mkdtempSync(join(tmpdir(), "dovetail-package-"));
let passed = 0;
try {
  // A fresh clone has no build: prepack makes it.
  rmSync(join(root, "dist"), { recursive: true, force: true });
  run("npm", ["pack", "--silent", "--pack-destination", folder], root);
  const tarball = readdirSync(folder).find((name) => name.endsWith(".tgz"));
  if (tarball === undefined) throw new Error("npm pack wrote no tarball");
  process.stdout.write(`${tarball}: ${(statSync(join(folder, tarball)).size / 1e6).toFixed(2)} MB packed\n`);
  writeFileSync(join(folder, "package.json"), "{}");
  run("npm", ["install", "--silent", "--no-audit", "--no-fund", `./${tarball}`], folder);
  const inside = run("tar", ["--list", "--file", join(folder, tarball)], folder);
  for (const file of [
    "dist/main.js",
    "dist/sbom.cdx.json",
    "dist/THIRD-PARTY-NOTICES.txt",
    "dist/guide/setup.md",
    "CHANGELOG.md",
  ]) {
    check(`the package holds ${file}`, inside, new RegExp(`^package/${file.replaceAll(".", "\\.")}$`, "m"));
  }
  check("npx dovetail --version", run("npx", ["--no-install", "dovetail", "--version"], folder), /^\d+\.\d+\.\d+/);
  check("npx dovetail --help", run("npx", ["--no-install", "dovetail", "--help"], folder), /assess/);
  check(
    "npx dovetail help guide",
    run("npx", ["--no-install", "dovetail", "help", "guide", "setup"], folder),
    /^# Set up/,
  );
  check("npx dovetail demo", run("npx", ["--no-install", "dovetail", "demo"], folder), /next: /);
  const bin = join(folder, "node_modules", ".bin");
  if (spawnSync("kubectl", ["version", "--client"]).status === 0) {
    check("kubectl dovetail --version", run("kubectl", ["dovetail", "--version"], folder, bin), /^\d+\.\d+\.\d+/);
  } else process.stderr.write("*** SKIPPED: kubectl is not installed ***\n");
  const link = join(folder, "kubectl-dovetail");
  symlinkSync(join(root, "bin", "kubectl-dovetail.js"), link);
  check("kubectl-dovetail by a link", run(process.execPath, [link, "--version"], folder), /^\d+\.\d+\.\d+/);
  process.stdout.write(`${passed} passed, 0 failed\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function run(command: string, args: readonly string[], cwd: string, path?: string): string {
  const env = { ...process.env, ...(path === undefined ? {} : { PATH: `${path}:${process.env["PATH"] ?? ""}` }) };
  const answer = spawnSync(command, args, { cwd, env, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  if (answer.status !== 0)
    throw new Error(`${command} ${args.join(" ")} ended with ${answer.status}\n${answer.stdout}\n${answer.stderr}`);
  return answer.stdout;
}

function check(what: string, output: string, expected: RegExp): void {
  if (!expected.test(output)) throw new Error(`${what} printed\n${output}\nwithout ${expected}`);
  passed += 1;
  process.stdout.write(`ok ${what}\n`);
}
