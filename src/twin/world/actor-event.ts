import type { JsonObject } from "../../kube/objects.ts";

/** Something that an actor told itself to do later. Plain data: a saved world goes on with it. */
export type ActorEvent = JsonObject & { readonly kind: string };
