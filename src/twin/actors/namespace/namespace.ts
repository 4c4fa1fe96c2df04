import { keysOf } from "../../../kube/json.ts";
import { resources } from "../../../kube/resources.ts";
import { type Actor, watch } from "../../world/actor.ts";
import type { Here } from "../../world/here.ts";

/** How often it is looked whether all is gone (kubernetes 1.35, `namespaced_resources_deleter.go` waits for what is still ending). */
const retryMs = 5000;

const namespaced = keysOf(resources).filter((resource) => resources[resource].namespaced);

/** The namespace controller: what is in a namespace that is being deleted goes first, then the namespace. */
export const namespaces: Actor = {
  name: "namespace",
  start: () => ({}),
  watches: [watch("namespaces", ({ key, after }) => (after?.metadata.deletionTimestamp === undefined ? [] : [key]))],
  look: (key, here) => {
    const found = here.store.at("namespaces", key);
    if (found?.metadata.deletionTimestamp === undefined) return;
    if (isEmptied(here, key)) here.remove("namespaces", found);
    else here.lookAgain(key, retryMs);
  },
};

// Events are the last to go: what ends tells of it.
function isEmptied(here: Here, namespace: string): boolean {
  let left = 0;
  for (const resource of namespaced) {
    if (resource === "events") continue;
    for (const object of here.store.all(resource)) {
      if (object.metadata.namespace !== namespace) continue;
      here.delete(resource, object);
      const { name } = object.metadata;
      if (here.store.find(resource, name, namespace) !== undefined) left += 1;
    }
  }
  if (left > 0) return false;
  for (const event of here.store.all("events"))
    if (event.metadata.namespace === namespace) here.remove("events", event);
  return true;
}
