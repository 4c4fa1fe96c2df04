import type { Agent } from "node:http";
import { agentFor, type Trust } from "../http/agents.ts";
import type { HttpBounds } from "../http/bounds.ts";
import { type Environment, parseProxy, proxyFor } from "../http/proxy.ts";
import type { ClusterEntry } from "./kubeconfig/config.ts";

/** The kept connections to one API server: through the kubeconfig's proxy, the environment's, or none. */
export class Connection {
  readonly base: URL;
  readonly #cluster: ClusterEntry;
  readonly #env: Environment;
  readonly #connectMs: number;
  #made: { readonly agent: Agent; readonly trust: Trust } | undefined;

  constructor(cluster: ClusterEntry, env: Environment, bounds: HttpBounds) {
    this.base = new URL(`${cluster.server}/`);
    this.#cluster = cluster;
    this.#env = env;
    this.#connectMs = bounds.connectMs;
  }

  /** Connections that trust and are trusted so; new ones when certificates were renewed. Throws `usage.proxy`. */
  agent(trust: Trust): Agent {
    if (this.#made !== undefined && this.#made.trust.cert === trust.cert) return this.#made.agent;
    this.close();
    const { proxyUrl, name } = this.#cluster;
    const proxy =
      proxyUrl === undefined
        ? proxyFor(this.base, this.#env)
        : parseProxy(proxyUrl, `proxy-url of cluster ${name} in the kubeconfig`);
    const agent = agentFor(this.base.protocol, { proxy, trust, connectMs: this.#connectMs });
    this.#made = { agent, trust };
    return agent;
  }

  /** Closes idle connections, so that the process can end. */
  close(): void {
    this.#made?.agent.destroy();
    this.#made = undefined;
  }
}
