import { object } from "../account/account.ts";
import { str } from "../store/objects.ts";
import type { Actor } from "../world/actor.ts";
import type { Here } from "../world/here.ts";
import type { FaultRule } from "./faults.ts";

interface Memory {
  /** The zone that has nothing to sell now. */
  zone: string | undefined;
}

type Event = { readonly kind: "begin" | "end" };

/** From time to time a zone has no capacity of any type for a while, on-demand or spot. */
export function shortages(every: { readonly meanMs: number; readonly lengthMs: number }): Actor<Memory, Event> {
  const plan = (here: Here<Memory, Event>): void =>
    here.after(Math.round(-Math.log(1 - here.dice.fraction()) * every.meanMs), { kind: "begin" });
  let rule: FaultRule | undefined;
  return {
    name: "shortages",
    start: () => ({ zone: undefined }),
    watches: [],
    open: plan,
    on: ({ kind }, here) => {
      if (kind === "end") {
        if (rule !== undefined) here.faults.remove(rule);
        rule = undefined;
        here.memory.zone = undefined;
        return plan(here);
      }
      const zones = here.account
        .rows("ec2.instances")
        .map((row) => str(object(row["Placement"])["AvailabilityZone"]))
        .filter((zone) => zone !== "");
      const zone = here.dice.pick([...new Set(zones)].toSorted());
      if (zone === undefined) return plan(here);
      here.memory.zone = zone;
      rule = { kind: "no-capacity", zone };
      here.faults.add(rule);
      here.observe("ec2:NoCapacity", zone, {});
      here.after(every.lengthMs, { kind: "end" });
    },
  };
}
