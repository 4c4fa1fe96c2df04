import * as http from "node:http";
import * as https from "node:https";
import { setTimeout as wait } from "node:timers/promises";
import { gunzipSync } from "node:zlib";
import type { KubeConfig } from "@kubernetes/client-node";
import { Fault } from "../../fault/fault.ts";
import { type Attempt, codeOf, faultOfAnswer, faultOfSilence, statusOf } from "./faults.ts";

/** One request to the API server. */
export interface Request {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly doing: string;
  /** Text instead of JSON. */
  readonly isText?: boolean;
  /** These statuses are returned instead of thrown. */
  readonly accept?: readonly number[];
}

/** The server's answer. `body` is parsed JSON, or text. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const timeoutMs = 60_000;
const authTimeoutMs = 60_000;
const maxAttempts = 5;
const firstPauseMs = 250;
const maxPauseMs = 8_000;
/** Credentials are looked at again after this long; the exec plugin's own cache decides whether to run it. */
const authFreshMs = 30_000;

interface Authentication {
  readonly atMs: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly agent: http.Agent;
}

/**
 * JSON over the kubeconfig's authenticated connection: client-node does authentication and TLS, nothing else, because its typed models
 * lose what they do not know. Retries what the server has certainly not done.
 */
export class Transport {
  readonly server: string;
  readonly #config: KubeConfig;
  readonly #base: URL;
  #authentication: Authentication | undefined;

  constructor(config: KubeConfig, server: string) {
    this.#config = config;
    this.server = server;
    this.#base = new URL(server.endsWith("/") ? server : `${server}/`);
  }

  /** Sends, retries within bounds, and answers; throws `Fault` for every status of 400 and above that is not in `accept`. */
  async send(request: Request): Promise<Answer> {
    const attempt: Attempt = { doing: request.doing, server: this.server };
    for (let tries = 1, hasRenewed = false; ; tries += 1) {
      let fault: Fault;
      let pauseMs = Math.min(maxPauseMs, firstPauseMs * 2 ** (tries - 1));
      try {
        const answer = await this.#once(request, attempt);
        if (answer.status < 400 || request.accept?.includes(answer.status) === true) return answer;
        fault = faultOfAnswer(attempt, answer.status, answer.body);
        if (answer.status === 401 && !hasRenewed) {
          hasRenewed = true;
          this.#authentication = undefined;
          continue;
        }
        if (!mayRepeat(request, answer.status)) throw fault;
        pauseMs = Math.max(pauseMs, 1000 * Math.min(30, statusOf(answer.body)?.details?.retryAfterSeconds ?? 0));
      } catch (error) {
        if (error instanceof Fault) throw error;
        fault = faultOfSilence(attempt, error);
        if (fault.retry === "never" || !mayRepeatSilent(request, codeOf(error))) throw fault;
        // A wrong address does not become right; two tries tell a slip from a fact.
        if (tries >= 2 && codeOf(error) !== "ECONNRESET") throw fault;
      }
      if (tries >= maxAttempts) throw fault;
      await wait(pauseMs);
    }
  }

  /** Closes idle connections, so that the process can end. */
  close(): void {
    this.#authentication?.agent.destroy();
  }

  async #once(request: Request, attempt: Attempt): Promise<Answer> {
    const { headers, agent } = await this.#authenticated(attempt);
    const url = new URL(request.path.replace(/^\//, ""), this.#base);
    for (const [key, value] of Object.entries(request.query ?? {})) {
      if (value !== undefined) url.searchParams.set(key, value);
    }
    const payload = request.body === undefined ? undefined : JSON.stringify(request.body);
    const all: Record<string, string> = {
      ...headers,
      accept: request.isText === true ? "*/*" : "application/json",
      "accept-encoding": "gzip",
      "user-agent": "dovetail",
      ...(payload === undefined ? {} : bodyHeaders(request, payload)),
    };
    const raw = await exchange({ url, method: request.method, headers: all, agent }, payload);
    const text = raw.body.toString("utf8");
    if (request.isText === true && raw.status < 400) return { status: raw.status, body: text };
    return { status: raw.status, body: parsed(text) };
  }

  async #authenticated(attempt: Attempt): Promise<Authentication> {
    const old = this.#authentication;
    if (old !== undefined && Date.now() - old.atMs < authFreshMs) return old;
    const options: https.RequestOptions = {};
    let timer: NodeJS.Timeout | undefined;
    try {
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error(`no answer in ${authTimeoutMs / 1000} s`)), authTimeoutMs);
      });
      await Promise.race([this.#config.applyToHTTPSOptions(options), late]);
    } catch (error) {
      throw pluginFault(this.#config, attempt, error);
    } finally {
      clearTimeout(timer);
    }
    const headers: Record<string, string> = {};
    for (const [key, value] of Object.entries(options.headers ?? {})) {
      if (typeof value === "string") headers[key.toLowerCase()] = value;
    }
    if (typeof options.auth === "string")
      headers["authorization"] = `Basic ${Buffer.from(options.auth).toString("base64")}`;
    this.#authentication = { atMs: Date.now(), headers, agent: keptAlive(options, old, this.#base) };
    return this.#authentication;
  }
}

