import type { KubeObject } from "../kube/objects.ts";
import type { ResourceName } from "../kube/resources.ts";
import type { Store } from "../twin/store/store.ts";

const dependents: readonly ResourceName[] = ["replicasets", "pods", "jobs"];

/** What an object owns loses it as its owner and stays (`propagationPolicy: Orphan`). */
export function orphan(store: Store, actor: string, { metadata: { uid } }: KubeObject): void {
  if (uid === undefined) return;
  for (const resource of dependents) {
    for (const { metadata } of store.all(resource)) {
      const owners = metadata.ownerReferences ?? [];
      const left = owners.filter((one) => one.uid !== uid);
      if (left.length === owners.length) continue;
      const { name, namespace } = metadata;
      const ref = { resource, name, ...(namespace === undefined ? {} : { namespace }) };
      const body = { metadata: { ownerReferences: left.map((one) => ({ ...one })) } };
      store.patch(actor, ref, { type: "merge", body });
    }
  }
}
