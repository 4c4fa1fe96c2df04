import { Fault, type Retry } from "../../fault/fault.ts";
import type { FaultCode } from "../../fault/registry.ts";

import { certificateProblem } from "../http/roots.ts";
import { type BrokenAnswer, brokenIn, systemCodeOf } from "../http/broken.ts";
import type { Status } from "../../kube/status.ts";

/** Reads a `Status` out of an answer; undefined when the answer is something else (a proxy's page, a plain 404). */
export function statusOf(body: unknown): Status | undefined {
  if (typeof body !== "object" || body === null || !("kind" in body) || body.kind !== "Status") return undefined;
  return body as Status;
}

/** What the caller was doing, for messages: `list pods`, `patch deployments kube-system/cluster-autoscaler`. */
export interface ApiAttempt {
  readonly doing: string;
  readonly server: string;
}

/** An unsuccessful answer of the API server as a fault, by its code and reason only. */
export function faultOfAnswer(attempt: ApiAttempt, httpStatus: number, body: unknown): Fault {
  const status = statusOf(body);
  const said = status?.message ?? (typeof body === "string" && body !== "" ? firstLine(body) : `HTTP ${httpStatus}`);
  const make = (code: FaultCode, retry: Retry, more: { readonly why?: string; readonly hint?: string } = {}): Fault =>
    new Fault(code, `cannot ${attempt.doing}: ${said}`, { retry, cause: { httpStatus, status }, ...more });
  switch (httpStatus) {
    case 401:
      return make("kube.Unauthorized", "never", {
        why: `${attempt.server} does not accept these credentials; they may have expired`,
        hint: "renew them (`aws sso login`, `aws eks update-kubeconfig`) and run the command again",
      });
    case 403:
      return make("kube.Forbidden", "never", {
        why: "this user's roles do not allow it",
        hint: "ask for this right, or use a context that has it",
      });
    case 404:
      if (status === undefined && !isOwnNotFound(body)) {
        return make("kube.InvalidResponse", "never", { hint: wrongServerHint });
      }
      return status?.details?.name === undefined ? make("kube.AbsentApi", "never") : make("kube.NotFound", "never");
    case 409:
      return make("kube.Conflict", "now");
    case 400:
    case 413:
    case 415:
    case 422:
      return make("kube.Invalid", "never");
    case 410:
      return make("kube.Expired", "now");
    case 429:
      return make("kube.Throttled", "later");
    default:
      return make("kube.Failed", httpStatus >= 500 ? "later" : "never");
  }
}

// An API server says this of an address that it does not have, and anything in between would say it otherwise.
function isOwnNotFound(body: unknown): boolean {
  return typeof body === "string" && body.startsWith("404 page not found");
}

const wrongServerHint =
  "check the server's address in the kubeconfig, and what stands in between: a proxy, a sign-in page, a load balancer";

/** No answer, or none that can be read: refused, unknown host, silence, certificates, nonsense. */
export function faultOfSilence(attempt: ApiAttempt, error: unknown): Fault {
  const broken = brokenIn(error);
  if (broken !== undefined) return faultOfBroken(attempt, broken);
  const code = systemCodeOf(error);
  const certificate = certificateProblem(code, "the kubeconfig's certificate authority");
  if (certificate !== undefined) {
    return new Fault("kube.Unreachable", `cannot ${attempt.doing}: ${attempt.server} is not trusted: ${certificate}`, {
      cause: error,
      hint: "run `aws eks update-kubeconfig`, or correct certificate-authority-data in the kubeconfig",
    });
  }
  if (clientCertificate.test(code)) {
    return new Fault("kube.Unauthorized", `cannot ${attempt.doing}: ${attempt.server} refuses the client certificate`, {
      cause: error,
      hint: "renew the client certificate in the kubeconfig",
    });
  }
  if (code === "EPROTO" || code.startsWith("ERR_SSL_") || code.startsWith("HPE_")) {
    const tongue = code.startsWith("HPE_") ? "HTTP" : "TLS";
    return new Fault(
      "kube.InvalidResponse",
      `cannot ${attempt.doing}: ${attempt.server} does not speak ${tongue} (${code})`,
      {
        cause: error,
        hint: "check the server's address in the kubeconfig, http:// or https:// among it, and proxies in between",
      },
    );
  }
  const what =
    silence[code] ?? (code === "" ? firstLine(error instanceof Error ? error.message : String(error)) : code);
  return unreachable(attempt, what, error);
}

function faultOfBroken(attempt: ApiAttempt, broken: BrokenAnswer): Fault {
  const { kind, message } = broken;
  if (kind === "silent" || kind === "slow") return unreachable(attempt, message, broken);
  const isProxy = kind === "proxy";
  const what = isProxy ? message : `${attempt.server} ${message}`;
  return new Fault(isProxy ? "kube.Unreachable" : "kube.InvalidResponse", `cannot ${attempt.doing}: ${what}`, {
    cause: broken,
    hint: isProxy
      ? "check HTTPS_PROXY, NO_PROXY and proxy-url in the kubeconfig, with the proxy's name and password"
      : wrongServerHint,
  });
}

function unreachable(attempt: ApiAttempt, what: string, cause: unknown): Fault {
  return new Fault("kube.Unreachable", `cannot ${attempt.doing}: ${attempt.server} ${what}`, {
    cause,
    retry: "later",
    why: "without the API server nothing of the cluster can be read",
    hint: "check the network, the VPN, the proxy, and that the context is the right one",
  });
}

const clientCertificate = /^ERR_SSL_\w*ALERT\w*(CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED)/;

const silence: Readonly<Record<string, string>> = {
  ECONNREFUSED: "refuses connections",
  ENOTFOUND: "is a host name that cannot be resolved",
  EAI_AGAIN: "is a host name that cannot be resolved now",
  ETIMEDOUT: "does not answer in time",
  EHOSTUNREACH: "cannot be reached from this network",
  ENETUNREACH: "cannot be reached from this network",
  ECONNRESET: "closes the connection before the end of its answer",
  EPIPE: "closes the connection before the end of its answer",
};

function firstLine(text: string): string {
  return (text.split("\n")[0] ?? "").slice(0, 300);
}
