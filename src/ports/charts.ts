import type { ChartRelease, ChartRequest } from "../kube/helm.ts";
import type { JsonObject } from "../kube/objects.ts";

/**
 * Helm as somebody sees it who changes nothing. It owns its release state; we ask it and show the command.
 *
 * Throws `Fault` with `helm.missing`, `helm.tooOld`, `helm.pull`, `helm.conflict`, `helm.failed`.
 */
export interface ChartReader {
  version(): Promise<string>;
  /** The exact command line that `install` would run, values file shown as YAML on standard input, for `--print`. */
  commandLine(request: ChartRequest): readonly string[];
  /** Rendered manifests, without touching the cluster. */
  template(request: ChartRequest): Promise<string>;
  /** Undefined when there is no such release. */
  release(name: string, namespace: string): Promise<ChartRelease | undefined>;
  /** All releases in all namespaces. */
  releases(): Promise<readonly ChartRelease[]>;
  /** The values a release was installed with by its user. */
  values(name: string, namespace: string): Promise<JsonObject | undefined>;
}

/** Helm for somebody who may change releases: with explicit values, never with what a release had. Faults as for reading. */
export interface Charts extends ChartReader {
  /** `upgrade --install`: idempotent. */
  install(request: ChartRequest): Promise<ChartRelease>;
  uninstall(name: string, namespace: string): Promise<void>;
  rollback(name: string, namespace: string, revision: number): Promise<void>;
}
