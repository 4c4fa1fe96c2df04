import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { isObject, textAt } from "../../../kube/json.ts";
import { Fault } from "../../../fault/fault.ts";
import type { Environment } from "../../http/proxy.ts";
import type { Terminal } from "../../http/outside.ts";
import { seconds } from "../../http/broken.ts";
import type { ClusterEntry, ExecEntry } from "../kubeconfig/config.ts";

/** What a login command gave. */
export interface Credential {
  readonly token?: string;
  readonly cert?: string;
  readonly key?: string;
  /** Until when; undefined when the command did not say. */
  readonly expiresMs: number | undefined;
}

/** How long a login command may take, and with whom it may speak. */
export interface LoginOptions {
  readonly env: Environment;
  readonly terminal: Terminal;
  readonly timeoutMs: number;
}

const maxOutput = 1024 * 1024;
const killAfterMs = 2_000;

/**
 * Runs a kubeconfig's login command as kubectl does (client-go, plugin/pkg/client/auth/exec): it is told what it serves, may ask at a
 * terminal when it says so, and what it says to people reaches them. Throws `kube.Unauthorized` when it fails, is not there, does not end
 * or answers nonsense.
 */
export async function logIn(exec: ExecEntry, cluster: ClusterEntry, options: LoginOptions): Promise<Credential> {
  const mayAsk = exec.interactiveMode !== "Never" && options.terminal.isInteractive;
  if (exec.interactiveMode === "Always" && !mayAsk) {
    throw failed(
      exec,
      "wants to ask, and standard input is no terminal",
      "run this in a terminal, or use a context whose login asks nothing",
    );
  }
  const info = {
    kind: "ExecCredential",
    apiVersion: exec.apiVersion,
    spec: { interactive: mayAsk, ...(exec.providesClusterInfo ? { cluster: clusterInfo(cluster) } : {}) },
  };
  const env = {
    ...options.env,
    ...Object.fromEntries(exec.env.map(({ name, value }) => [name, value])),
    KUBERNETES_EXEC_INFO: JSON.stringify(info),
  };
  const ended = await run(exec, { ...options, env, mayAsk });
  if (ended.isLate) {
    throw failed(exec, `did not end within ${seconds(options.timeoutMs)}`, "run it by hand to see what it waits for");
  }
  if (ended.code === 0) return credentialOf(exec, ended.output);
  const said = ended.errors.trim().split("\n").at(-1)?.slice(0, 300) ?? "";
  throw failed(exec, `failed: ${said === "" ? `exit ${ended.code ?? "by a signal"}` : said}`);
}

interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
  readonly isLate: boolean;
}

function run(exec: ExecEntry, options: LoginOptions & { readonly mayAsk: boolean }): Promise<Ended> {
  const { env, terminal, timeoutMs, mayAsk } = options;
  return new Promise((done, fail) => {
    const child = spawn(exec.command, exec.args, { env, stdio: [mayAsk ? "inherit" : "ignore", "pipe", "pipe"] });
    let output = "";
    let errors = "";
    let isLate = false;
    let killing: NodeJS.Timeout | undefined;
    const end = (code: number | null): void => {
      clearTimeout(timer);
      clearTimeout(killing);
      // A grandchild may hold the pipes open for ever.
      child.stdout.destroy();
      child.stderr.destroy();
      done({ code, output, errors, isLate });
    };
    const stop = (): void => {
      isLate = true;
      child.kill("SIGTERM");
      killing = setTimeout(() => {
        child.kill("SIGKILL");
        end(null);
      }, killAfterMs);
    };
    const timer = setTimeout(stop, timeoutMs);
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      if (output.length > maxOutput) stop();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      errors = (errors + chunk.toString()).slice(-16_000);
      terminal.say(chunk.toString());
    });
    child.on("error", (cause: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      fail(notStarted(exec, cause));
    });
    child.on("close", end);
  });
}

function credentialOf(exec: ExecEntry, output: string): Credential {
  const answer = parsed(output);
  if (!isObject(answer) || !isObject(answer["status"])) throw failed(exec, "answered no ExecCredential");
  const version = textAt(answer["apiVersion"]);
  if (version !== undefined && version !== exec.apiVersion) {
    throw failed(
      exec,
      `answered in ${version}, and the kubeconfig expects ${exec.apiVersion}`,
      "correct apiVersion in the kubeconfig",
    );
  }
  const { status } = answer;
  const [token, cert, key] = [
    textAt(status, "token"),
    textAt(status, "clientCertificateData"),
    textAt(status, "clientKeyData"),
  ];
  if (token === undefined && cert === undefined) throw failed(exec, "gave neither a token nor a certificate");
  if ((cert === undefined) !== (key === undefined))
    throw failed(exec, "gave a certificate without its key, or a key without one");
  const expires = Date.parse(textAt(status, "expirationTimestamp") ?? "");
  return {
    ...(token === undefined ? {} : { token }),
    ...(cert === undefined || key === undefined ? {} : { cert, key }),
    expiresMs: Number.isNaN(expires) ? undefined : expires,
  };
}

function parsed(output: string): unknown {
  try {
    const value: unknown = JSON.parse(output);
    return value;
  } catch {
    return undefined;
  }
}

function clusterInfo(cluster: ClusterEntry): Readonly<Record<string, unknown>> {
  const ca =
    cluster.caData ?? (cluster.caFile === undefined ? undefined : readFileSync(cluster.caFile).toString("base64"));
  return {
    server: cluster.server,
    ...(cluster.tlsServerName === undefined ? {} : { "tls-server-name": cluster.tlsServerName }),
    ...(cluster.isInsecure === true ? { "insecure-skip-tls-verify": true } : {}),
    ...(ca === undefined ? {} : { "certificate-authority-data": ca }),
    ...(cluster.proxyUrl === undefined ? {} : { "proxy-url": cluster.proxyUrl }),
    ...(cluster.execConfig === undefined ? {} : { config: cluster.execConfig }),
  };
}

function notStarted(exec: ExecEntry, cause: NodeJS.ErrnoException): Fault {
  if (cause.code !== "ENOENT") return failed(exec, `cannot be run (${cause.code ?? cause.message})`, undefined, cause);
  return failed(exec, "is not installed", exec.installHint ?? `install ${exec.command}`, cause);
}

function failed(exec: ExecEntry, what: string, hint?: string, cause?: unknown): Fault {
  return new Fault("kube.Unauthorized", `the kubeconfig's login command ${exec.command} ${what}`, {
    cause,
    hint: hint ?? "run the command by hand; credentials may have expired (`aws sso login`)",
  });
}
