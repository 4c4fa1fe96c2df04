import type { Json, JsonObject, KubeObject } from "../kube/objects.ts";
import type { EvictionAnswer, ListOptions, ObjectRef, PatchType } from "../kube/requests.ts";
import type { ResourceName, ResourceTypes } from "../kube/resources.ts";

/**
 * A Kubernetes API server as somebody sees it who changes nothing. All answers are plain JSON.
 *
 * Every method throws `Fault` (`kube.NotFound`, `kube.Conflict`, `kube.Forbidden`, `kube.Invalid`, `kube.AbsentApi`, `kube.Unreachable`,
 * `kube.Unauthorized`, `kube.Throttled`, `kube.Failed`) unless it says otherwise.
 */
export interface ClusterReader {
  /** Where this is, for messages and for the check that account and kubeconfig speak of the same cluster. */
  readonly where: { readonly context: string; readonly server: string };
  /** `major.minor` and the full git version. */
  version(): Promise<{ readonly minor: string; readonly gitVersion: string }>;
  /** All objects, paged to the end (a 410 in between restarts the list). Never a partial list. */
  list<R extends ResourceName>(resource: R, options?: ListOptions): Promise<readonly ResourceTypes[R][]>;
  /** Undefined when it does not exist. */
  get<R extends ResourceName>(ref: ObjectRef & { readonly resource: R }): Promise<ResourceTypes[R] | undefined>;
  /** Last lines of a container's log; undefined when this cluster cannot give logs (kwok, sandbox without logs). */
  logs(pod: {
    readonly namespace: string;
    readonly name: string;
    readonly container?: string;
    readonly tailLines: number;
  }): Promise<string | undefined>;
  /** SelfSubjectReview: who the API server takes us for, impersonation included. Undefined where it does not tell: before 1.28. */
  user(): Promise<string | undefined>;
  /** SelfSubjectAccessReview: may we? */
  can(
    verb: string,
    resource: ResourceName,
    options?: { readonly namespace?: string; readonly subresource?: string },
  ): Promise<boolean>;
}

/** The same API server for somebody who may change what is in it. Faults as for reading. */
export interface Cluster extends ClusterReader {
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
}
