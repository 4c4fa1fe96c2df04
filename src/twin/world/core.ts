import type { Catalogue } from "../../karpenter/aws/type-info.ts";
import type { JsonObject, KubeObject } from "../../kube/objects.ts";
import type { PriceBook } from "../../money/price-book.ts";
import type { Random } from "../time/random.ts";
import type { ApiServer } from "../store/server.ts";
import type { AwsAccount } from "../account/account.ts";
import type { FaultInjector } from "../faults/faults.ts";
import type { SandboxEvent, SandboxState } from "./state.ts";

/** What EC2 sells in the world: its instance types and what they cost. Given when the world is made; nothing in it is state. */
export interface Market {
  readonly catalogue: Catalogue;
  readonly prices: PriceBook;
}

/** What every part of the simulated world may use. One part never calls another: they meet in the API server and the account. */
export interface Core {
  readonly state: SandboxState;
  readonly api: ApiServer;
  readonly aws: AwsAccount;
  readonly random: Random;
  readonly faults: FaultInjector;
  readonly market: Market;
  readonly nowMs: () => number;
  readonly after: (delayMs: number, event: SandboxEvent) => void;
}

/** The instant as Kubernetes writes it. */
export function timestamp(core: Core): string {
  return new Date(core.nowMs()).toISOString().replace(/\.\d{3}Z$/, "Z");
}

/** What happened, as `kubectl describe` and `kubectl get events` show it. Repeats are counted on one object, as kubelets do. */
export function recordEvent(
  core: Core,
  about: KubeObject,
  event: { readonly type?: string; readonly reason: string; readonly message: string; readonly from: string },
): void {
  const namespace = about.metadata.namespace ?? "default";
  const known = core.api.find("events", eventName(about, event), namespace);
  const count = known === undefined ? 0 : Number((known as KubeObject & JsonObject)["count"] ?? 1);
  const time = timestamp(core);
  const object: KubeObject & JsonObject = {
    apiVersion: "v1",
    kind: "Event",
    metadata: { name: eventName(about, event), namespace },
    involvedObject: {
      apiVersion: about.apiVersion,
      kind: about.kind,
      name: about.metadata.name,
      namespace: about.metadata.namespace,
      uid: about.metadata.uid,
    },
    type: event.type ?? "Normal",
    reason: event.reason,
    message: event.message,
    source: { component: event.from },
    firstTimestamp: known === undefined ? time : ((known as KubeObject & JsonObject)["firstTimestamp"] ?? time),
    lastTimestamp: time,
    count: count + 1,
  };
  core.api.put(event.from, "events", object);
}

function eventName(about: KubeObject, event: { readonly reason: string; readonly message: string }): string {
  let hash = 0x811c9dc5;
  const text = `${about.metadata.uid ?? about.metadata.name} ${event.reason} ${event.message}`;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return `${about.metadata.name}.${(hash >>> 0).toString(16).padStart(8, "0")}`;
}

const eventLifeMs = 3_600_000;

/** Events live one hour, as the API server keeps them. */
export function expireEvents(core: Core): void {
  const now = core.nowMs();
  // Once in a while is enough: nobody counts on the minute.
  if (now % 60_000 > 2000) return;
  for (const event of core.api.peek("events")) {
    const last = (event as KubeObject & JsonObject)["lastTimestamp"];
    if (typeof last === "string" && now - Date.parse(last) > eventLifeMs)
      core.api.remove("kube-apiserver", "events", event);
  }
}
