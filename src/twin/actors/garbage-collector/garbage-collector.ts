import type { KubeObject } from "../../../kube/objects.ts";
import type { ResourceName } from "../../../kube/resources.ts";
import { type Index, indexOn, indexes } from "../../store/indexes.ts";
import { type Actor, type Watch, watch } from "../../world/actor.ts";
import type { Here } from "../../world/here.ts";

/** Pods on a node that is gone go when it has been gone for this long, at the next round (kubernetes 1.35, `gc_controller.go`). */
const orphanedMs = 40_000;
const roundMs = 20_000;
/** Events live one hour, as the API server keeps them. */
const eventLifeMs = 3_600_000;

const ownerUids = (object: KubeObject): readonly string[] =>
  (object.metadata.ownerReferences ?? []).flatMap((owner) => owner.uid ?? []);

/** What may be owned, found by the uids of its owners. */
const owned = {
  replicasets: indexOn("replicasets", ownerUids),
  pods: indexOn("pods", ownerUids),
  jobs: indexOn("jobs", ownerUids),
  nodeclaims: indexOn("nodeclaims", ownerUids),
  nodes: indexOn("nodes", ownerUids),
  csinodes: indexOn("csinodes", ownerUids),
  persistentvolumeclaims: indexOn("persistentvolumeclaims", ownerUids),
} as const;

const owners = [
  "deployments",
  "replicasets",
  "statefulsets",
  "daemonsets",
  "jobs",
  "cronjobs",
  "nodepools",
  "nodeclaims",
  "nodes",
] as const;

/** Takes away what is left when its owner is gone, pods of nodes that are gone, and old events. */
export const garbageCollector: Actor = {
  name: "garbage-collector",
  start: () => ({}),
  watches: [
    ...owners.map((resource) => watchOwner(resource)),
    watch("nodes", ({ key, after }) => (after === undefined ? [`node ${key}`] : [])),
    watch("pods", ({ before, after }, store) => {
      const node = after?.spec.nodeName;
      const isNew = before?.spec.nodeName !== node;
      return node !== undefined && isNew && store.find("nodes", node) === undefined ? [`node ${node}`] : [];
    }),
  ],
  open: (here) => here.lookAgain("events", 60_000),
  look: (key, here) => {
    const [kind, name = ""] = key.split(" ");
    if (kind === "uid") collect(here, name);
    else if (kind === "node") here.lookAgain(`gone ${name}`, orphanedMs + (roundMs - (here.nowMs % roundMs)));
    else if (kind === "gone") collectPods(here, name);
    else forgetEvents(here);
  },
};

function watchOwner(resource: (typeof owners)[number]): Watch {
  return watch(resource, ({ before, after }) => (after === undefined ? [`uid ${before?.metadata.uid ?? ""}`] : []));
}

function collect(here: Here, uid: string): void {
  if (uid === "") return;
  for (const index of Object.values(owned)) collectIn(here, index, uid);
}

function collectIn<R extends ResourceName>(here: Here, index: Index<R>, uid: string): void {
  for (const object of here.store.by(index, uid)) {
    // One owner that is still there keeps it.
    if ((object.metadata.ownerReferences ?? []).length > 1) continue;
    here.delete(index.resource, object);
  }
}

function collectPods(here: Here, node: string): void {
  if (here.store.find("nodes", node) !== undefined) return;
  for (const pod of here.store.by(indexes.pods.byNode, node)) here.remove("pods", pod);
}

function forgetEvents(here: Here): void {
  const limit = new Date(here.nowMs - eventLifeMs).toISOString();
  for (const event of here.store.all("events")) {
    // In the order of their making: none of those that follow can be older.
    if ((event.metadata.creationTimestamp ?? "") > limit) break;
    const last = "lastTimestamp" in event ? event.lastTimestamp : undefined;
    // Those that repeat are younger than their place.
    if (typeof last === "string" && here.nowMs - Date.parse(last) > eventLifeMs) here.remove("events", event);
  }
  here.lookAgain("events", 60_000);
}
