/** The API server's `Status` document: how it says no. */
export interface Status {
  readonly kind?: "Status";
  readonly apiVersion?: "v1";
  readonly metadata?: object;
  readonly status?: "Failure" | "Success";
  readonly code?: number;
  /** `NotFound`, `AlreadyExists`, `Conflict`, `Invalid`, `TooManyRequests` … */
  readonly reason?: string;
  readonly message?: string;
  readonly details?: {
    readonly name?: string;
    readonly group?: string;
    readonly kind?: string;
    readonly uid?: string;
    readonly causes?: readonly { readonly reason?: string; readonly message?: string; readonly field?: string }[];
    readonly retryAfterSeconds?: number;
  };
}
