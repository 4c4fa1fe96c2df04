import type { JsonObject } from "./objects.ts";

/** A Helm release as `helm list` shows it. */
export interface ChartRelease {
  readonly name: string;
  readonly namespace: string;
  readonly status: string;
  readonly revision: number;
  readonly chart: string;
  readonly appVersion: string;
  readonly updated: string;
}

/** What to install, from where, with which values. */
export interface ChartRequest {
  readonly release: string;
  readonly namespace: string;
  /** `oci://…`, a URL, or a path to a folder or tgz. */
  readonly chart: string;
  readonly version?: string;
  readonly values: JsonObject;
  readonly createNamespace?: boolean;
  readonly timeoutMs: number;
}
