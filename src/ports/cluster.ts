import type { Json, JsonObject, KubeObject } from "../kube/objects.ts";
import type { ResourceName, ResourceTypes } from "../kube/resources.ts";

/** Names one object. */
export interface ObjectRef {
  readonly resource: ResourceName;
  readonly name: string;
  readonly namespace?: string;
}

/** Narrows a list on the server. */
export interface ListOptions {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Applied to each object as its page arrives, so that a large list is never held as it came. An adapter may leave it out. */
  readonly shrink?: (object: KubeObject) => KubeObject;
}

/** How a patch body is read by the API server. */
export type PatchType = "merge" | "json" | "strategic";

/** How the Eviction API answered. */
export type EvictionAnswer =
  | { readonly kind: "evicted" }
  /** 404: the pod is gone already, or another pod has its name. */
  | { readonly kind: "gone" }
  /** 429: a PodDisruptionBudget allows no disruption now. */
  | { readonly kind: "blocked"; readonly message: string }
  /** 500 with several budgets over one pod: no wait will help. */
  | { readonly kind: "impossible"; readonly message: string };

/**
 * A Kubernetes API server. All answers are plain JSON; every method throws `Fault` (`kube.NotFound`, `kube.Conflict`,
 * `kube.Forbidden`, `kube.Invalid`,
 * `kube.AbsentApi`, `kube.Unreachable`, `kube.Unauthorized`, `kube.Throttled`, `kube.Failed`) unless it says otherwise.
 */
export interface Cluster {
  /** Where this is, for messages and for the check that account and kubeconfig speak of the same cluster. */
  readonly where: { readonly context: string; readonly server: string };
  /** `major.minor` and the full git version. */
  version(): Promise<{ readonly minor: string; readonly gitVersion: string }>;
  /** All objects, paged to the end (a 410 in between restarts the list). Never a partial list. */
  list<R extends ResourceName>(resource: R, options?: ListOptions): Promise<readonly ResourceTypes[R][]>;
  /** Undefined when it does not exist. */
  get<R extends ResourceName>(ref: ObjectRef & { readonly resource: R }): Promise<ResourceTypes[R] | undefined>;
  create(resource: ResourceName, object: KubeObject & JsonObject): Promise<KubeObject>;
  /** Server-side apply as field manager `dovetail`, forcing conflicts only when told. `dryRun` validates without writing. */
  apply(
    resource: ResourceName,
    object: KubeObject & JsonObject,
    options?: { readonly force?: boolean; readonly dryRun?: boolean },
  ): Promise<KubeObject>;
  /** `subresource` is `scale` or `status`. */
  patch(
    ref: ObjectRef,
    type: PatchType,
    body: Json,
    options?: { readonly subresource?: string; readonly dryRun?: boolean },
  ): Promise<KubeObject>;
  /** Full replacement with the resourceVersion given in the object: fails with `kube.Conflict` when it moved. */
  replace(ref: ObjectRef, object: KubeObject & JsonObject): Promise<KubeObject>;
  /** Gone already counts as deleted. `uid` guards against deleting a namesake. */
  delete(
    ref: ObjectRef,
    options?: { readonly uid?: string; readonly propagation?: "Foreground" | "Background" | "Orphan" },
  ): Promise<void>;
  /** The Eviction API, the only way by which Dovetail moves a pod. `uid` guards against a namesake. */
  evict(pod: {
    readonly namespace: string;
    readonly name: string;
    readonly uid?: string;
    readonly gracePeriodSeconds?: number;
    readonly dryRun?: boolean;
  }): Promise<EvictionAnswer>;
  /** Last lines of a container's log; undefined when this cluster cannot give logs (kwok, sandbox without logs). */
  logs(pod: {
    readonly namespace: string;
    readonly name: string;
    readonly container?: string;
    readonly tailLines: number;
  }): Promise<string | undefined>;
  /** SelfSubjectAccessReview: may we? */
  can(
    verb: string,
    resource: ResourceName,
    options?: { readonly namespace?: string; readonly subresource?: string },
  ): Promise<boolean>;
}
