import { numberAt } from "../../../kube/json.ts";
import { finishUpdate } from "../../account/eks.ts";
import { isManaged } from "../../account/groups.ts";
import { type Actor, watchTable } from "../../world/actor.ts";
import type { Here } from "../../world/here.ts";
import { type DrainMemory, drainMembers } from "./drain.ts";
import { relabelNodes } from "./relabel.ts";

/** EKS brings updates of managed node groups to their end, and drains nodes that Auto Scaling takes out of them. */
export const eks: Actor<DrainMemory> = {
  name: "eks",
  start: () => ({ drainingSinceMs: {} }),
  watches: [
    watchTable("eks.updates", (id) => [`update ${id}`]),
    watchTable("autoscaling.groups", (name) => [`group ${name}`]),
  ],
  look: (key, here) => {
    const [kind, name = ""] = key.split(" ");
    if (kind === "update") return lookAtUpdate(here, key, name);
    const group = here.account.table("autoscaling.groups")[name];
    if (group === undefined || !isManaged(group)) return;
    const againMs = drainMembers(here, group);
    if (againMs !== undefined) here.lookAgain(key, againMs);
  },
};

function lookAtUpdate(here: Here<DrainMemory>, key: string, id: string): void {
  const update = here.account.table("eks.updates")[id];
  if (update === undefined || update["status"] !== "InProgress") return;
  const sinceMs = numberAt(update["_sinceMs"]) ?? here.nowMs;
  const leftMs = sinceMs + here.latencies.eksUpdate.medianMs - here.nowMs;
  if (leftMs > 0) here.lookAgain(key, leftMs);
  else finishUpdate(here.account, id, (nodegroup, change) => relabelNodes(here, nodegroup, change));
}
