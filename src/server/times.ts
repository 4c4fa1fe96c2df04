import { isList, isObject } from "../kube/json.ts";
import type { Json, JsonObject } from "../kube/objects.ts";
import { type Stored, withFields, withMetadata } from "../twin/store/objects.ts";

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;
const ofEvents = ["firstTimestamp", "lastTimestamp", "eventTime"];

/** How far the clock of a client is ahead of the world's, in milliseconds, as of now. */
export type ClockShift = () => number;

/**
 * An object with the times that the world wrote as a client's clock has them, so that the ages which clients reckon are right: those of its
 * metadata, its status and of Events. What clients write into `spec` and `data` stays theirs.
 */
export function onClientsClock(object: Stored, shiftMs: number): Stored {
  const { creationTimestamp, deletionTimestamp } = object.metadata;
  const metadata = {
    ...object.metadata,
    ...(creationTimestamp === undefined ? {} : { creationTimestamp: shifted(creationTimestamp, shiftMs) }),
    ...(deletionTimestamp === undefined ? {} : { deletionTimestamp: shifted(deletionTimestamp, shiftMs) }),
  };
  const fields: Record<string, Json> = {};
  if (isObject(object["status"])) fields["status"] = shiftedIn(object["status"], shiftMs);
  if (object.kind === "Event")
    for (const name of ofEvents) {
      const time = object[name];
      if (typeof time === "string") fields[name] = shifted(time, shiftMs);
    }
  return withFields(withMetadata(object, metadata), fields);
}

function shiftedIn(value: Json, shiftMs: number): Json {
  if (typeof value === "string") return instant.test(value) ? shifted(value, shiftMs) : value;
  if (isList(value)) return value.map((one) => shiftedIn(one, shiftMs));
  if (!isObject(value)) return value;
  const moved: Record<string, Json> = {};
  for (const [key, one] of Object.entries(value)) if (one !== undefined) moved[key] = shiftedIn(one, shiftMs);
  return moved;
}

function shifted(time: string, shiftMs: number): string {
  const at = Date.parse(time);
  return Number.isNaN(at) ? time : `${new Date(at + shiftMs).toISOString().slice(0, 19)}Z`;
}

const heartbeatMs = 300_000;

/** A node whose conditions say when its kubelet last told of them: every five minutes where nothing changes. */
export function withHeartbeats(node: Stored, nowMs: number): Stored {
  const { status } = node;
  const conditions = isObject(status) ? status["conditions"] : undefined;
  if (!isObject(status) || !isList(conditions)) return node;
  const told = conditions.map((one) => (isObject(one) ? withHeartbeat(one, nowMs) : one));
  return withFields(node, { status: { ...status, conditions: told } });
}

function withHeartbeat(condition: JsonObject, nowMs: number): JsonObject {
  const since = condition["lastTransitionTime"];
  const isTold = condition["lastHeartbeatTime"] !== undefined || typeof since !== "string";
  // A kubelet that is not heard of tells nothing: its last word is that of the change.
  if (isTold || condition["status"] === "Unknown") return condition;
  const last = nowMs - ((nowMs - Date.parse(since)) % heartbeatMs);
  return { ...condition, lastHeartbeatTime: `${new Date(last).toISOString().slice(0, 19)}Z` };
}
