import { zoneOf } from "../../kube/node.ts";
import type { Pod } from "../../kube/objects.ts";
import { controllerOf, isReady } from "../../kube/pod.ts";
import type { Store } from "../store/store.ts";

/** Who makes a pod, from the top: the Deployment over a ReplicaSet, the CronJob over a Job. A bare pod is its own. */
export function makerOf(store: Store, pod: Pod): { readonly kind: string; readonly name: string } {
  const namespace = pod.metadata.namespace ?? "default";
  const owner = controllerOf(pod);
  if (owner === undefined) return { kind: "Pod", name: `${namespace}/${pod.metadata.name}` };
  const resource = owner.kind === "ReplicaSet" ? "replicasets" : owner.kind === "Job" ? "jobs" : undefined;
  const object = resource === undefined ? undefined : store.find(resource, owner.name, namespace);
  const top = object === undefined ? owner : (controllerOf(object) ?? owner);
  return { kind: top.kind, name: `${namespace}/${top.name}` };
}

/** Workloads with several ready pods all of which are in one zone, in a cluster of several. */
export function inOneZone(store: Store): readonly string[] {
  const zoneByNode = new Map(store.all("nodes").map((node) => [node.metadata.name, zoneOf(node) ?? ""]));
  if (new Set(zoneByNode.values()).size < 2) return [];
  const found = new Map<string, { pods: number; readonly zones: Set<string> }>();
  for (const pod of store.all("pods")) {
    const zone = zoneByNode.get(pod.spec.nodeName ?? "");
    if (zone === undefined || !isReady(pod) || controllerOf(pod)?.kind === "DaemonSet") continue;
    const { kind, name } = makerOf(store, pod);
    const entry = found.get(`${kind} ${name}`) ?? { pods: 0, zones: new Set() };
    found.set(`${kind} ${name}`, entry);
    entry.pods += 1;
    entry.zones.add(zone);
  }
  return [...found]
    .filter(([, { pods, zones }]) => pods > 1 && zones.size === 1)
    .map(([name]) => name)
    .toSorted();
}
