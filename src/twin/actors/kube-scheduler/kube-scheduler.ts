import { type Actor, type Watch, watch } from "../../world/actor.ts";
import type { Here } from "../../world/here.ts";
import { bindWaiting, writeActions, tellFailure } from "./deeds.ts";
import { type KeptScheduler, watched } from "./kept.ts";
import { savedIn, schedulerIn } from "./live.ts";

const timer = "timer";

/** kube-scheduler as `src/kube-scheduler/` models it: what it decides is written as the real one writes it. */
export const kubeScheduler: Actor<KeptScheduler> = {
  name: "kube-scheduler",
  start: () => ({ bindings: {} }),
  watches: watched.map((resource): Watch => watch(resource, ({ key }) => [`${resource} ${key}`])),
  look: (key, here) => {
    if (key !== timer) see(here, key);
  },
  settle: (here) => {
    const scheduler = schedulerIn(here);
    scheduler.advance(here.nowMs);
    bindWaiting(here, scheduler);
    for (let next = scheduler.attempt(here.nowMs); next !== undefined; next = scheduler.attempt(here.nowMs)) {
      if (next.message !== "") tellFailure(here, next.pod, next.message);
      writeActions(here, scheduler, next.actions);
    }
    const dueMs = scheduler.nextTimerMs();
    if (dueMs !== undefined) here.lookAgain(timer, dueMs - here.nowMs);
  },
  // At once: what was saved names objects of the store as it was then.
  open: (here) => void schedulerIn(here),
  save: (here) => {
    here.memory.saved = savedIn(here);
  },
};

function see(here: Here<KeptScheduler>, key: string): void {
  const scheduler = schedulerIn(here);
  const space = key.indexOf(" ");
  const name = key.slice(space + 1);
  const resource = watched.find((one) => one === key.slice(0, space));
  if (resource === undefined) return;
  const object = here.store.at(resource, name);
  if (object === undefined) scheduler.delete(resource, name, here.nowMs);
  else scheduler.put(resource, object, here.nowMs);
}
