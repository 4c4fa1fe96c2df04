import type { JsonObject } from "../../../kube/objects.ts";
import { textAt, textsAt } from "../../../kube/json.ts";
import { object, objects } from "../../account/account.ts";
import { str } from "../../store/objects.ts";
import type { KarpenterHere } from "./here.ts";
import { claimOfMachine } from "./objects.ts";
import { processSettings } from "./process.ts";

/** Messages of one answer of the queue. */
const batchSize = 10;

/**
 * Reads the interruption queue, if the process was given one, and acts on its messages (karpenter-provider-aws v1.14.1,
 * `controllers/interruption`).
 */
export function readInterruptions(here: KarpenterHere): void {
  const { queue } = processSettings(here);
  const row = queue === "" ? undefined : here.account.table("sqs.queues")[queue];
  if (row === undefined) return;
  const waiting = objects(row["_messages"]);
  if (waiting.length === 0) return;
  row["_messages"] = waiting.slice(batchSize);
  for (const message of waiting.slice(0, batchSize)) act(here, object(message["body"]));
  if (waiting.length > batchSize) here.lookAgain("queue", 0);
}

interface Meaning {
  readonly reason: string;
  readonly message: string;
  readonly isEnd: boolean;
}

const meanings: Readonly<Record<string, Meaning>> = {
  "EC2 Spot Instance Interruption Warning": {
    reason: "SpotInterrupted",
    message: "Spot interruption warning was triggered",
    isEnd: true,
  },
  "EC2 Instance Rebalance Recommendation": {
    reason: "SpotRebalanceRecommendation",
    message: "Spot rebalance recommendation was triggered",
    isEnd: false,
  },
  "AWS Health Event": {
    reason: "InstanceUnhealthy",
    message: "An unhealthy warning was triggered for the instance",
    isEnd: true,
  },
};

const endings: Readonly<Record<string, Meaning>> = Object.fromEntries(
  (["stopping", "stopped", "shutting-down", "terminated"] as const).map((state) => {
    const isStopping = state.startsWith("stop");
    const reason = isStopping ? "InstanceStopping" : "InstanceTerminating";
    return [state, { reason, message: `Instance is ${isStopping ? "stopping" : "terminating"}`, isEnd: true }];
  }),
);

function act(here: KarpenterHere, event: JsonObject): void {
  const type = textAt(event, "detail-type") ?? "";
  const detail = object(event["detail"]);
  const meaning =
    type === "EC2 Instance State-change Notification" ? endings[textAt(detail, "state") ?? ""] : meanings[type];
  if (meaning === undefined) return;
  const affected = objects(detail["affectedEntities"]).map((one) => str(one["entityValue"]));
  const ids = [textAt(detail, "instance-id"), ...affected, ...textsAt(event, "resources")].map((id) =>
    id?.split("/").at(-1),
  );
  for (const id of new Set(ids)) {
    const claim = id === undefined ? undefined : claimOfMachine(here, id);
    if (claim === undefined || claim.metadata.deletionTimestamp !== undefined) continue;
    here.tell(claim, { type: "Warning", reason: meaning.reason, message: meaning.message });
    if (type === "EC2 Spot Instance Interruption Warning") markUnavailable(here, claim.metadata.labels ?? {});
    if (meaning.isEnd) here.delete("nodeclaims", claim);
  }
}

/** How long a pool that was just interrupted is left out (`pkg/cache`). */
const refusedMs = 180_000;

function markUnavailable(here: KarpenterHere, labels: Readonly<Record<string, string>>): void {
  const type = labels["node.kubernetes.io/instance-type"] ?? "";
  const zone = labels["topology.kubernetes.io/zone"] ?? "";
  here.memory.provider.refusedUntilMs.pools[`spot:${type}:${zone}`] = here.nowMs + refusedMs;
  here.lookAgain("touched", refusedMs + 1);
}
