import type { Workload } from "../../kube/objects.ts";
import { isReady } from "../../kube/pod.ts";
import { indexes } from "../store/indexes.ts";
import type { Store } from "../store/store.ts";

/** Whether a Deployment runs: it wants a pod and has one that is ready and stays. */
export function isDeploymentUp(store: Store, deployment: Workload): boolean {
  if ((deployment.spec.replicas ?? 1) === 0) return false;
  return store
    .by(indexes.replicasets.byOwner, deployment.metadata.uid ?? "")
    .some((set) =>
      store
        .by(indexes.pods.byOwner, set.metadata.uid ?? "")
        .some((pod) => isReady(pod) && pod.metadata.deletionTimestamp === undefined),
    );
}
