import type { KubeObject } from "./objects.ts";
import type { ResourceName } from "./resources.ts";

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
  /** Told of each object that is not as its API says and is left out for it; without this, one of them fails the list. */
  readonly onMalformed?: (malformed: MalformedObject) => void;
}

/** An object that lacks what its API promises. */
export interface MalformedObject {
  /** `Pod shop/web-0`. */
  readonly scope: string;
  /** A clause with the object as its subject: `has no containers`. */
  readonly problem: string;
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
