import type { StoredTypes } from "./stored-types.ts";
import type { ResourceName } from "../../kube/resources.ts";
import type { KubeObject, Pod } from "../../kube/objects.ts";
import { controllerOf } from "../../kube/pod.ts";
import { typed } from "./rules.ts";
import type { KeysOf } from "./table.ts";

/** A way to find objects of one resource: made by `indexOn`, asked with `store.by(index, key)`, kept up from its first use. */
export interface Index<R extends ResourceName> {
  readonly resource: R;
  readonly keysOf: KeysOf;
}

/** An index of a resource by the keys that a function finds in each object. */
export function indexOn<R extends ResourceName>(
  resource: R,
  keysOf: (object: StoredTypes[R]) => readonly string[],
): Index<R> {
  return { resource, keysOf: (object) => keysOf(typed<R>(object)) };
}

const none: readonly string[] = [];

function some(key: string | undefined): readonly string[] {
  return key === undefined ? none : [key];
}

function labelKeysOf({ metadata }: KubeObject): readonly string[] {
  return Object.entries(metadata.labels ?? {}).map(([key, value]) => `${metadata.namespace ?? ""} ${key}=${value}`);
}

function claimKeysOf({ metadata, spec }: Pod): readonly string[] {
  return (spec.volumes ?? []).flatMap(({ persistentVolumeClaim: claim }) =>
    claim === undefined ? none : [`${metadata.namespace ?? "default"}/${claim.claimName}`],
  );
}

function isWaiting({ spec, status }: Pod): boolean {
  return spec.nodeName === undefined && status?.phase !== "Succeeded" && status?.phase !== "Failed";
}

/** The ways in which actors find objects without looking at all of them: `store.by(indexes.pods.byNode, name)`. */
export const indexes = {
  pods: {
    /** Bound pods by the name of their node. */
    byNode: indexOn("pods", (pod) => some(pod.spec.nodeName)),
    /** By the uid of their controller. */
    byOwner: indexOn("pods", (pod) => some(controllerOf(pod)?.uid)),
    /** Without a node and not ended, all under the empty key. */
    waiting: indexOn("pods", (pod) => (isWaiting(pod) ? [""] : none)),
    byNamespace: indexOn("pods", (pod) => some(pod.metadata.namespace)),
    /** By each of their labels: `namespace key=value`. */
    byLabel: indexOn("pods", labelKeysOf),
    /** By the claims that they mount: `namespace/claim`. */
    byClaim: indexOn("pods", claimKeysOf),
  },
  replicasets: { byOwner: indexOn("replicasets", (set) => some(controllerOf(set)?.uid)) },
  jobs: { byOwner: indexOn("jobs", (job) => some(controllerOf(job)?.uid)) },
  nodes: {
    byProvider: indexOn("nodes", (node) => some(node.spec?.providerID)),
    /** By NodePool. */
    byPool: indexOn("nodes", ({ metadata }) => some(metadata.labels?.["karpenter.sh/nodepool"])),
    /** By managed node group. */
    byNodegroup: indexOn("nodes", ({ metadata }) => some(metadata.labels?.["eks.amazonaws.com/nodegroup"])),
  },
  budgets: { byNamespace: indexOn("poddisruptionbudgets", ({ metadata }) => some(metadata.namespace)) },
} as const;
