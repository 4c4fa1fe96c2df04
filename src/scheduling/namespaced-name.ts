// Our own: the real program has no such file.
import type { KubeObject } from "../kube/objects.ts";

/** `namespace/name`, the key of pods in decisions; `/name` where there is no namespace, as Go's `NamespacedName` has it. */
export function namespacedName({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ""}/${metadata.name}`;
}
