import type { JsonObject } from "../kube/objects.ts";

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

/**
 * Helm. It owns its release state; we call it with explicit values and show the command.
 *
 * Throws `Fault` with `helm.missing`, `helm.tooOld`, `helm.pull`, `helm.conflict`, `helm.failed`.
 */
export interface Charts {
  version(): Promise<string>;
  /** The exact command line that `install` would run, values file shown as YAML on standard input, for `--print`. */
  commandLine(request: ChartRequest): readonly string[];
  /** `upgrade --install`: idempotent. */
  install(request: ChartRequest): Promise<ChartRelease>;
  /** Rendered manifests, without touching the cluster. */
  template(request: ChartRequest): Promise<string>;
  /** Undefined when there is no such release. */
  release(name: string, namespace: string): Promise<ChartRelease | undefined>;
  /** All releases in all namespaces. */
  releases(): Promise<readonly ChartRelease[]>;
  /** The values a release was installed with by its user. */
  values(name: string, namespace: string): Promise<JsonObject | undefined>;
  uninstall(name: string, namespace: string): Promise<void>;
  rollback(name: string, namespace: string, revision: number): Promise<void>;
}
