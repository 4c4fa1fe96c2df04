import { readFileSync } from "node:fs";
import type { KubeConfig } from "@kubernetes/client-node";
import { Fault, usage } from "../../fault/fault.ts";
import { nearest } from "../../fault/nearest.ts";

/** How the user named the cluster; absent parts as kubectl would fill them in. */
export interface KubeconfigRequest {
  readonly kubeconfig?: string;
  readonly context?: string;
}

/** A kubeconfig with its context chosen, and what it says about the EKS cluster behind it. */
export interface ChosenKubeconfig {
  readonly config: KubeConfig;
  readonly context: string;
  readonly server: string;
  /** Cluster name, region, account and profile, from the cluster's ARN or from the arguments of `aws eks get-token`. */
  readonly eks: {
    readonly name?: string;
    readonly region?: string;
    readonly accountId?: string;
    readonly profile?: string;
  };
}

/** Loads a kubeconfig as kubectl does: the file given, `KUBECONFIG`, `~/.kube/config`, or the service account of a pod. */
export async function chooseKubeconfig(request: KubeconfigRequest): Promise<ChosenKubeconfig> {
  const { KubeConfig } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  const where = request.kubeconfig === undefined ? "the kubeconfig" : `kubeconfig ${request.kubeconfig}`;
  try {
    if (request.kubeconfig === undefined) config.loadFromDefault();
    else config.loadFromFile(request.kubeconfig);
  } catch (error) {
    throw unreadable(where, error);
  }
  const names = config.getContexts().map((one) => one.name);
  const context = request.context ?? config.getCurrentContext();
  if (names.length === 0) {
    throw usage(
      "no-context",
      `${where} has no contexts`,
      "run `aws eks update-kubeconfig --name CLUSTER`, or pass --kubeconfig FILE",
    );
  }
  if (context === undefined || context === "") {
    throw usage("no-context", `${where} has no current context`, `pass --context NAME; there are ${listed(names)}`);
  }
  if (!names.includes(context)) {
    const near = nearest(context, names);
    const fix = near === undefined ? `there are ${listed(names)}` : `did you mean ${near}? there are ${listed(names)}`;
    throw usage("unknown-context", `context ${context} does not exist in ${where}`, fix);
  }
  config.setCurrentContext(context);
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw usage("kubeconfig", `context ${context} names a cluster that ${where} does not have`);
  if (cluster.server === "http://localhost:8080" && context === "loaded-context") {
    throw usage(
      "no-kubeconfig",
      "no kubeconfig was found",
      "pass --kubeconfig FILE, or --from FOLDER, or --sandbox NAME",
    );
  }
  // kubectl speaks plain HTTP when told to (`kubectl proxy`); client-node wants this flag for it.
  if (cluster.server.startsWith("http:")) Object.assign(cluster, { skipTLSVerify: true });
  tellPluginsWhatTheyServe(config);
  return { config, context, server: cluster.server, eks: eksOf(config, context) };
}

/** kubectl gives exec plugins this variable; client-node does not. */
function tellPluginsWhatTheyServe(config: KubeConfig): void {
  const user: { exec?: unknown } | null = config.getCurrentUser();
  const exec = user?.exec;
  if (typeof exec !== "object" || exec === null) return;
  const apiVersion = "apiVersion" in exec ? exec.apiVersion : "client.authentication.k8s.io/v1beta1";
  const info = { kind: "ExecCredential", apiVersion, spec: { interactive: false } };
  const old: unknown[] = "env" in exec && Array.isArray(exec.env) ? exec.env : [];
  Object.assign(exec, { env: [...old, { name: "KUBERNETES_EXEC_INFO", value: JSON.stringify(info) }] });
}

function eksOf(config: KubeConfig, context: string): ChosenKubeconfig["eks"] {
  const cluster = config.getCurrentCluster();
  for (const name of [cluster?.name ?? "", context]) {
    const arn = /^arn:aws[\w-]*:eks:([\w-]+):(\d{12}):cluster\/(.+)$/.exec(name);
    if (arn !== null)
      return { region: arn[1] ?? "", accountId: arn[2] ?? "", name: arn[3] ?? "", ...profileOf(config) };
  }
  const exec = execArgs(config);
  const after = (...flags: readonly string[]): string | undefined => {
    const at = exec.findIndex((arg) => flags.includes(arg));
    return at < 0 ? undefined : exec[at + 1];
  };
  const name = after("--cluster-name", "--cluster-id", "-i");
  const region = after("--region", "-r") ?? /\.([a-z]{2}(?:-[a-z]+)+-\d)\.eks\./.exec(cluster?.server ?? "")?.[1];
  // eksctl names clusters `name.region.eksctl.io`.
  const eksctl = /^(.+)\.([a-z]{2}(?:-[a-z]+)+-\d)\.eksctl\.io$/.exec(cluster?.name ?? "");
  return {
    ...optional("name", name ?? eksctl?.[1]),
    ...optional("region", region ?? eksctl?.[2]),
    ...profileOf(config),
  };
}

function execArgs(config: KubeConfig): readonly string[] {
  const user: { exec?: unknown } | null = config.getCurrentUser();
  const exec = user?.exec;
  if (typeof exec !== "object" || exec === null || !("args" in exec) || !Array.isArray(exec.args)) return [];
  return exec.args.map(String);
}

function profileOf(config: KubeConfig): { readonly profile?: string } {
  const user: { exec?: unknown } | null = config.getCurrentUser();
  const exec = user?.exec;
  if (typeof exec !== "object" || exec === null || !("env" in exec) || !Array.isArray(exec.env)) return {};
  const env: readonly { readonly name?: unknown; readonly value?: unknown }[] = exec.env;
  const value = env.find((one) => one.name === "AWS_PROFILE")?.value;
  return typeof value === "string" ? { profile: value } : {};
}

function optional<K extends string>(key: K, value: string | undefined): Partial<Record<K, string>> {
  return value === undefined ? {} : ({ [key]: value } as Partial<Record<K, string>>);
}

function unreadable(where: string, error: unknown): Fault {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT")
    return usage("kubeconfig", `${where} does not exist`, "pass --kubeconfig FILE, or --from FOLDER");
  const detail = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
  return new Fault("usage.kubeconfig", `${where} cannot be read: ${detail}`, { cause: error });
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(", ");
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}

/** The kubeconfig's certificate authority and the like are files; reading them fails late without this check. */
export function checkFiles(chosen: ChosenKubeconfig): void {
  const cluster = chosen.config.getCurrentCluster();
  const user = chosen.config.getCurrentUser();
  for (const file of [cluster?.caFile, user?.certFile, user?.keyFile]) {
    if (file === undefined || file === "") continue;
    try {
      readFileSync(file);
    } catch (error) {
      throw new Fault("usage.kubeconfig", `${file}, named by context ${chosen.context}, cannot be read`, {
        cause: error,
        hint: "correct the path in the kubeconfig",
      });
    }
  }
}
