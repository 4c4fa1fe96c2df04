import { Fault, type Retry } from "../../fault/fault.ts";
import type { FaultCode } from "../../fault/registry.ts";

import type { Status } from "../../kube/status.ts";

/** Reads a `Status` out of an answer; undefined when the answer is something else (a proxy's page, a plain 404). */
export function statusOf(body: unknown): Status | undefined {
  if (typeof body !== "object" || body === null || !("kind" in body) || body.kind !== "Status") return undefined;
  return body as Status;
}

/** What the caller was doing, for messages: `list pods`, `patch deployments kube-system/cluster-autoscaler`. */
export interface Attempt {
  readonly doing: string;
  readonly server: string;
}

/** An unsuccessful answer of the API server as a fault, by its code and reason only. */
export function faultOfAnswer(attempt: Attempt, httpStatus: number, body: unknown): Fault {
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

const certificateCodes: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: "its certificate has expired",
  CERT_NOT_YET_VALID: "its certificate is not valid yet; is this machine's clock right?",
  DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is not signed by the kubeconfig's certificate authority",
  SELF_SIGNED_CERT_IN_CHAIN: "its certificate is not signed by the kubeconfig's certificate authority",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "its certificate is not signed by the kubeconfig's certificate authority",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "its certificate is not signed by the kubeconfig's certificate authority",
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for another name",
};

/** No answer at all: refused, unknown host, timeout, certificates. */
export function faultOfSilence(attempt: Attempt, error: unknown): Fault {
  const code = codeOf(error);
  const certificate = certificateCodes[code];
  if (certificate !== undefined) {
    return new Fault("kube.Unreachable", `cannot ${attempt.doing}: ${attempt.server} is not trusted: ${certificate}`, {
      cause: error,
      hint: "run `aws eks update-kubeconfig`, or correct certificate-authority-data in the kubeconfig",
    });
  }
  if (/^ERR_SSL_.*(ALERT|CERT)/.test(code)) {
    return new Fault("kube.Unauthorized", `cannot ${attempt.doing}: ${attempt.server} refuses the client certificate`, {
      cause: error,
      hint: "renew the client certificate in the kubeconfig",
    });
  }
  const what =
    silence[code] ?? (code === "" ? firstLine(error instanceof Error ? error.message : String(error)) : code);
  return new Fault("kube.Unreachable", `cannot ${attempt.doing}: ${attempt.server} ${what}`, {
    cause: error,
    retry: "later",
    why: "without the API server nothing of the cluster can be read",
    hint: "check the network, the VPN, and that the context is the right one",
  });
}

const silence: Readonly<Record<string, string>> = {
  ECONNREFUSED: "refuses connections",
  ENOTFOUND: "is a host name that cannot be resolved",
  EAI_AGAIN: "is a host name that cannot be resolved now",
  ETIMEDOUT: "does not answer in time",
  EHOSTUNREACH: "cannot be reached from this network",
  ENETUNREACH: "cannot be reached from this network",
  ECONNRESET: "closed the connection",
};

/** The system's or TLS library's code of a failed connection; empty when it has none. */
export function codeOf(error: unknown): string {
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  if (!(error instanceof Error)) return "";
  return "code" in error && typeof error.code === "string" ? error.code : codeOf(error.cause);
}

function firstLine(text: string): string {
  return (text.split("\n")[0] ?? "").slice(0, 300);
}
