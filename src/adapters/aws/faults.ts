import { Fault, type Retry } from "../../fault/fault.ts";

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

/** What an SDK error is in our words, by its code; the text is only quoted. `profile` is the one that was asked for. */
export function faultOfSdk(operation: string, error: unknown, profile?: string): Fault {
  const name = error instanceof Error ? error.name : "";
  const code = awsCodeOf(error);
  const said = error instanceof Error ? oneLine(error.message) : String(error);
  const inProfile = profile === undefined ? "" : ` in profile ${profile}`;
  if (name === "CredentialsProviderError") {
    return new Fault("aws.NoCredentials", `cannot call ${operation}: no AWS credentials${inProfile} (${said})`, {
      cause: error,
      why: "the SDK's default chain (environment, profile, SSO, role of the machine) gave none",
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
  if (name === "SyntaxError") {
    return new Fault(
      "aws.InvalidResponse",
      `cannot call ${operation}: the answer (HTTP ${statusOf(error)}) is no AWS answer`,
      {
        cause: error,
        retry: "later",
        hint: "check AWS_ENDPOINT_URL and proxies between here and AWS",
      },
    );
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
  if (typeof error !== "object" || error === null) return 0;
  // The raw answer of an error that could not be read hangs on a hidden member.
  const response: unknown = "$response" in error ? error.$response : undefined;
  const metadata: unknown = "$metadata" in error ? error.$metadata : undefined;
  return numberIn(metadata, "httpStatusCode") || numberIn(response, "statusCode");
}

function numberIn(value: unknown, key: string): number {
  if (typeof value !== "object" || value === null) return 0;
  const found: unknown = Object.getOwnPropertyDescriptor(value, key)?.value;
  return typeof found === "number" ? found : 0;
}

function systemCodeOf(error: unknown): string {
  if (error instanceof AggregateError) return systemCodeOf(error.errors[0]);
  if (!(error instanceof Error)) return "";
  return "code" in error && typeof error.code === "string" ? error.code : systemCodeOf(error.cause);
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim().slice(0, 400);
}
