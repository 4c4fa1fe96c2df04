/**
 * One real world for a test: a kube-apiserver with its controllers, an AWS emulator whose instances join it as nodes, and on demand the real Karpenter.
 *
 * Everything listens on loopback with ports of its own and lives in a temporary folder that goes with the test.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { type Parts, parts } from "./parts.ts";
import { type Running, start, startWithLine } from "./processes.ts";

/** What a test may use. `env` makes any AWS SDK, kubectl and Dovetail speak to this world. */
export interface RealWorld {
  readonly parts: Parts;
  readonly folder: string;
  readonly clusterName: string;
  readonly region: string;
  readonly accountId: string;
  readonly kubeconfig: string;
  readonly context: string;
  readonly server: string;
  readonly awsUrl: string;
  readonly env: NodeJS.ProcessEnv;
  /** POST (body given) or GET below the emulator's admin path. */
  admin(path: string, body?: unknown): Promise<unknown>;
  /** kubectl's standard output; throws with its standard error. */
  kubectl(...args: readonly string[]): string;
  kubectlInput(input: string, ...args: readonly string[]): string;
  /**
   * The real Karpenter AWS controller as a local process, in place of the pod that kwok only pretends to run. Restarted when it ends, as a
   * kubelet would: it ends by itself while its CRDs are missing.
   */
  startKarpenter(options?: { readonly env?: NodeJS.ProcessEnv }): Running;
  stop(): Promise<void>;
}

export interface WorldRequest {
  readonly clusterName: string;
  readonly kubernetesVersion?: string;
  readonly authenticationMode?: "API" | "API_AND_CONFIG_MAP" | "CONFIG_MAP";
  /** Inputs of eks:CreateNodegroup. */
  readonly nodegroups?: readonly Readonly<Record<string, unknown>>[];
  /** Further emulator calls, see its seed file. */
  readonly calls?: readonly Readonly<Record<string, unknown>>[];
  readonly settings?: Readonly<Record<string, unknown>>;
}

const region = "us-east-1";
const accountId = "123456789012";

/** Starts a world and waits until both sides answer. Seconds, once the parts are built. */
export async function startWorld(request: WorldRequest): Promise<RealWorld> {
  const built = await parts();
  const folder = mkdtempSync(join(tmpdir(), "dovetail-real-"));
  const control = await startWithLine<{ kubeconfig: string; server: string }>(
    built.controlplane,
    ["up", "--attach", "--dir", join(folder, "controlplane")],
    { log: join(folder, "controlplane.log"), timeoutMs: 120_000, endsWithStdin: true },
  );
  const { kubeconfig, context, authority } = eksKubeconfig(control.line.kubeconfig, request.clusterName, folder);
  const emulator = await startEmulator(built, folder, kubeconfig, seedOf(request, control.line.server, authority));
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    KUBECONFIG: kubeconfig,
    AWS_ENDPOINT_URL: emulator.line.url,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_EC2_METADATA_DISABLED: "true",
    NO_COLOR: "1",
  };
  const running: Running[] = [emulator.running, control.running];
  const kubectlInput = (input: string, ...args: readonly string[]): string => kubectl(env, args, input);
  return {
    parts: built,
    folder,
    clusterName: request.clusterName,
    region,
    accountId,
    kubeconfig,
    context,
    server: control.line.server,
    awsUrl: emulator.line.url,
    env,
    admin: (path, body) => admin(emulator.line.url, path, body),
    kubectl: (...args) => kubectlInput("", ...args),
    kubectlInput,
    startKarpenter: (options = {}) => {
      const one = startKarpenter({ built, folder, env, request, extra: options.env ?? {} });
      running.unshift(one);
      return one;
    },
    stop: async () => {
      for (const one of running) await one.stop();
      if (process.env["DOVETAIL_KEEP"] === undefined) rmSync(folder, { recursive: true, force: true });
      else process.stderr.write(`kept ${folder}\n`);
    },
  };
}

function startEmulator(
  built: Parts,
  folder: string,
  kubeconfig: string,
  seed: unknown,
): Promise<{ running: Running; line: { url: string } }> {
  const seedFile = join(folder, "seed.json");
  writeFileSync(seedFile, JSON.stringify(seed));
  const args = ["-m", "awsemulator", "--port", "0", "--seed-file", seedFile, "--kubeconfig", kubeconfig];
  return startWithLine<{ url: string }>(built.python, [...args, "--node-annotation", "kwok.x-k8s.io/node=fake"], {
    cwd: built.emulatorFolder,
    log: join(folder, "emulator.log"),
    timeoutMs: 120_000,
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1" },
  });
}

