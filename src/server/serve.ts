import { randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import { usage } from "../fault/fault.ts";
import type { Twin } from "../twin/world/twin.ts";
import { type ServedAnswer, type ApiRequest, denied } from "./answer.ts";
import { answer } from "./api.ts";
import { loopbackCertificate } from "./certificate.ts";
import { objectInProtobuf } from "./protobuf.ts";
import { send, stream } from "./stream.ts";

/** How a sandbox is served. */
export interface ServeOptions {
  /** 0: any free one. */
  readonly port: number;
  /** Seconds of the world in one of ours; 0: time stands still. */
  readonly speed: number;
}

/** A sandbox that is being served. */
export interface Served {
  readonly url: string;
  readonly token: string;
  readonly certificatePem: string;
  /** Ends when the world could not go on; never while all is well. */
  readonly failed: Promise<Error>;
  /** Stops time and lets every client go. */
  close(): Promise<void>;
}

const tickMs = 100;
/** The most that time catches up at once when the process was held up. */
const longestTickMs = 1000;
const mostBodyBytes = 3 * 2 ** 20;

/**
 * Serves a twin as a Kubernetes API on 127.0.0.1 while its time runs. Every request needs the token. Throws `usage.port` when the port is
 * taken or not to be had.
 */
export async function serve(twin: Twin, options: ServeOptions): Promise<Served> {
  const { keyPem, certificatePem } = loopbackCertificate(Date.now());
  const token = randomBytes(24).toString("base64url");
  const server = createServer({ key: keyPem, cert: certificatePem });
  server.on("request", (request, response) => void handle(twin, token, { request, response }));
  const port = await listening(server, options.port);
  const clock = runClock(twin, options.speed);
  return {
    url: `https://127.0.0.1:${port}`,
    token,
    certificatePem,
    failed: clock.failed,
    close: async () => {
      clock.stop();
      const closed = new Promise<void>((done) => server.close(() => done()));
      server.closeAllConnections();
      await closed;
    },
  };
}

function listening(server: Server, port: number): Promise<number> {
  return new Promise((done, fail) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const why = error.code === "EADDRINUSE" ? "is in use" : `cannot be used (${error.code ?? error.message})`;
      fail(
        usage("port", `port ${port} of 127.0.0.1 ${why}`, "pass another one with --port, or none for any that is free"),
      );
    });
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      done(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}

function runClock(twin: Twin, speed: number): { readonly failed: Promise<Error>; readonly stop: () => void } {
  let lastMs = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const failed = new Promise<Error>((fail) => {
    const tick = (): void => {
      const nowMs = performance.now();
      const ms = Math.min(nowMs - lastMs, longestTickMs) * speed;
      lastMs = nowMs;
      try {
        twin.advance(Math.round(ms));
        timer = setTimeout(tick, tickMs);
      } catch (error) {
        fail(error instanceof Error ? error : new Error(String(error)));
      }
    };
    if (speed > 0) timer = setTimeout(tick, tickMs);
  });
  return { failed, stop: () => clearTimeout(timer) };
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

async function handle(twin: Twin, token: string, { request, response }: Exchange): Promise<void> {
  if (!isKnown(request.headers.authorization, token)) {
    send(response, denied(401, "Unauthorized", "Unauthorized"));
    return;
  }
  const body = await bodyOf(request);
  if (body === undefined) {
    const limit = `limit is ${mostBodyBytes}`;
    send(response, denied(413, "RequestEntityTooLarge", `Request entity too large: ${limit}`));
    return;
  }
  let answered: ServedAnswer;
  try {
    answered = answer(twin, { ...readRequest(request, body), shiftMs: Date.now() - twin.nowMs });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    answered = denied(500, "InternalError", `Internal error occurred: ${why}`);
  }
  if (answered.kind === "watch") stream(twin, answered, response);
  else send(response, answered);
}

function isKnown(header: string | undefined, token: string): boolean {
  const [given, wanted] = [Buffer.from(header ?? ""), Buffer.from(`Bearer ${token}`)];
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

/** The body as text; undefined when it is too long. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request) {
    const piece = Buffer.from(part);
    bytes += piece.length;
    if (bytes > mostBodyBytes) return undefined;
    parts.push(piece);
  }
  const whole = Buffer.concat(parts);
  const isBinary = request.headers["content-type"]?.includes("protobuf") === true;
  const known = isBinary ? objectInProtobuf(whole) : undefined;
  return known === undefined ? whole.toString("utf8") : JSON.stringify(known);
}

function readRequest(request: IncomingMessage, body: string): Omit<ApiRequest, "shiftMs"> {
  const url = new URL(request.url ?? "/", "https://127.0.0.1");
  const { accept = "", "content-type": contentType = "", "user-agent": agent = "" } = request.headers;
  const path = url.pathname.length > 1 ? url.pathname.replace(/\/$/, "") : url.pathname;
  return {
    method: request.method ?? "GET",
    path,
    query: new Map(url.searchParams),
    accept,
    contentType: contentType === "" ? "application/json" : contentType,
    body,
    actor: /^[\w.-]+/.exec(agent)?.[0] ?? "client",
  };
}
