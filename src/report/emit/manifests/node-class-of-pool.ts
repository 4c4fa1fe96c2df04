import { textAt } from "../../../kube/json.ts";
import type { JsonObject, KubeObject } from "../../../kube/objects.ts";

/** The node class among the manifests that a pool names, which must be there before the pool; undefined for anything but such a pool. */
export function nodeClassOfPool<Manifest extends KubeObject & JsonObject>(
  pool: Manifest,
  manifests: readonly Manifest[],
): Manifest | undefined {
  const name =
    textAt(pool, "spec", "template", "spec", "nodeClassRef", "name") ?? textAt(pool, "spec", "providerRef", "name");
  return manifests.find(
    ({ kind, metadata }) => metadata.name === name && (kind === "EC2NodeClass" || kind === "AWSNodeTemplate"),
  );
}

/** Whether a manifest says which nodes may be made, in any version's word. */
export function isPool({ kind }: KubeObject): boolean {
  return kind === "NodePool" || kind === "Provisioner";
}
