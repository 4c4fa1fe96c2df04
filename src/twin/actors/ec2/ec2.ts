import { setRunning, setTerminated, stateOf } from "../../account/instances.ts";
import { type Actor, watchTable } from "../../world/actor.ts";

interface Memory {
  /** The state that each instance was last seen in, until it is forgotten. */
  readonly seen: Record<string, string>;
}

type Event =
  | { readonly kind: "running"; readonly id: string }
  | { readonly kind: "terminated"; readonly id: string }
  | { readonly kind: "forgotten"; readonly id: string };

/** EC2 shows an instance that has ended for about an hour. */
const shownMs = 3_600_000;

/** Instances come up and end in their time. */
export const ec2: Actor<Memory, Event> = {
  name: "ec2",
  start: () => ({ seen: {} }),
  watches: [watchTable("ec2.instances")],
  reactMs: 0,
  look: (id, here) => {
    const instance = here.account.table("ec2.instances")[id];
    if (instance === undefined) return;
    const state = stateOf(instance);
    const { seen } = here.memory;
    if (seen[id] === state) return;
    seen[id] = state;
    if (state === "pending") here.after(here.drawMs("instanceRunning"), { kind: "running", id });
    else if (state === "shutting-down") here.after(here.drawMs("instanceShutdown"), { kind: "terminated", id });
    else if (state === "terminated") here.after(shownMs, { kind: "forgotten", id });
  },
  on: (event, here) => {
    if (event.kind === "running") setRunning(here.account, event.id);
    else if (event.kind === "terminated") setTerminated(here.account, event.id);
    else {
      here.account.drop("ec2.instances", event.id);
      delete here.memory.seen[event.id];
    }
  },
};
