/**
 * `npm run corpus -- [--each] FOLDER…`: what the commands that read make of any files, each in a process of its own with bounds of time and memory. Reports
 * crashes, hangs, refusals by kind, and answers that are surer than their input. Ends with 1 where one crashed, hung, or was too sure.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";

const timeoutMs = 60_000;
const memoryMib = 1024;
const root = resolve(import.meta.dirname, "..");
const manifest = /\.(?:ya?ml|json)(?:\.gz)?$/;

const pools = `apiVersion: karpenter.sh/v1
kind: NodePool
metadata: {name: general}
spec:
  template:
    spec:
      nodeClassRef: {group: karpenter.k8s.aws, kind: EC2NodeClass, name: general}
      requirements:
      - {key: karpenter.sh/capacity-type, operator: In, values: [on-demand]}
      - {key: kubernetes.io/os, operator: In, values: [linux, windows]}
---
apiVersion: karpenter.k8s.aws/v1
kind: EC2NodeClass
metadata: {name: general}
spec:
  role: corpus
  amiSelectorTerms: [{alias: al2023@latest}]
  subnetSelectorTerms: [{tags: {corpus: corpus}}]
  securityGroupSelectorTerms: [{tags: {corpus: corpus}}]
`;

/** How one command ended over one item. */
interface Run {
  readonly item: string;
  readonly command: string;
  readonly kind: "ok" | "refused" | "crash" | "hang" | "too-sure";
  readonly said: string;
  readonly ms: number;
}

/** Every folder that holds manifests, itself only; with `--each` every manifest alone, too. */
function itemsOf(path: string, isEach: boolean): readonly string[] {
  if (!statSync(path).isDirectory()) return [path];
  const entries = readdirSync(path).filter((name) => !name.startsWith(".") && name !== "node_modules");
  const children = entries.map((name) => join(path, name));
  const files = children.filter((child) => manifest.test(child) && statSync(child).isFile());
  const folders = children.filter((child) => statSync(child).isDirectory());
  return [
    ...(files.length > 0 ? [path] : []),
    ...(isEach && files.length > 1 ? files : []),
    ...folders.flatMap((one) => itemsOf(one, isEach)),
  ];
}

function run(item: string, command: string, args: readonly string[]): Run {
  const from = performance.now();
  const done = spawnSync(
    process.execPath,
    [`--max-old-space-size=${memoryMib}`, join(root, "bin/dovetail.js"), ...args],
    {
      timeout: timeoutMs,
      killSignal: "SIGKILL",
      encoding: "utf8",
      maxBuffer: 512 * 2 ** 20,
    },
  );
  const ms = performance.now() - from;
  const said = done.stderr.split("\n").find((line) => line.startsWith("error:")) ?? "";
  const ended = (kind: Run["kind"], text = said): Run => ({ item, command, kind, said: text, ms });
  if (done.signal === "SIGKILL" || ms >= timeoutMs) return ended("hang", `${Math.round(ms / 1000)} s`);
  if (done.status === 70 || done.status === null || done.status > 4)
    return ended("crash", said || done.stderr.slice(-300));
  if (done.status >= 2) return ended("refused");
  const isSure =
    command === "simulate" && /^(?:yes:|no saving:)/m.test(done.stdout) && /^nodes +unknown/m.test(done.stdout);
  return ended(isSure ? "too-sure" : "ok", isSure ? "an answer about cost without a today" : said);
}

/** What a refusal is about, without names and numbers. */
function kindOf(said: string): string {
  return said
    .replace(/^error: /, "")
    .replaceAll(/[^\s:]*\/[^\s:]*/g, "PATH")
    .replaceAll(/:\d+(?::\d+)?/g, "")
    .replaceAll(/\d+/g, "N")
    .slice(0, 110);
}

function main(): number {
  const isEach = process.argv.includes("--each");
  const paths = process.argv.slice(2).filter((one) => one !== "--each");
  if (paths.length === 0) {
    process.stderr.write("npm run corpus -- [--each] FOLDER…\n");
    return 2;
  }
  if (!existsSync(join(root, "dist/main.js"))) spawnSync("npm", ["run", "build"], { cwd: root, stdio: "inherit" });
  const folder = mkdtempSync(join(tmpdir(), "dovetail-corpus-"));
  const pool = join(folder, "pools.yaml");
  writeFileSync(pool, pools);
  const runs: Run[] = [];
  const note = (one: Run): void => {
    runs.push(one);
    if (one.kind === "ok" || one.kind === "refused") return;
    process.stdout.write(`${one.kind}  ${one.command} --from ${one.item}  ${one.said}\n`);
  };
  for (const path of paths) {
    for (const item of itemsOf(resolve(path), isEach)) {
      const name = relative(process.cwd(), item);
      const isOld =
        statSync(item).isFile() && /karpenter\.(?:sh|k8s\.aws)\/v1(?:alpha|beta)/.test(readFileSync(item, "utf8"));
      note(run(name, "assess", ["assess", "--from", item]));
      note(run(name, isOld ? "convert" : "translate", [isOld ? "convert" : "translate", "--from", item]));
      note(run(name, "simulate", ["simulate", "--from", item, "--nodepools", pool, "--region", "us-east-1"]));
    }
  }
  rmSync(folder, { recursive: true, force: true });
  return summed(runs);
}

function summed(runs: readonly Run[]): number {
  const count = (kind: Run["kind"]): number => runs.filter((one) => one.kind === kind).length;
  const refusals = new Map<string, number>();
  for (const one of runs) {
    if (one.kind !== "refused") continue;
    const key = `${one.command}: ${kindOf(one.said)}`;
    refusals.set(key, (refusals.get(key) ?? 0) + 1);
  }
  for (const [key, n] of Array.from(refusals).toSorted(([, a], [, b]) => b - a))
    process.stdout.write(`${String(n).padStart(5)}  ${key}\n`);
  const slowest = runs.toSorted((a, b) => b.ms - a.ms)[0];
  const bad = count("crash") + count("hang") + count("too-sure");
  process.stdout.write(
    `${runs.length} runs: ${count("ok")} answered, ${count("refused")} refused, ${count("crash")} crashed, ${count("hang")} hung, ` +
      `${count("too-sure")} too sure; slowest ${((slowest?.ms ?? 0) / 1000).toFixed(1)} s (${slowest?.command ?? ""} ${slowest?.item ?? ""})\n`,
  );
  return bad === 0 ? 0 : 1;
}

process.exitCode = main();
