import * as http from "node:http";
import * as https from "node:https";
import { TLSSocket } from "node:tls";
import { readBody } from "./body.ts";
import type { HttpBounds } from "./bounds.ts";
import { BrokenAnswer, type BrokenKind, seconds } from "./broken.ts";

/** One request, as it goes out. */
export interface Outgoing {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly payload: string | Uint8Array | undefined;
  readonly agent: http.Agent;
}

/** What came back, whole. */
export interface Incoming {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

/**
 * Sends one request and reads the whole answer within bounds; redirects are answers. Throws `BrokenAnswer` at a bound, and Node's own
 * error when there is no connection or it breaks.
 */
export function exchange(outgoing: Outgoing, bounds: HttpBounds): Promise<Incoming> {
  const { url, payload, ...options } = outgoing;
  return new Promise((resolve, reject) => {
    const client = url.protocol === "http:" ? http : https;
    const request = client.request(url, options);
    const timers: NodeJS.Timeout[] = [];
    const over = (): void => timers.forEach(clearTimeout);
    const fail = (error: Error): void => {
      over();
      reject(error);
      request.destroy();
    };
    const within = (ms: number, what: string, kind: BrokenKind = "silent"): NodeJS.Timeout => {
      const timer = setTimeout(() => fail(new BrokenAnswer(kind, what)), ms);
      timers.push(timer);
      return timer;
    };
    within(bounds.wholeMs, `did not end its answer within ${seconds(bounds.wholeMs)}`, "slow");
    const connecting = within(bounds.connectMs, `cannot be connected to within ${seconds(bounds.connectMs)}`);
    let silent: NodeJS.Timeout | undefined;
    const connected = (): void => {
      clearTimeout(connecting);
      silent ??= within(bounds.silenceMs, `gives no answer in ${seconds(bounds.silenceMs)}`);
    };
    request.on("socket", (socket) => {
      // A kept connection stands already.
      if (request.reusedSocket) connected();
      else socket.once(socket instanceof TLSSocket ? "secureConnect" : "connect", connected);
      if (!(socket instanceof TLSSocket) && !socket.connecting) connected();
    });
    request.on("error", fail);
    request.on("response", (response) => {
      clearTimeout(connecting);
      clearTimeout(silent);
      readBody(response, bounds).then((body) => {
        over();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
      }, fail);
    });
    request.end(payload);
  });
}