function seedOf(request: WorldRequest, endpoint: string, certificateAuthority: string): unknown {
  const cluster = {
    name: request.clusterName,
    version: request.kubernetesVersion ?? "1.35",
    authenticationMode: request.authenticationMode ?? "API_AND_CONFIG_MAP",
    endpoint,
    certificateAuthority,
    nodegroups: request.nodegroups ?? [],
  };
  return {
    region,
    settings: { delays: { instanceRunning: 0, nodeReady: 1, nodegroupUpdate: 1 }, ...request.settings },
    preset: { cluster },
    calls: request.calls ?? [],
  };
}

/** The admin kubeconfig under the names that `aws eks update-kubeconfig` gives. */
function eksKubeconfig(
  path: string,
  clusterName: string,
  folder: string,
): { kubeconfig: string; context: string; authority: string } {
  const config = parse(readFileSync(path, "utf8")) as {
    clusters: { name: string; cluster: Record<string, string> }[];
    users: { name: string; user: Record<string, string> }[];
  };
  const context = `arn:aws:eks:${region}:${accountId}:cluster/${clusterName}`;
  const cluster = inlined(config.clusters[0]?.cluster ?? {}, path);
  const user = inlined(config.users[0]?.user ?? {}, path);
  const kubeconfig = join(folder, "kubeconfig");
  const document = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: context, cluster }],
    users: [{ name: context, user }],
    contexts: [{ name: context, context: { cluster: context, user: context } }],
    "current-context": context,
  };
  writeFileSync(kubeconfig, stringify(document), { mode: 0o600 });
  return { kubeconfig, context, authority: cluster["certificate-authority-data"] ?? "" };
}

/** File references become data, so that the file can be moved. */
function inlined(section: Record<string, string>, path: string): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [key, value] of Object.entries(section)) {
    if (/^(certificate-authority|client-certificate|client-key)$/.test(key)) {
      const file = value.startsWith("/") ? value : join(path, "..", value);
      result[`${key}-data`] = readFileSync(file).toString("base64");
    } else result[key] = value;
  }
  return result;
}

/** More restarts than any test needs; a controller that dies that often is broken. */
const maxRestarts = 60;

function startKarpenter(of: Parameters<typeof spawnKarpenter>[0]): Running {
  let current = spawnKarpenter(of);
  let isStopped = false;
  let restarts = 0;
  const timer = setInterval(() => {
    if (isStopped || current.exitCode() === undefined || restarts >= maxRestarts) return;
    restarts += 1;
    current = spawnKarpenter(of);
  }, 2_000);
  return {
    get pid() {
      return current.pid;
    },
    log: current.log,
    exitCode: () => current.exitCode(),
    stop: async () => {
      isStopped = true;
      clearInterval(timer);
      await current.stop();
    },
  };
}

function spawnKarpenter(of: {
  readonly built: Parts;
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly request: WorldRequest;
  readonly extra: NodeJS.ProcessEnv;
}): Running {
  return start(of.built.karpenter, [], {
    log: join(of.folder, "karpenter.log"),
    env: {
      ...of.env,
      CLUSTER_NAME: of.request.clusterName,
      SYSTEM_NAMESPACE: "kube-system",
      DISABLE_LEADER_ELECTION: "true",
      EKS_CONTROL_PLANE: "true",
      INTERRUPTION_QUEUE: of.request.clusterName,
      METRICS_PORT: "0",
      HEALTH_PROBE_PORT: "0",
      LOG_LEVEL: "debug",
      ...of.extra,
    },
  });
}

async function admin(url: string, path: string, body: unknown): Promise<unknown> {
  const init = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  const answer = await fetch(`${url}/_emulator/${path}`, init);
  if (!answer.ok) throw new Error(`emulator ${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

function kubectl(env: NodeJS.ProcessEnv, args: readonly string[], input: string): string {
  const answer = spawnSync("kubectl", args, { env, encoding: "utf8", input, maxBuffer: 256 * 1024 * 1024 });
  if (answer.status !== 0) throw new Error(`kubectl ${args.join(" ")}: ${answer.stderr}${answer.error?.message ?? ""}`);
  return answer.stdout;
}

/** Polls until it holds; fails with the last reason at the bound. */
export async function eventually<T>(
  what: string,
  timeoutMs: number,
  check: () => Promise<T | undefined> | T | undefined,
): Promise<T> {
  const end = Date.now() + timeoutMs;
  let last: unknown;
  for (;;) {
    try {
      const found = await check();
      if (found !== undefined && found !== false) return found;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error(`not within ${timeoutMs} ms: ${what}`, { cause: last });
    await new Promise((done) => setTimeout(done, 300));
  }
}
