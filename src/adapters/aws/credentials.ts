import { defaultProvider } from "@aws-sdk/credential-provider-node";
import { BrokenAnswer, seconds } from "../http/broken.ts";
import type { LoginMs, Terminal } from "../http/outside.ts";
import type { BoundedHandler } from "./handler.ts";

/** What finding credentials needs. */
export interface CredentialOptions {
  readonly profile?: string | undefined;
  readonly handler: BoundedHandler;
  readonly terminal: Terminal;
  readonly loginMs: LoginMs;
  /** What the SDK would print. */
  readonly logger: object;
}

/** Credentials as the SDK takes them: asked for before each request, kept by the chain until shortly before they end. */
export type CredentialSource = (about?: object) => Promise<object>;

/**
 * The default chain (environment, profile, SSO, roles, login programs, the machine's role) over our own way to the network, within a bound:
 * a `credential_process` that never ends would be waited for without one. A role that wants a second factor asks for its code where
 * somebody can answer, as the AWS CLI does.
 */
export function credentialSource(options: CredentialOptions): CredentialSource {
  const { profile, handler, terminal, loginMs, logger } = options;
  const chain = defaultProvider({
    ...(profile === undefined ? {} : { profile }),
    // Whom the chain speaks to (STS, SSO, sign-in) is behind the same proxy as everybody else.
    clientConfig: { requestHandler: handler, maxAttempts: 3, logger } as object,
    logger: logger as never,
    ...(terminal.isInteractive ? { mfaCodeProvider: (serial: string) => codeOf(serial, terminal) } : {}),
  });
  const timeoutMs = terminal.isInteractive ? loginMs.asking : loginMs.silent;
  return (about) => within(timeoutMs, chain(about as never));
}

async function codeOf(serial: string, terminal: Terminal): Promise<string> {
  const code = (await terminal.ask(`MFA code for ${serial}: `)).trim();
  if (/^\d{6}$/.test(code)) return code;
  throw new Error(`the code of ${serial} has six digits`);
}

async function within<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const silent = "a login program, a sign-in service or the machine's own role does not answer";
    const what = `gives no credentials within ${seconds(timeoutMs)}: ${silent}`;
    timer = setTimeout(() => reject(new BrokenAnswer("silent", what, { isFinal: true })), timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
