import { usage } from "../../../fault/fault.ts";
import { nearest } from "../../../fault/nearest.ts";
import type { Environment } from "../../http/proxy.ts";
import type { ClusterEntry, Impersonation, Kubeconfig, UserEntry } from "./config.ts";
import { type EksNames, eksNamesOf } from "./eks-names.ts";
import { loadKubeconfig } from "./load.ts";

/** How the user named the cluster and themselves; absent parts as kubectl would fill them in. */
export interface KubeconfigRequest {
  readonly kubeconfig?: string;
  readonly context?: string;
  /** `--as` and `--as-group`: they win over what the kubeconfig says. */
  readonly as?: Impersonation;
}

/** A context of a kubeconfig, with its cluster and user. */
export interface ChosenKubeconfig {
  readonly context: string;
  readonly cluster: ClusterEntry;
  readonly user: UserEntry;
  readonly server: string;
  readonly eks: EksNames;
}

/**
 * Loads the kubeconfig and chooses the context. Throws `usage.contradiction` for two ways to choose, `usage.no-kubeconfig` when there
 * is none, `usage.no-context` and `usage.unknown-context` when the context is not given or not there, `usage.kubeconfig` for a file
 * that is malformed or names a cluster that it lacks.
 */
export function chooseKubeconfig(request: KubeconfigRequest, env: Environment): ChosenKubeconfig {
  const { config, where } = loadKubeconfig(request.kubeconfig, env);
  const context = contextOf(config, where, request.context);
  const cluster = clusterOf(config, where, context);
  const user = userOf(config, where, context);
  const as = request.as;
  const chosen = as === undefined || Object.keys(as).length === 0 ? user : { ...user, impersonated: as };
  if (chosen.impersonated.user === undefined && Object.keys(chosen.impersonated).length > 0) {
    throw usage(
      "contradiction",
      "a group, uid or extra field is to be impersonated, and no user",
      "pass --as USER too",
      "Kubernetes impersonates groups only together with a user",
    );
  }
  const fault = context.fault ?? user.fault;
  if (fault !== undefined) throw fault;
  const server = withScheme(cluster, chosen);
  return {
    context: context.name,
    cluster: { ...cluster, server },
    user: chosen,
    server,
    eks: eksNamesOf(cluster, chosen, context.name),
  };
}

function contextOf(config: Kubeconfig, where: string, asked: string | undefined): Kubeconfig["contexts"][number] {
  const names = config.contexts.map((one) => one.name);
  if (names.length === 0) {
    const fix = "run `aws eks update-kubeconfig --name CLUSTER`, or pass --kubeconfig FILE";
    throw usage("no-context", `${where} has no contexts`, fix);
  }
  const name = asked ?? config.currentContext;
  if (name === undefined || name === "") {
    throw usage("no-context", `${where} has no current context`, `pass --context NAME; there are ${listed(names)}`);
  }
  const found = config.contexts.find((one) => one.name === name);
  if (found !== undefined) return found;
  const near = nearest(name, names);
  const fix = near === undefined ? `there are ${listed(names)}` : `did you mean ${near}? there are ${listed(names)}`;
  throw usage("unknown-context", `context ${name} does not exist in ${where}`, fix);
}

function clusterOf(
  config: Kubeconfig,
  where: string,
  context: { readonly name: string; readonly cluster?: string },
): ClusterEntry {
  const fix = "correct the context, or name another with --context";
  if (context.cluster === undefined) throw usage("kubeconfig", `context ${context.name} names no cluster`, fix);
  const found = config.clusters.find((one) => one.name === context.cluster);
  if (found === undefined) {
    throw usage(
      "kubeconfig",
      `context ${context.name} names cluster ${context.cluster}, which ${where} does not have`,
      fix,
    );
  }
  if (found.fault !== undefined) throw found.fault;
  if (found.server === "")
    throw usage("kubeconfig", `cluster ${found.name} of ${where} has no server`, "add its address");
  if (found.isInsecure === true && (found.caData ?? found.caFile) !== undefined) {
    const what = `cluster ${found.name} of ${where} has a certificate authority and insecure-skip-tls-verify`;
    throw usage("kubeconfig", what, "take one of the two away", "one says whom to trust, the other to trust anybody");
  }
  return found;
}

/** The context's user; nobody where it names none, as kubectl does it. */
function userOf(
  config: Kubeconfig,
  where: string,
  context: { readonly name: string; readonly user?: string },
): UserEntry {
  if (context.user === undefined) return { name: "", impersonated: {} };
  const found = config.users.find((one) => one.name === context.user);
  if (found === undefined) {
    const what = `context ${context.name} names user ${context.user}, which ${where} does not have`;
    throw usage("kubeconfig", what, "correct the context, or add the user");
  }
  const [one, other] = doubleOf(found);
  if (one === undefined || other === undefined) return found;
  throw usage("kubeconfig", `user ${found.name} of ${where} has both ${one} and ${other}`, "leave one of them");
}

/** Two ways of proving who one is that kubectl refuses together (client-go, tools/clientcmd/validation.go); none is an empty list. */
function doubleOf(user: UserEntry): readonly string[] {
  if (user.exec !== undefined && user.authProvider !== undefined) return ["exec", "auth-provider"];
  const hasToken = (user.token ?? user.tokenFile) !== undefined;
  return hasToken && user.username !== undefined ? ["a token", "a username"] : [];
}

// kubectl takes `host:port` for HTTPS when anything speaks of TLS, and for HTTP otherwise (client-go, rest/url_utils.go).
function withScheme(cluster: ClusterEntry, user: UserEntry): string {
  if (/^https?:\/\//i.test(cluster.server)) return urlOf(cluster, cluster.server);
  const hasTls =
    (cluster.caData ?? cluster.caFile ?? user.certData ?? user.certFile) !== undefined || cluster.isInsecure === true;
  return urlOf(cluster, `${hasTls ? "https" : "http"}://${cluster.server}`);
}

function urlOf(cluster: ClusterEntry, text: string): string {
  if (URL.canParse(text)) return text.replace(/\/$/, "");
  throw usage(
    "kubeconfig",
    `cluster ${cluster.name} has the server ${cluster.server}, which is no address`,
    "write https://HOST:PORT",
  );
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(", ");
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}
