import { reconcileGroup } from "../../account/groups.ts";
import { str } from "../../store/objects.ts";
import { type Actor, watchTable } from "../../world/actor.ts";

/** Every Auto Scaling group reaches its desired capacity: what the service does by itself, again and again. */
export const autoScaling: Actor = {
  name: "auto-scaling",
  start: () => ({}),
  watches: [
    watchTable("autoscaling.groups", (name) => [`group ${name}`]),
    watchTable("ec2.instances", (id) => [`instance ${id}`]),
  ],
  reactMs: 500,
  look: (key, here) => {
    const [kind, name = ""] = key.split(" ");
    if (kind === "instance") {
      const instance = here.account.table("ec2.instances")[name];
      const group = str(instance?.["_group"]);
      if (group !== "") here.lookAgain(`group ${group}`, 0);
      return;
    }
    const group = here.account.table("autoscaling.groups")[name];
    if (group === undefined) return;
    const again = reconcileGroup(here.account, group, {
      nowMs: here.nowMs,
      retryMs: here.latencies.groupRetry.medianMs,
      rebalanceMs: here.latencies.zoneRebalance.medianMs,
    });
    if (again !== undefined) here.lookAgain(key, again);
  },
};
