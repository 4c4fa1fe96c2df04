import type { Agent } from "node:http";
import { agentFor, type Trust } from "../http/agents.ts";
import { type HttpBounds, writeBounds } from "../http/bounds.ts";
import { BrokenAnswer, brokenIn, systemCodeOf } from "../http/broken.ts";
import { exchange, type Incoming } from "../http/exchange.ts";
import { isJsonDeeper, isXmlDeeper } from "../http/nesting.ts";
import { Patience } from "../http/patience.ts";
import { type Environment, proxyFor } from "../http/proxy.ts";
import { bundleAt, isUnsigned, systemRoots } from "../http/roots.ts";

/** A request as the SDK hands it over, signed. */
interface SdkRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly method: string;
  /** Encoded already. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** An answer as the SDK takes it. */
interface SdkAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** What a call tells its exchanges. */
export interface CallOptions {
  readonly isWrite?: boolean;
}

/**
 * The SDK's way to AWS: whole answers within bounds, through the environment's proxy. The SDK's own handler bounds neither size nor depth
 * nor pace of an answer, knows no proxy, and only warns when nothing comes.
 */
export class BoundedHandler {
  readonly metadata = { handlerProtocol: "http/1.1" };
  readonly #env: Environment;
  readonly #bounds: HttpBounds;
  readonly #agents = new Map<string, Agent>();
  readonly #patience = new Map<string, Patience>();
  #trustsMachine = false;

  constructor(env: Environment, bounds: HttpBounds) {
    this.#env = env;
    this.#bounds = bounds;
  }

  /**
   * One exchange. Throws `BrokenAnswer`; the SDK repeats the first of a read that brought no answer, and neither a write, which may have
   * been done, nor what was silent twice.
   */
  async handle(request: SdkRequest, { isWrite = false }: CallOptions = {}): Promise<{ readonly response: SdkAnswer }> {
    const patience = this.#patienceWith(request.hostname);
    const mayRepeat = !isWrite && tryOf(request) < 2 && !patience.isDoubtful;
    const bounds = isWrite ? writeBounds(this.#bounds) : patience.bounds();
    const url = urlOf(request);
    try {
      const incoming = await this.#exchange(url, request, bounds);
      patience.answered();
      return { response: answerOf(incoming, bounds) };
    } catch (error) {
      const broken = brokenIn(error);
      if (broken === undefined || broken.name !== "TimeoutError" || mayRepeat) throw error;
      patience.failed(error);
      // Not as a cause: the SDK looks through causes for what may be repeated.
      throw new BrokenAnswer(broken.kind, broken.message, { isFinal: true });
    }
  }

  /** Closes idle connections. */
  destroy(): void {
    for (const agent of this.#agents.values()) agent.destroy();
    this.#agents.clear();
  }

  /** Asked for by the SDK, which has nothing to set here. */
  updateHttpClientConfig(): void {}

  /** Asked for by the SDK. */
  httpHandlerConfigs(): Readonly<Record<string, never>> {
    return {};
  }

  async #exchange(url: URL, request: SdkRequest, bounds: HttpBounds): Promise<Incoming> {
    const { method, headers } = request;
    const out = { url, method, headers: { ...headers }, payload: payloadOf(request.body) };
    try {
      return await exchange({ ...out, agent: this.#agent(url) }, bounds);
    } catch (error) {
      // Nothing was sent. A company's own authority is in the machine's list only, which takes long to read.
      if (this.#trustsMachine || !isUnsigned(systemCodeOf(error))) throw error;
      this.#trustsMachine = true;
      this.destroy();
      return exchange({ ...out, agent: this.#agent(url) }, bounds);
    }
  }

  #patienceWith(host: string): Patience {
    const known = this.#patience.get(host) ?? new Patience(this.#bounds);
    this.#patience.set(host, known);
    return known;
  }

  #agent(url: URL): Agent {
    const known = this.#agents.get(url.origin);
    if (known !== undefined) return known;
    const { connectMs } = this.#bounds;
    const trust = trustOf(this.#env, this.#trustsMachine);
    const agent = agentFor(url.protocol, { proxy: proxyFor(url, this.#env), trust, connectMs });
    this.#agents.set(url.origin, agent);
    return agent;
  }
}

/** As the AWS CLI: AWS_CA_BUNDLE alone where it is set, for companies whose proxy opens TLS. */
function trustOf(env: Environment, trustsMachine: boolean): Trust {
  const named = env["AWS_CA_BUNDLE"];
  if (named !== undefined && named !== "") return { ca: bundleAt(named, "AWS_CA_BUNDLE") };
  return trustsMachine ? { ca: [...systemRoots(env)] } : {};
}

/** Which try of a call this is, as the SDK counts them. */
function tryOf(request: SdkRequest): number {
  return Number(/attempt=(\d{1,3})/.exec(request.headers["amz-sdk-request"] ?? "")?.[1] ?? 1);
}

function urlOf(request: SdkRequest): URL {
  const port = request.port === undefined ? "" : `:${request.port}`;
  const query = queryOf(request.query ?? {});
  return new URL(`${request.protocol}//${request.hostname}${port}${request.path}${query === "" ? "" : `?${query}`}`);
}

/** As it was signed: every character but the unreserved ones of RFC 3986 encoded. */
function queryOf(query: NonNullable<SdkRequest["query"]>): string {
  const pairs = Object.entries(query).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const all = pairs.flatMap(([key, value]) =>
    value === null ? [encoded(key)] : [value].flat().map((one) => `${encoded(key)}=${encoded(one)}`),
  );
  return all.join("&");
}

function encoded(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

function payloadOf(body: unknown): string | Uint8Array | undefined {
  if (body === undefined || typeof body === "string" || body instanceof Uint8Array) return body;
  throw new Error("no operation of ours sends a stream");
}

/** The answer as the SDK wants it, when it can be one of AWS's at all: JSON or XML that is not too deep, or nothing. */
function answerOf({ status, headers, body }: Incoming, bounds: HttpBounds): SdkAnswer {
  const refuse = (kind: "foreign" | "nested" | "redirected", what: string): BrokenAnswer =>
    // The SDK repeats what a server says of itself, also where something in between says it.
    Object.assign(new BrokenAnswer(kind, what), { $metadata: { httpStatusCode: status } });
  if (status >= 300 && status < 400) throw refuse("redirected", `answers HTTP ${status} and sends us elsewhere`);
  const isXml = /^\s*</.test(body.toString("latin1", 0, 64));
  const isDeep = isXml ? isXmlDeeper(body, bounds.maxDepth) : isJsonDeeper(body, bounds.maxDepth);
  if (isDeep) throw refuse("nested", `answers with more than ${bounds.maxDepth} levels within each other`);
  if (isXml ? /^\s*<(!doctype\s+)?html/i.test(body.toString("latin1", 0, 200)) : !isJsonObject(body)) {
    throw refuse("foreign", `answers HTTP ${status} with ${isXml ? "a web page" : "something that is no AWS answer"}`);
  }
  const flat: Record<string, string> = {};
  for (const [key, value = ""] of Object.entries(headers))
    flat[key] = typeof value === "string" ? value : value.join(", ");
  return { statusCode: status, headers: flat, body };
}

function isJsonObject(body: Buffer): boolean {
  if (body.length === 0) return true;
  try {
    const value: unknown = JSON.parse(body.toString("utf8"));
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
