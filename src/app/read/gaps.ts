import { Fault } from "../../fault/fault.ts";
import type { Gap } from "../../snapshot/snapshot.ts";

const reasons: Readonly<Record<string, Gap["reason"]>> = {
  "kube.Forbidden": "forbidden",
  "kube.Unauthorized": "forbidden",
  "kube.AbsentApi": "absent-api",
  "kube.NotFound": "absent-api",
  "kube.Throttled": "throttled",
  "kube.Unreachable": "unreachable",
  "aws.NoCredentials": "forbidden",
  "aws.ExpiredCredentials": "forbidden",
  "aws.AccessDenied": "forbidden",
  "aws.AccessDeniedException": "forbidden",
  "aws.UnauthorizedOperation": "forbidden",
  "aws.InvalidClientTokenId": "forbidden",
  "aws.UnrecognizedClientException": "forbidden",
  "aws.AuthFailure": "forbidden",
  "aws.Throttling": "throttled",
  "aws.ThrottlingException": "throttled",
  "aws.RequestLimitExceeded": "throttled",
  "aws.TooManyRequestsException": "throttled",
  "aws.Unreachable": "unreachable",
  "aws.TooManyPages": "limit",
};

/** A read that failed, as the snapshot keeps it. Bugs are not gaps: anything but a `Fault` is thrown on. */
export function gapOf(what: string, error: unknown, scope?: string): Gap {
  if (!(error instanceof Fault)) throw error;
  return {
    what,
    reason: reasons[error.code] ?? "failed",
    detail: error.message,
    ...(scope === undefined ? {} : { scope }),
  };
}

/** Collects gaps beside values: what cannot be read becomes undefined and a gap. */
export class GapKeeper {
  readonly gaps: Gap[] = [];

  /** The value, or undefined and a gap under `what`. */
  async keep<T>(what: string, read: () => Promise<T>, scope?: string): Promise<T | undefined> {
    try {
      return await read();
    } catch (error) {
      this.gaps.push(gapOf(what, error, scope));
      return undefined;
    }
  }
}
