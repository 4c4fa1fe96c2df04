import { textAt, textsAt } from "../../../kube/json.ts";
import type { Json, JsonObject } from "../../../kube/objects.ts";
import { object, objects } from "../../account/account.ts";
import { stateOf, terminateInstance } from "../../account/instances.ts";
import { str } from "../../store/objects.ts";
import { type Actor, watchTable } from "../../world/actor.ts";
import type { Here } from "../../world/here.ts";

interface Memory {
  /** Instances whose end is drawn, by id. */
  readonly drawn: Record<string, true>;
}

type Event = { readonly kind: "warn" | "take"; readonly id: string };

/** EC2 tells two minutes before it takes a spot instance back. */
const noticeMs = 120_000;
const dayMs = 86_400_000;

/** EC2 takes spot instances back: each with the same chance in every hour that it runs, so many of a hundred a day. */
export function spotInterruptions(percentADay: number): Actor<Memory, Event> {
  const rate = -Math.log(1 - percentADay / 100) / dayMs;
  return {
    name: "spot-market",
    start: () => ({ drawn: {} }),
    watches: [watchTable("ec2.instances")],
    look: (id, here) => {
      const row = here.account.table("ec2.instances")[id];
      if (row === undefined || row["InstanceLifecycle"] !== "spot" || stateOf(row) !== "running") return;
      if (here.memory.drawn[id]) return;
      here.memory.drawn[id] = true;
      const lifeMs = -Math.log(1 - here.dice.fraction()) / rate;
      // Beyond a year nobody looks.
      if (lifeMs < 365 * dayMs) here.after(Math.round(lifeMs), { kind: "warn", id });
    },
    on: ({ kind, id }, here) => {
      const row = here.account.table("ec2.instances")[id];
      if (row === undefined || stateOf(row) !== "running") return;
      if (kind === "take") return terminateInstance(here.account, id);
      here.observe("ec2:SpotInterruption", id, { "instance-type": str(row["InstanceType"]) });
      publish(here, {
        source: "aws.ec2",
        "detail-type": "EC2 Spot Instance Interruption Warning",
        detail: { "instance-id": id, "instance-action": "terminate" },
      });
      here.after(noticeMs, { kind: "take", id });
    },
  };
}

/** EventBridge: the event goes to the queues of the rules that it matches by its kind. */
function publish(here: Here<Memory, Event>, event: JsonObject): void {
  for (const rule of here.account.rows("events.rules")) {
    if (rule["State"] === "DISABLED" || !isMatched(str(rule["EventPattern"] ?? ""), event)) continue;
    for (const target of objects(rule["_targets"])) {
      const name = str(target["Arn"]).split(":").at(-1) ?? "";
      const queue = here.account.table("sqs.queues")[name];
      if (queue === undefined) continue;
      queue["_messages"] = [...objects(queue["_messages"]), { body: event }];
      here.account.changed("sqs.queues", name);
    }
  }
}

function isMatched(pattern: string, event: JsonObject): boolean {
  const read: Json = pattern === "" ? {} : JSON.parse(pattern);
  const wanted = object(read);
  return ["source", "detail-type"].every((field) => {
    const values = textsAt(wanted[field]);
    return values.length === 0 || values.includes(textAt(event[field]) ?? "");
  });
}
