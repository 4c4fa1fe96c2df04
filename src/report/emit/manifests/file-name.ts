import { fileWord } from "../../../karpenter/names.ts";
import type { KubeObject } from "../../../kube/objects.ts";

/** `nodepool-workers.yaml`: of safe letters, whatever the manifest is called. */
export function fileName(manifest: KubeObject): string {
  return `${fileWord(manifest.kind.toLowerCase())}-${fileWord(manifest.metadata.name)}.yaml`;
}
