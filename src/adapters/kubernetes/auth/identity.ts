import { readFileSync } from "node:fs";
import { Fault } from "../../../fault/fault.ts";
import type { CallSink } from "../../http/calls.ts";
import type { Trust } from "../../http/agents.ts";
import type { Environment } from "../../http/proxy.ts";
import { bundleAt, systemRoots } from "../../http/roots.ts";
import type { ClusterEntry, Impersonation, UserEntry } from "../kubeconfig/config.ts";
import type { LoginMs, Terminal } from "../../http/outside.ts";
import { type Credential, logIn } from "./login-command.ts";

/** How a request shows who it is from. */
export interface RequestIdentity {
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly trust: Trust;
}

/** What finding out an identity needs of this machine. */
export interface IdentityOptions {
  readonly env: Environment;
  readonly terminal: Terminal;
  readonly onCall: CallSink;
  readonly loginMs: LoginMs;
}

/** A token file is read again after this long, as client-go does it. */
const tokenFreshMs = 60_000;
/** A credential is renewed this long before it ends, so that no request is under way with one that has just ended. */
const renewBeforeMs = 10_000;

/** A user of a kubeconfig, and what was found out of who they are. */
export class IdentitySource {
  readonly #cluster: ClusterEntry;
  readonly #user: UserEntry;
  readonly #options: IdentityOptions;
  #trust: Trust | undefined;
  #credential: Credential | undefined;
  #token: { readonly atMs: number; readonly text: string } | undefined;
  #pending: Promise<Credential> | undefined;

  constructor(cluster: ClusterEntry, user: UserEntry, options: IdentityOptions) {
    this.#cluster = cluster;
    this.#user = user;
    this.#options = options;
  }

  /** Who requests are from now. Throws `kube.Unauthorized`, `usage.kubeconfig`, `usage.certificates`. */
  async now(): Promise<RequestIdentity> {
    const trust = (this.#trust ??= trustOf(this.#cluster, this.#user, this.#options.env));
    const headers = impersonationHeaders(this.#user.impersonated);
    const credential = await this.#proof();
    if (credential.token !== undefined) headers["authorization"] = `Bearer ${credential.token}`;
    if (credential.basic !== undefined) headers["authorization"] = `Basic ${credential.basic}`;
    const { cert, key } = credential;
    return { headers, trust: cert === undefined || key === undefined ? trust : { ...trust, cert, key } };
  }

  /** Forgets what the server refused: the next request logs in again. Says whether that can help. */
  forget(): boolean {
    const isWorthIt = this.#credential !== undefined || this.#token !== undefined;
    this.#credential = undefined;
    this.#token = undefined;
    return isWorthIt;
  }

  async #proof(): Promise<Partial<Credential> & { readonly basic?: string }> {
    const { token, tokenFile, username, password, exec, authProvider } = this.#user;
    if (tokenFile !== undefined) return { token: this.#fromFile(tokenFile, token) };
    if (token !== undefined) return { token };
    if (username !== undefined) return { basic: Buffer.from(`${username}:${password ?? ""}`).toString("base64") };
    if (exec === undefined && authProvider === undefined) return {};
    const known = this.#credential;
    if (known !== undefined && (known.expiresMs ?? Number.POSITIVE_INFINITY) - renewBeforeMs > Date.now()) return known;
    // Requests that start together log in once.
    this.#pending ??= this.#logIn().finally(() => {
      this.#pending = undefined;
    });
    this.#credential = await this.#pending;
    return this.#credential;
  }

  async #logIn(): Promise<Credential> {
    const { exec, authProvider } = this.#user;
    const { env, terminal, loginMs, onCall } = this.#options;
    if (exec === undefined) {
      const { tokenOfProvider } = await import("./auth-provider.ts");
      return tokenOfProvider(authProvider ?? { name: "", config: {} }, loginMs.silent);
    }
    // Somebody who has signed in once is not waited for in the middle of a change.
    const timeoutMs = terminal.isInteractive && this.#credential === undefined ? loginMs.asking : loginMs.silent;
    const startMs = Date.now();
    const told = { to: "login", what: exec.command, tries: 1 } as const;
    try {
      const credential = await logIn(exec, this.#cluster, { env, terminal, timeoutMs });
      onCall({ ...told, outcome: "ok", ms: Date.now() - startMs });
      return credential;
    } catch (error) {
      onCall({ ...told, outcome: "failed", ms: Date.now() - startMs });
      throw error;
    }
  }

  #fromFile(path: string, otherwise: string | undefined): string {
    const known = this.#token;
    if (known !== undefined && Date.now() - known.atMs < tokenFreshMs) return known.text;
    const text =
      otherwise === undefined ? namedFile(path, this.#user.name).toString("utf8").trim() : fileOr(path, otherwise);
    if (text === "") throw new Fault("usage.kubeconfig", `token file ${path} of user ${this.#user.name} is empty`);
    this.#token = { atMs: Date.now(), text };
    return text;
  }
}

function trustOf(cluster: ClusterEntry, user: UserEntry, env: Environment): Trust {
  const ca = cluster.isInsecure === true ? undefined : authorities(cluster, env);
  const cert = user.certData === undefined ? fileOf(user.certFile, user.name) : Buffer.from(user.certData, "base64");
  const key = user.keyData === undefined ? fileOf(user.keyFile, user.name) : Buffer.from(user.keyData, "base64");
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(cluster.tlsServerName === undefined ? {} : { servername: cluster.tlsServerName }),
    ...(cluster.isInsecure === true ? { rejectUnauthorized: false } : {}),
  };
}

function authorities(cluster: ClusterEntry, env: Environment): Trust["ca"] {
  if (cluster.caData !== undefined) return Buffer.from(cluster.caData, "base64");
  if (cluster.caFile !== undefined) return bundleAt(cluster.caFile, `cluster ${cluster.name} of the kubeconfig`);
  return cluster.server.startsWith("https:") ? [...systemRoots(env)] : undefined;
}

function fileOf(path: string | undefined, user: string): Buffer | undefined {
  return path === undefined ? undefined : namedFile(path, user);
}

function namedFile(path: string, user: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new Fault("usage.kubeconfig", `${path}, named by user ${user} of the kubeconfig, cannot be read`, {
      cause,
      hint: "correct the path in the kubeconfig",
    });
  }
}

// A token beside a token file is what is used until the file can be read.
function fileOr(path: string, otherwise: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return otherwise;
  }
}

function impersonationHeaders(as: Impersonation): Record<string, string | string[]> {
  return {
    ...(as.user === undefined ? {} : { "impersonate-user": as.user }),
    ...(as.uid === undefined ? {} : { "impersonate-uid": as.uid }),
    ...(as.groups === undefined ? {} : { "impersonate-group": [...as.groups] }),
    ...Object.fromEntries(
      Object.entries(as.extra ?? {}).map(([key, values]) => [
        `impersonate-extra-${encodeURIComponent(key.toLowerCase())}`,
        [...values],
      ]),
    ),
  };
}
