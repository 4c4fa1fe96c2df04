import * as http from "node:http";
import * as https from "node:https";
import { createSecureContext, type SecureContextOptions } from "node:tls";
import { HttpProxyAgent } from "http-proxy-agent";
import { HttpsProxyAgent } from "https-proxy-agent";
import { SocksProxyAgent } from "socks-proxy-agent";
import { BrokenAnswer, seconds } from "./broken.ts";
import { shownProxy } from "./proxy.ts";

/** What TLS to a server needs beside Node's own defaults. */
export interface Trust {
  readonly ca?: SecureContextOptions["ca"];
  readonly cert?: SecureContextOptions["cert"];
  readonly key?: SecureContextOptions["key"];
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
}

/** How connections are made. */
export interface AgentOptions {
  readonly proxy: URL | undefined;
  readonly trust: Trust;
  readonly connectMs: number;
}

const kept = { keepAlive: true } as const;

/** Makes and keeps connections to servers of one protocol, through a proxy where one is named. */
export function agentFor(protocol: string, options: AgentOptions): http.Agent {
  const { proxy, connectMs } = options;
  const isTls = protocol !== "http:";
  const secure = isTls ? secureOptions(options.trust) : {};
  if (proxy === undefined) return isTls ? new https.Agent({ ...kept, ...secure }) : new http.Agent(kept);
  const made = throughProxy(protocol, proxy, connectMs);
  // Options of an agent reach the connection to the server itself; those of the constructor would reach the one to the proxy.
  Object.assign(optionsOf(made), secure);
  return made;
}

// Read once: Node would read a list of authorities, a third of a second long, at every connection.
function secureOptions({ ca, cert, key, ...rest }: Trust): https.AgentOptions {
  if (ca === undefined && cert === undefined) return rest;
  return { ...rest, secureContext: createSecureContext({ ca, cert, key }) };
}

// Node's own member, which its types leave out.
function optionsOf(agent: http.Agent): object {
  if ("options" in agent && typeof agent.options === "object" && agent.options !== null) return agent.options;
  throw new Error("an agent of Node's has options");
}

function throughProxy(protocol: string, proxy: URL, connectMs: number): http.Agent {
  if (proxy.protocol.startsWith("socks")) return new SocksProxyAgent(proxy, { ...kept, timeout: connectMs });
  return protocol === "http:" ? new HttpProxyAgent(proxy, kept) : new Tunnel(proxy, connectMs);
}

type Connecting = Parameters<HttpsProxyAgent<string>["connect"]>;

/**
 * CONNECT through a proxy, within a bound of its own: the library waits for the proxy's answer without one, and its connection would
 * outlive the request. What the proxy says instead of yes is its own refusal, not an answer of the server.
 */
class Tunnel extends HttpsProxyAgent<string> {
  readonly #connectMs: number;

  constructor(proxy: URL, connectMs: number) {
    super(proxy.href, kept);
    // A little sooner than the whole connection, so that the one who is waited for is named.
    this.#connectMs = 0.9 * connectMs;
  }

  override async connect(
    request: Connecting[0],
    options: Connecting[1],
  ): ReturnType<HttpsProxyAgent<string>["connect"]> {
    const { proxy } = this;
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), this.#connectMs);
    let status = 0;
    request.once("proxyConnect", (answer: { readonly statusCode: number }) => {
      status = answer.statusCode;
    });
    const bounded = Object.create(this, {
      connectOpts: { value: { ...this.connectOpts, signal: abort.signal } },
    }) as this;
    try {
      const socket = await super.connect.call(bounded, request, options);
      if (status === 200) return socket;
      socket.destroy();
      const what = status === 407 ? "wants a name and password" : "refuses to connect";
      throw new BrokenAnswer("proxy", `the proxy ${shownProxy(proxy)} ${what} (HTTP ${status})`);
    } catch (error) {
      if (!abort.signal.aborted) throw error;
      throw new BrokenAnswer(
        "silent",
        `the proxy ${shownProxy(proxy)} does not connect within ${seconds(this.#connectMs)}`,
      );
    } finally {
      clearTimeout(timer);
    }
  }
}
