import { KubeConfig } from "@kubernetes/client-node";
import { Fault } from "../../../fault/fault.ts";
import { seconds } from "../../http/broken.ts";
import type { UserEntry } from "../kubeconfig/config.ts";
import type { Credential } from "./login-command.ts";

/** Looked at again after this long; the library keeps a token until it ends. */
const freshMs = 60_000;

/**
 * The token of a kubeconfig's `auth-provider` (OpenID Connect, with refresh), by client-node, which knows that protocol. Throws
 * `kube.Unauthorized`.
 */
export async function tokenOfProvider(
  provider: NonNullable<UserEntry["authProvider"]>,
  timeoutMs: number,
): Promise<Credential> {
  const config = new KubeConfig();
  config.loadFromOptions({
    clusters: [{ name: "c", server: "https://unused.invalid" }],
    users: [{ name: "u", authProvider: { name: provider.name, config: { ...provider.config } } }],
    contexts: [{ name: "x", cluster: "c", user: "u" }],
    currentContext: "x",
  });
  const options: { headers?: Record<string, unknown> } = {};
  let timer: NodeJS.Timeout | undefined;
  try {
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer in ${seconds(timeoutMs)}`)), timeoutMs);
    });
    await Promise.race([config.applyToHTTPSOptions(options), late]);
  } catch (error) {
    throw refused(provider.name, error instanceof Error ? error.message : String(error), error);
  } finally {
    clearTimeout(timer);
  }
  const header = options.headers?.["Authorization"];
  if (typeof header !== "string" || !header.startsWith("Bearer ")) {
    throw refused(provider.name, "it gave no token; kubectl has taken all providers but oidc out of itself");
  }
  return { token: header.slice("Bearer ".length), expiresMs: Date.now() + freshMs };
}

function refused(name: string, said: string, cause?: unknown): Fault {
  const what = `the kubeconfig's auth-provider ${name} cannot be used: ${said.trim().split("\n").at(-1)?.slice(0, 300) ?? ""}`;
  return new Fault("kube.Unauthorized", what, {
    cause,
    hint: "sign in again, or use a login command (exec) in the kubeconfig",
  });
}
