import { setTimeout as wait } from "node:timers/promises";
import { Fault } from "../../fault/fault.ts";
import { type HttpBounds, readBounds, writeBounds } from "../http/bounds.ts";
import { brokenIn, systemCodeOf } from "../http/broken.ts";
import { type CallSink, unlogged } from "../http/calls.ts";
import { exchange } from "../http/exchange.ts";
import { nobody, type Outside, usualLoginMs } from "../http/outside.ts";
import { Patience } from "../http/patience.ts";
import { type Answer, readAnswer } from "./answer.ts";
import { IdentitySource } from "./auth/identity.ts";
import { Connection } from "./connection.ts";
import { type ApiAttempt, faultOfAnswer, faultOfSilence, statusOf } from "./faults.ts";
import type { ChosenKubeconfig } from "./kubeconfig/choose.ts";

export type { Answer } from "./answer.ts";

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
  /** Changes nothing although it is no GET. */
  readonly isRead?: boolean;
  /** These statuses are returned instead of thrown. */
  readonly accept?: readonly number[];
}

const maxAttempts = 5;
/** Tries of a read that brought no answer: two tell a slip from a fact. */
const maxSilentAttempts = 2;
const firstPauseMs = 250;
const maxPauseMs = 8_000;

/** JSON over a kubeconfig's authenticated connection, within bounds. Repeats what the server has certainly not done. */
export class Transport {
  readonly server: string;
  readonly #bounds: HttpBounds;
  readonly #onCall: CallSink;
  readonly #connection: Connection;
  readonly #identity: IdentitySource;
  readonly #patience: Patience;
  readonly #packed: boolean;

  constructor({ cluster, user, server }: ChosenKubeconfig, outside: Outside = {}) {
    const { env = {}, terminal = nobody, bounds = readBounds, onCall = unlogged } = outside;
    const { loginMs = usualLoginMs } = outside;
    this.server = server;
    this.#bounds = bounds;
    this.#onCall = onCall;
    this.#connection = new Connection(cluster, env, bounds);
    this.#identity = new IdentitySource(cluster, user, { env, terminal, loginMs, onCall });
    this.#patience = new Patience(bounds);
    this.#packed = cluster.disablesCompression !== true;
  }

  /**
   * Sends, repeats within bounds, and answers. Throws `Fault` for every status of 400 and above that is not in `accept`, and
   * `kube.Unreachable` or `kube.InvalidResponse` for what is no answer.
   */
  async send(request: Request): Promise<Answer> {
    const startMs = Date.now();
    const tries: { count: number; requestId: string | undefined } = { count: 0, requestId: undefined };
    const tell = (outcome: number | string): void =>
      this.#onCall({
        to: "kubernetes",
        what: `${request.method} ${shownPath(request)}`,
        outcome,
        ms: Date.now() - startMs,
        tries: tries.count,
        ...(tries.requestId === undefined ? {} : { requestId: tries.requestId }),
      });
    try {
      const answer = await this.#repeated(request, tries);
      tell(answer.status);
      return answer;
    } catch (error) {
      tell(error instanceof Fault ? error.code : "failed");
      throw error;
    }
  }

  /** Closes idle connections, so that the process can end. */
  close(): void {
    this.#connection.close();
  }

  async #repeated(request: Request, tries: Tries): Promise<Answer> {
    const attempt: ApiAttempt = { doing: request.doing, server: this.server };
    const isRead = request.method === "GET" || request.isRead === true;
    const bounds = isRead ? this.#patience.bounds() : writeBounds(this.#bounds);
    const startMs = Date.now();
    for (let hasRenewed = false; ; ) {
      tries.count += 1;
      let fault: Fault;
      let pauseMs = Math.min(maxPauseMs, firstPauseMs * 2 ** (tries.count - 1));
      try {
        const answer = await this.#once(request, bounds, tries);
        this.#patience.answered();
        fault = faultOfAnswer(attempt, answer.status, answer.body);
        const isAccepted = request.accept?.includes(answer.status) === true && fault.code !== "kube.InvalidResponse";
        if (answer.status < 400 || isAccepted) return answer;
        if (answer.status === 401 && !hasRenewed && this.#identity.forget()) {
          hasRenewed = true;
          continue;
        }
        if (!mayRepeat(isRead, answer.status)) throw fault;
        pauseMs = Math.max(pauseMs, 1000 * Math.min(30, statusOf(answer.body)?.details?.retryAfterSeconds ?? 0));
      } catch (error) {
        if (error instanceof Fault) throw error;
        fault = faultOfSilence(attempt, error);
        if (!mayRepeatSilent(isRead, error, tries.count) || this.#patience.isDoubtful) {
          this.#patience.failed(error);
          throw fault;
        }
      }
      if (tries.count >= maxAttempts || Date.now() - startMs + pauseMs >= bounds.callMs) {
        if (fault.code === "kube.Unreachable") this.#patience.failed(fault.cause);
        throw fault;
      }
      await wait(pauseMs);
    }
  }

  async #once(request: Request, bounds: HttpBounds, tries: Tries): Promise<Answer> {
    const { headers, trust } = await this.#identity.now();
    const url = new URL(request.path.replace(/^\//, ""), this.#connection.base);
    for (const [key, value] of Object.entries(request.query ?? {})) {
      if (value !== undefined) url.searchParams.set(key, value);
    }
    const payload = request.body === undefined ? undefined : JSON.stringify(request.body);
    const all = {
      ...headers,
      accept: request.isText === true ? "*/*" : "application/json",
      ...(this.#packed ? { "accept-encoding": "gzip" } : {}),
      "user-agent": "dovetail",
      ...(payload === undefined ? {} : bodyHeaders(request, payload)),
    };
    const agent = this.#connection.agent(trust);
    const incoming = await exchange({ url, method: request.method, headers: all, agent, payload }, bounds);
    const id = incoming.headers["audit-id"];
    tries.requestId = typeof id === "string" ? id.slice(0, 80) : undefined;
    return readAnswer(incoming, request.isText === true, bounds);
  }
}

interface Tries {
  count: number;
  requestId: string | undefined;
}

/** A path with its query, for the log: places within a list mean nothing to people. */
function shownPath(request: Request): string {
  const query = Object.entries(request.query ?? {})
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${key === "continue" ? "…" : value}`);
  return query.length === 0 ? request.path : `${request.path}?${query.join("&")}`;
}

// Node leaves the length of a DELETE's body out, and the next request on the connection would be read as that body.
function bodyHeaders(request: Request, payload: string): Record<string, string> {
  return {
    "content-type": request.contentType ?? "application/json",
    "content-length": String(Buffer.byteLength(payload)),
  };
}

// 429 and 503 were turned away before anything was done; other 5xx may have been done, so only reads repeat them.
function mayRepeat(isRead: boolean, status: number): boolean {
  return status === 429 || (isRead && [500, 502, 503, 504].includes(status));
}

const notSent = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN"]);

function mayRepeatSilent(isRead: boolean, error: unknown, tries: number): boolean {
  const kind = brokenIn(error)?.kind;
  const code = systemCodeOf(error);
  if (kind !== undefined) {
    const isPassing = kind === "silent" || kind === "slow" || kind === "foreign" || kind === "packed";
    return isRead && isPassing && tries < maxSilentAttempts;
  }
  if (!passing.has(code)) return false;
  // A wrong address does not become right; connections that break do so for many reasons.
  return (isRead || notSent.has(code)) && (code === "ECONNRESET" || tries < maxSilentAttempts);
}

const passing = new Set([...notSent, "ECONNRESET", "EPIPE", "ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH"]);