/** client-node makes a new agent each time; ours keeps connections open, and is replaced when certificates change. */
function keptAlive(options: https.RequestOptions, old: Authentication | undefined, base: URL): http.Agent {
  const made = options.agent;
  if (!(made instanceof http.Agent)) return base.protocol === "http:" ? new http.Agent() : new https.Agent();
  // A proxy's agent stays as it is.
  if (made.constructor !== https.Agent && made.constructor !== http.Agent) return made;
  if (old !== undefined && !(options.cert !== undefined && options.cert !== certOf(old.agent))) return old.agent;
  const kept = { ...optionsOf(made), keepAlive: true, maxSockets: 8 };
  return base.protocol === "http:" ? new http.Agent(kept) : new https.Agent(kept);
}

function certOf(agent: http.Agent): unknown {
  const options = optionsOf(agent);
  return "cert" in options ? options.cert : undefined;
}

function optionsOf(agent: http.Agent): object {
  return "options" in agent && typeof agent.options === "object" && agent.options !== null ? agent.options : {};
}

function exchange(
  options: https.RequestOptions & { readonly url: URL },
  payload: string | undefined,
): Promise<{ readonly status: number; readonly body: Buffer }> {
  const { url, ...rest } = options;
  return new Promise((resolve, reject) => {
    const client = url.protocol === "http:" ? http : https;
    const request = client.request(url, rest, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const body = Buffer.concat(chunks);
        const isGzip = response.headers["content-encoding"] === "gzip";
        try {
          resolve({ status: response.statusCode ?? 0, body: isGzip ? gunzipSync(body) : body });
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      });
    });
    request.setTimeout(timeoutMs, () => {
      request.destroy(Object.assign(new Error(`no answer in ${timeoutMs / 1000} s`), { code: "ETIMEDOUT" }));
    });
    request.on("error", reject);
    request.end(payload);
  });
}

// Node leaves the length of a DELETE's body out, and the next request on the connection would be read as that body.
function bodyHeaders(request: Request, payload: string): Record<string, string> {
  return {
    "content-type": request.contentType ?? "application/json",
    "content-length": String(Buffer.byteLength(payload)),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

// 429 and 503 were turned away before anything was done; other 5xx may have been done, so only reads repeat them.
function mayRepeat(request: Request, status: number): boolean {
  if (status === 429) return true;
  return request.method === "GET" && (status === 500 || status === 502 || status === 503 || status === 504);
}

function mayRepeatSilent(request: Request, code: string): boolean {
  return request.method === "GET" || code === "ECONNREFUSED" || code === "ENOTFOUND" || code === "EAI_AGAIN";
}

function pluginFault(config: KubeConfig, attempt: Attempt, error: unknown): Fault {
  const user: { exec?: unknown } | null = config.getCurrentUser();
  const exec = user?.exec;
  const command = typeof exec === "object" && exec !== null && "command" in exec ? String(exec.command) : undefined;
  const said = error instanceof Error ? (error.message.trim().split("\n").at(-1) ?? "").slice(0, 300) : String(error);
  if (command === undefined) {
    return new Fault(
      "kube.Unauthorized",
      `cannot ${attempt.doing}: the kubeconfig's credentials cannot be used: ${said}`,
      {
        cause: error,
        hint: "check the user of this context in the kubeconfig",
      },
    );
  }
  const isMissing = codeOf(error) === "ENOENT";
  return new Fault(
    "kube.Unauthorized",
    isMissing
      ? `cannot ${attempt.doing}: the kubeconfig's login command ${command} is not installed`
      : `cannot ${attempt.doing}: the kubeconfig's login command ${command} failed: ${said}`,
    {
      cause: error,
      hint: isMissing
        ? `install ${command}`
        : "run the command by hand; credentials may have expired (`aws sso login`)",
    },
  );
}
