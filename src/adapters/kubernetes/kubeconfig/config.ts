import type { Fault } from "../../../fault/fault.ts";

/** One item of a kubeconfig's lists. */
interface Entry {
  readonly name: string;
  /** What is wrong with it, which only matters to who chooses it. */
  readonly fault?: Fault;
}

/** What a kubeconfig says of a cluster, in its own words. Paths are absolute or relative to where the program runs. */
export interface ClusterEntry extends Entry {
  readonly server: string;
  readonly caFile?: string;
  readonly caData?: string;
  readonly isInsecure?: boolean;
  readonly tlsServerName?: string;
  readonly proxyUrl?: string;
  readonly disablesCompression?: boolean;
  /** What its extension `client.authentication.k8s.io/exec` hands to login commands. */
  readonly execConfig?: unknown;
}

/** A login command. */
export interface ExecEntry {
  readonly apiVersion: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly interactiveMode: "Never" | "IfAvailable" | "Always";
  readonly providesClusterInfo: boolean;
  readonly installHint?: string;
}

/** On whose behalf requests are made. */
export interface Impersonation {
  readonly user?: string;
  readonly uid?: string;
  readonly groups?: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** What a kubeconfig says of a user: one way of proving who it is, or none. */
export interface UserEntry extends Entry {
  readonly certFile?: string;
  readonly certData?: string;
  readonly keyFile?: string;
  readonly keyData?: string;
  readonly token?: string;
  readonly tokenFile?: string;
  readonly username?: string;
  readonly password?: string;
  readonly exec?: ExecEntry;
  /** A provider of old, `{name, config}`; only `oidc` is left of them. */
  readonly authProvider?: { readonly name: string; readonly config: Readonly<Record<string, string>> };
  readonly impersonated: Impersonation;
}

/** A named pair of a cluster and a user; either may be missing, which only matters to who chooses it. */
export interface ContextEntry extends Entry {
  readonly cluster?: string;
  readonly user?: string;
}

/** One kubeconfig, or several merged. */
export interface Kubeconfig {
  readonly currentContext?: string;
  readonly clusters: readonly ClusterEntry[];
  readonly users: readonly UserEntry[];
  readonly contexts: readonly ContextEntry[];
}

/**
 * Several kubeconfigs as one: of a name that stands twice, the first; the first current context that is set (client-go,
 * tools/clientcmd/loader.go).
 */
export function merged(configs: readonly Kubeconfig[]): Kubeconfig {
  const currentContext = configs.map((one) => one.currentContext).find((name) => name !== undefined);
  return {
    ...(currentContext === undefined ? {} : { currentContext }),
    clusters: firstOfName(configs.flatMap((one) => one.clusters)),
    users: firstOfName(configs.flatMap((one) => one.users)),
    contexts: firstOfName(configs.flatMap((one) => one.contexts)),
  };
}

function firstOfName<T extends { readonly name: string }>(items: readonly T[]): readonly T[] {
  const found = new Map<string, T>();
  for (const item of items) if (!found.has(item.name)) found.set(item.name, item);
  return [...found.values()];
}
