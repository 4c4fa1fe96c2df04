import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { isIPv6 } from "node:net";
import { Fault, usage } from "../../../fault/fault.ts";
import type { Environment } from "../../http/proxy.ts";
import { type Kubeconfig, merged } from "./config.ts";
import { parseKubeconfig } from "./parse.ts";

/** Where kubeconfigs are looked for, and what stood there. */
export interface Loaded {
  readonly config: Kubeconfig;
  /** For messages: `kubeconfig /home/a/.kube/config`, `the kubeconfigs of KUBECONFIG`. */
  readonly where: string;
}

const serviceAccount = "/var/run/secrets/kubernetes.io/serviceaccount";
/** Larger than any kubeconfig: one with a thousand clusters and their certificates has 3 MB. */
const maxBytes = 32 * 2 ** 20;

/**
 * The kubeconfig as kubectl finds it: the file that was named, else every file of KUBECONFIG (those that are not there are passed over),
 * else `~/.kube/config`, else the service account of the pod we run in. Throws `usage.no-kubeconfig`, `usage.kubeconfig`.
 */
export function loadKubeconfig(named: string | undefined, env: Environment): Loaded {
  if (named !== undefined) return { config: readOne(named), where: `kubeconfig ${named}` };
  const listed = env["KUBECONFIG"] ?? "";
  const paths = listed === "" ? [join(homeOf(env), ".kube", "config")] : listed.split(delimiter);
  const found = [...new Set(paths)].filter((path) => path !== "" && existsSync(path));
  const config = merged(found.map(readOne));
  if (config.contexts.length > 0 || config.clusters.length > 0) {
    const [only, ...others] = found;
    return { config, where: others.length === 0 ? `kubeconfig ${only ?? ""}` : "the kubeconfigs of KUBECONFIG" };
  }
  const inCluster = serviceAccountOf(env);
  if (inCluster !== undefined) return { config: inCluster, where: "this pod's service account" };
  const where =
    found.length === 0
      ? `nothing is at ${paths.filter((path) => path !== "").join(", ")}`
      : `${found.join(", ")} is empty`;
  throw usage(
    "no-kubeconfig",
    "no kubeconfig was found",
    "run `aws eks update-kubeconfig --name CLUSTER`, or pass --kubeconfig FILE, or --from FOLDER, or --sandbox NAME",
    where,
  );
}

function homeOf(env: Environment): string {
  const home = env["HOME"] ?? "";
  return home === "" ? homedir() : home;
}

function readOne(path: string): Kubeconfig {
  let text: string;
  try {
    const bytes = readFileSync(path);
    if (bytes.length > maxBytes) throw new Error(`is larger than ${maxBytes / 2 ** 20} MiB`);
    text = bytes.toString("utf8");
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
    if (code === "ENOENT")
      throw usage("kubeconfig", `kubeconfig ${path} does not exist`, "pass --kubeconfig FILE, or --from FOLDER");
    const said =
      code === "EACCES" ? "this user may not read it" : cause instanceof Error ? cause.message : String(cause);
    throw new Fault("usage.kubeconfig", `kubeconfig ${path} cannot be read: ${said}`, { cause });
  }
  return parseKubeconfig(text, path);
}

/** What a pod knows of its cluster; undefined outside of one. */
function serviceAccountOf(env: Environment): Kubeconfig | undefined {
  const [host = "", port = ""] = [env["KUBERNETES_SERVICE_HOST"], env["KUBERNETES_SERVICE_PORT"]];
  if (host === "" || port === "" || !existsSync(`${serviceAccount}/token`)) return undefined;
  const name = "in-cluster";
  return {
    currentContext: name,
    contexts: [{ name, cluster: name, user: name }],
    clusters: [
      { name, server: `https://${isIPv6(host) ? `[${host}]` : host}:${port}`, caFile: `${serviceAccount}/ca.crt` },
    ],
    users: [{ name, tokenFile: `${serviceAccount}/token`, impersonated: {} }],
  };
}
