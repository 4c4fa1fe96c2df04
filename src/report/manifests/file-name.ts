import type { KubeObject } from "../../kube/objects.ts";

/** `nodepool-workers.yaml`. */
export function fileName(manifest: KubeObject): string {
  return `${manifest.kind.toLowerCase()}-${manifest.metadata.name}.yaml`;
}
