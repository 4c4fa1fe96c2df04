import type { ChartRelease, ChartRequest } from "../kube/helm.ts";
import type { JsonObject } from "../kube/objects.ts";

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
