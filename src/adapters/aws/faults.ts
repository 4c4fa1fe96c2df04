import { Fault, type Retry } from "../../ports/fault.ts";

const throttles = new Set([
  "Throttling",
  "ThrottlingException",
  "ThrottledException",
  "RequestLimitExceeded",
  "TooManyRequestsException",
  "RequestThrottled",
  "SlowDown",
  "PriorRequestNotComplete",
]);
const expired = new Set([
  "ExpiredToken",
  "ExpiredTokenException",
  "RequestExpired",
  "TokenProviderError",
  "TokenRefreshRequired",
]);
const unknownKeys = new Set([
  "InvalidClientTokenId",
  "UnrecognizedClientException",
  "AuthFailure",
  "SignatureDoesNotMatch",
  "InvalidSignatureException",
]);
const denied = new Set(["AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "NotAuthorized"]);
const network = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ECONNRESET",
  "EPIPE",
  "CERT_HAS_EXPIRED",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
]);

/** What an SDK error is in our words, by its code; the text is only quoted. */
export function faultOfSdk(operation: string, error: unknown): Fault {
  const name = error instanceof Error ? error.name : "";
  const code = awsCodeOf(error);
  const said = error instanceof Error ? oneLine(error.message) : String(error);
  if (name === "CredentialsProviderError") {
    return new Fault("aws.NoCredentials", `cannot call ${operation}: no AWS credentials (${said})`, {
      cause: error,
      hint: "run `aws sso login` or `aws configure`, or pass --profile NAME",
    });
  }
  if (expired.has(code) || expired.has(name)) {
    return new Fault("aws.ExpiredCredentials", `cannot call ${operation}: the AWS credentials have expired`, {
      cause: error,
      hint: "renew them (`aws sso login`) and run the command again",
    });
  }
  const system = systemCodeOf(error);
  if (network.has(system) || name === "TimeoutError") {
    return new Fault("aws.Unreachable", `cannot call ${operation}: AWS does not answer (${system || said})`, {
      cause: error,
      retry: "later",
      hint: "check the network, proxy and region",
    });
  }
  const retry: Retry = throttles.has(code) || statusOf(error) >= 500 ? "later" : "never";
  return new Fault(`aws.${code}`, `cannot call ${operation}: ${said} (${code})`, {
    cause: error,
    retry,
    ...hintOf(code, operation),
  });
}

/** AWS's own code: `NoSuchEntity`, not the SDK's class name `NoSuchEntityException`, where the answer carried it. */
function awsCodeOf(error: unknown): string {
  if (!(error instanceof Error)) return "Unknown";
  // SQS answers under two names; the reference documents this one.
  if (error.name === "QueueDoesNotExist") return error.name;
  if ("Code" in error && typeof error.Code === "string") return error.Code;
  if ("Error" in error && typeof error.Error === "object" && error.Error !== null && "Code" in error.Error) {
    return String(error.Error.Code);
  }
  return error.name;
}

function hintOf(code: string, operation: string): { readonly hint?: string } {
  if (denied.has(code)) return { hint: `grant ${operation}` };
  if (unknownKeys.has(code))
    return { hint: "AWS does not know these credentials; check --profile and `aws sts get-caller-identity`" };
  return {};
}

function statusOf(error: unknown): number {
  if (typeof error !== "object" || error === null || !("$metadata" in error)) return 0;
  const metadata = error.$metadata;
  if (typeof metadata !== "object" || metadata === null || !("httpStatusCode" in metadata)) return 0;
  return typeof metadata.httpStatusCode === "number" ? metadata.httpStatusCode : 0;
}

function systemCodeOf(error: unknown): string {
  if (error instanceof AggregateError) return systemCodeOf(error.errors[0]);
  if (!(error instanceof Error)) return "";
  return "code" in error && typeof error.code === "string" ? error.code : systemCodeOf(error.cause);
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim().slice(0, 400);
}
