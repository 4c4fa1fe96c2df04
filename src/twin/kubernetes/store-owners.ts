import type { KubeObject, OwnerReference, Pod, Workload } from "../../kube/objects.ts";
import type { Owners } from "../../kube/owners.ts";
import { ownerOf } from "../../kube/pod.ts";
import type { Store } from "../store/store.ts";

const resourceOf = {
  Deployment: "deployments",
  ReplicaSet: "replicasets",
  StatefulSet: "statefulsets",
  DaemonSet: "daemonsets",
  Job: "jobs",
  ReplicationController: "replicationcontrollers",
} as const;

function isScaledKind(kind: string): kind is keyof typeof resourceOf {
  return Object.hasOwn(resourceOf, kind);
}

/** Owners found in the store when they are asked for, for who counts a few pods of many. Pods by owner are not answered. */
export function storeOwners(store: Store): Owners {
  const find = (owner: OwnerReference | undefined, namespace: string): Workload | undefined => {
    if (owner === undefined || !isScaledKind(owner.kind)) return undefined;
    return store.find(resourceOf[owner.kind], owner.name, namespace);
  };
  const direct = (pod: KubeObject): Workload | undefined => find(ownerOf(pod), pod.metadata.namespace ?? "default");
  const none: readonly Pod[] = [];
  return {
    direct,
    top: (pod) => {
      const namespace = pod.metadata.namespace ?? "default";
      const first = ownerOf(pod);
      const set = direct(pod);
      const second = set === undefined ? undefined : ownerOf(set);
      const owner = second ?? first;
      if (owner === undefined) return undefined;
      const object = second === undefined ? set : find(second, namespace);
      return { kind: owner.kind, name: owner.name, namespace, ...(object === undefined ? {} : { object }) };
    },
    podsOf: () => none,
  };
}
