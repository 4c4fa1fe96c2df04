import { Fault, type Retry } from "../../fault/fault.ts";
import { certificateProblem } from "../http/roots.ts";
import { type BrokenAnswer, brokenIn, systemCodeOf } from "../http/broken.ts";

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
]);

/** What an SDK error is in our words, by its code; the text is only quoted. `profile` is the one that was asked for. */
export function faultOfSdk(operation: string, error: unknown, profile?: string): Fault {
  // What was wrong with our own surroundings (a proxy's address, a bundle of certificates) is said already.
  if (error instanceof Fault) return error;
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
  const broken = brokenIn(error);
  if (broken !== undefined) return faultOfBroken(operation, error, broken);
  const system = systemCodeOf(error);
  if (network.has(system) || name === "TimeoutError") {
    return new Fault("aws.Unreachable", `cannot call ${operation}: AWS does not answer (${system || said})`, {
      cause: error,
      retry: "later",
      hint: "check the network, proxy and region",
    });
  }
  const certificate = certificateProblem(system, "anybody whom this machine trusts");
  if (certificate !== undefined) {
    return new Fault("aws.Unreachable", `cannot call ${operation}: AWS is not trusted: ${certificate}`, {
      cause: error,
      hint: "a proxy may open TLS on the way: name its certificates with AWS_CA_BUNDLE=FILE",
    });
  }
  if (/^(HPE_|ERR_SSL_|EPROTO$)/.test(system)) {
    return invalidResponse(operation, `what answers speaks neither HTTP nor TLS as AWS does (${system})`, error);
  }
  // The SDK marks what it could not read with the answer, and what AWS said with whose fault it is.
  if (error instanceof Error && "$response" in error && !("$fault" in error)) {
    return invalidResponse(operation, `the answer (HTTP ${statusOf(error)}) is no AWS answer`, error);
  }
  const retry: Retry = throttles.has(code) || statusOf(error) >= 500 ? "later" : "never";
  return new Fault(`aws.${code}`, `cannot call ${operation}: ${said} (${code})`, {
    cause: error,
    retry,
    ...hintOf(code, operation),
  });
}

function faultOfBroken(operation: string, error: unknown, broken: BrokenAnswer): Fault {
  const { kind, message } = broken;
  if (kind !== "silent" && kind !== "slow" && kind !== "proxy") {
    return invalidResponse(operation, `AWS ${message}`, error);
  }
  const { tries } = metadataOf(error);
  const times = tries > 1 ? `, asked ${tries} times` : "";
  return new Fault(
    "aws.Unreachable",
    `cannot call ${operation}: ${kind === "proxy" ? message : `AWS ${message}${times}`}`,
    {
      cause: error,
      retry: kind === "proxy" ? "never" : "later",
      hint: "check the network, the proxy (HTTPS_PROXY, NO_PROXY) and the region",
    },
  );
}

function invalidResponse(operation: string, what: string, cause: unknown): Fault {
  return new Fault("aws.InvalidResponse", `cannot call ${operation}: ${what}`, {
    cause,
    retry: "later",
    hint: "check AWS_ENDPOINT_URL and proxies between here and AWS",
  });
}

/** How often a call was made and what AWS named it, out of its answer or its error. */
export function metadataOf(answer: unknown): { readonly tries: number; readonly requestId?: string } {
  const metadata: unknown =
    typeof answer === "object" && answer !== null && "$metadata" in answer ? answer.$metadata : {};
  const of = (key: string): unknown =>
    typeof metadata === "object" && metadata !== null
      ? Object.getOwnPropertyDescriptor(metadata, key)?.value
      : undefined;
  const [tries, requestId] = [of("attempts"), of("requestId")];
  return {
    tries: typeof tries === "number" ? tries : 1,
    ...(typeof requestId === "string" ? { requestId: requestId.slice(0, 80) } : {}),
  };
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

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim().slice(0, 400);
}
