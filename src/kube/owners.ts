import { groupBy } from "./group-by.ts";
import type { KubeObject, OwnerReference, Pod, Workload } from "./objects.ts";
import { ownerOf } from "./pod.ts";
import type { ClusterObjects } from "./resources.ts";

/** The object at the top of a chain of owners, whether or not it was read. */
interface TopOwner {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  /** The object itself, when it was read. */
  readonly object?: KubeObject;
}

/** Finds who makes a pod. Build once per snapshot. */
export interface Owners {
  /** Deployment over ReplicaSet, CronJob over Job; undefined for a bare pod. */
  top(pod: KubeObject): TopOwner | undefined;
  /** The direct controller. */
  direct(pod: KubeObject): Workload | undefined;
  /** All pods whose top owner is this object. */
  podsOf(object: KubeObject): readonly Pod[];
}

/** A chain of owners longer than this is a loop. */
const maxChain = 8;

/** Indexes owners by kind, namespace and name, so that objects of dumps without uids join too. */
export function indexOwners(objects: ClusterObjects): Owners {
  const byKey = new Map<string, KubeObject>();
  const lists: readonly (readonly KubeObject[] | undefined)[] = [
    objects.deployments,
    objects.replicasets,
    objects.statefulsets,
    objects.daemonsets,
    objects.jobs,
    objects.cronjobs,
    objects.replicationcontrollers,
  ];
  for (const list of lists) {
    for (const object of list ?? [])
      byKey.set(keyOf(object.kind, object.metadata.namespace, object.metadata.name), object);
  }
  const find = (owner: OwnerReference, namespace: string | undefined): KubeObject | undefined =>
    byKey.get(keyOf(owner.kind, namespace, owner.name));
  const top = (object: KubeObject): TopOwner | undefined => {
    const namespace = object.metadata.namespace;
    let found: TopOwner | undefined;
    let owner = ownerOf(object);
    for (let i = 0; owner !== undefined && i < maxChain; i += 1) {
      const next = find(owner, namespace);
      found = {
        kind: owner.kind,
        name: owner.name,
        namespace: namespace ?? "",
        ...(next === undefined ? {} : { object: next }),
      };
      owner = next === undefined ? undefined : ownerOf(next);
    }
    return found === undefined ? undefined : withDeploymentGuess(found, objects);
  };
  let podsByTop: Map<string, Pod[]> | undefined;
  const grouped = (): Map<string, Pod[]> => {
    podsByTop ??= groupBy(objects.pods ?? [], (pod) => {
      const owner = top(pod);
      return owner === undefined ? undefined : keyOf(owner.kind, owner.namespace, owner.name);
    });
    return podsByTop;
  };
  return {
    top,
    direct: (pod) => {
      const owner = ownerOf(pod);
      const found = owner === undefined ? undefined : find(owner, pod.metadata.namespace);
      return found !== undefined && isWorkload(found) ? found : undefined;
    },
    podsOf: (object) => grouped().get(keyOf(object.kind, object.metadata.namespace, object.metadata.name)) ?? [],
  };
}

/** `Deployment web/api`, for messages; `pod web/x` for one without owner. */
export function describeOwner(pod: Pod, owners: Owners): string {
  const owner = owners.top(pod);
  if (owner === undefined) return `Pod ${pod.metadata.namespace ?? "default"}/${pod.metadata.name}`;
  return `${owner.kind} ${owner.namespace}/${owner.name}`;
}

function isWorkload(object: KubeObject): object is Workload {
  return "spec" in object && object.kind !== "CronJob";
}

function keyOf(kind: string, namespace: string | undefined, name: string): string {
  return `${kind}/${namespace ?? ""}/${name}`;
}

// A dump of pods and Deployments without ReplicaSets still tells the Deployment: a ReplicaSet is named after it plus a hash.
function withDeploymentGuess(owner: TopOwner, objects: ClusterObjects): TopOwner {
  if (owner.kind !== "ReplicaSet" || owner.object !== undefined || objects.replicasets !== undefined) return owner;
  const name = owner.name.replace(/-[a-z0-9]{1,10}$/, "");
  const found = objects.deployments?.find(
    (one) => one.metadata.name === name && (one.metadata.namespace ?? "") === owner.namespace,
  );
  return found === undefined ? owner : { kind: "Deployment", name, namespace: owner.namespace, object: found };
}
