import { numberAt } from "../../../kube/json.ts";
import type { Pod } from "../../../kube/objects.ts";
import { stateOf } from "../../account/instances.ts";
import { condition, withCondition } from "../../kubernetes/conditions.ts";
import { areVolumesAttached, podsOfAttachment } from "../../kubernetes/attachments.ts";
import { str } from "../../store/objects.ts";
import { type Actor, watch, watchTable } from "../../world/actor.ts";
import type { Here } from "../../world/here.ts";
import { type ImageStore, pullMs } from "./images.ts";
import { isAlive, joinNode, nodeReady } from "./join.ts";
import { readinessConditions, startedStatus } from "./status.ts";

interface Memory {
  readonly images: Record<string, ImageStore>;
  /** Pods whose containers are being started or ended, by uid. */
  readonly starting: Record<string, true>;
  readonly stopping: Record<string, true>;
}

type Event =
  | { readonly kind: "join"; readonly instance: string }
  | { readonly kind: "node-ready"; readonly node: string; readonly uid: string }
  | { readonly kind: "started" | "ready" | "ended" | "gone"; readonly pod: string; readonly uid: string };

/** A container that failed is started again after this. */
const restartMs = 10_000;
/** A kubelet that may not register tries again. */
const joinAgainMs = 30_000;

/** The kubelets of all nodes: they register, start what was bound to them, and stop what is being deleted. */
export const kubelet: Actor<Memory, Event> = {
  name: "kubelet",
  start: () => ({ images: {}, starting: {}, stopping: {} }),
  watches: [
    watchTable("ec2.instances", (id) => [`instance ${id}`]),
    watch("pods", ({ key, before, after }) => {
      if (after === undefined) return [];
      const isBound = before?.spec.nodeName !== after.spec.nodeName;
      const isEnding = before?.metadata.deletionTimestamp !== after.metadata.deletionTimestamp;
      return isBound || isEnding ? [`pod ${key}`] : [];
    }),
    watch("volumeattachments", ({ after }, store) =>
      after === undefined ? [] : podsOfAttachment(store, after).map((key) => `pod ${key}`),
    ),
    watch("nodes", ({ key, after }) => (after === undefined ? [`node ${key}`] : [])),
  ],
  reactMs: 0,
  look: (key, here) => {
    const [kind, name = ""] = key.split(" ");
    if (kind === "pod") lookAtPod(here, name);
    else if (kind === "instance") lookAtInstance(here, name);
    else delete here.memory.images[name];
  },
  on: (event, here) => {
    if (event.kind === "join") join(here, event.instance);
    else if (event.kind === "node-ready") nodeReady(here, event.node, event.uid);
    else onPod(here, event);
  },
};

function lookAtInstance(here: Here<Memory, Event>, id: string): void {
  const instance = here.account.table("ec2.instances")[id];
  if (instance === undefined || stateOf(instance) !== "running" || instance["_isBooting"] === true) return;
  instance["_isBooting"] = true;
  here.after(here.drawMs("nodeJoin"), { kind: "join", instance: id });
}

function join(here: Here<Memory, Event>, id: string): void {
  if (!joinNode(here, id)) return here.after(joinAgainMs, { kind: "join", instance: id });
  const name = str(here.account.table("ec2.instances")[id]?.["PrivateDnsName"]);
  const node = here.store.find("nodes", name);
  const uid = node?.metadata.uid ?? "";
  if (node !== undefined) here.after(here.drawMs("nodeReady"), { kind: "node-ready", node: name, uid });
}

function lookAtPod(here: Here<Memory, Event>, key: string): void {
  const pod = here.store.at("pods", key);
  if (pod?.spec.nodeName === undefined) return;
  if (pod.metadata.deletionTimestamp !== undefined) stop(here, pod, key);
  else if (pod.status?.phase === "Pending") start(here, pod, key);
}

function start(here: Here<Memory, Event>, pod: Pod, key: string): void {
  const { uid = "" } = pod.metadata;
  if (here.memory.starting[uid] || !areVolumesAttached(here.store, pod)) return;
  here.memory.starting[uid] = true;
  const ms = pullMs(here, pod) + here.drawMs("containerStart") * (1 + (pod.spec.initContainers?.length ?? 0));
  here.after(ms, { kind: "started", pod: key, uid });
}

/** SIGTERM, and SIGKILL at the end of the grace period. */
function stop(here: Here<Memory, Event>, pod: Pod, key: string): void {
  const { uid = "", deletionTimestamp = "" } = pod.metadata;
  if (here.memory.stopping[uid]) return;
  here.memory.stopping[uid] = true;
  delete here.memory.starting[uid];
  const graceMs = Math.max(0, Date.parse(deletionTimestamp) - here.nowMs);
  here.tell(pod, { reason: "Killing", message: `Stopping container ${pod.spec.containers[0]?.name ?? ""}` });
  here.after(Math.min(graceMs, here.drawMs("applicationStop")), { kind: "gone", pod: key, uid });
}

function onPod(here: Here<Memory, Event>, event: Extract<Event, { readonly pod: string }>): void {
  const { starting, stopping } = here.memory;
  if (event.kind === "gone") delete stopping[event.uid];
  else delete starting[event.uid];
  const pod = here.store.at("pods", event.pod);
  const node = here.store.find("nodes", pod?.spec.nodeName ?? "");
  // A kubelet whose machine is gone does nothing any more.
  if (pod?.metadata.uid !== event.uid || node === undefined || !isAlive(here, node)) return;
  if (event.kind === "gone") return here.remove("pods", pod);
  if (pod.metadata.deletionTimestamp !== undefined) return;
  if (event.kind === "started") started(here, pod, event);
  else if (event.kind === "ready") ready(here, pod);
  else if (pod.status?.phase === "Running") ended(here, pod);
}

function started(here: Here<Memory, Event>, pod: Pod, event: Extract<Event, { readonly pod: string }>): void {
  const problem = problemOf(here, pod);
  if (problem !== undefined) {
    here.put("pods", { ...pod, status: startedStatus(here, pod, "crashing") });
    here.tell(pod, { type: "Warning", reason: "BackOff", message: "Back-off restarting failed container" });
    return here.after(restartMs, { ...event, kind: "started" });
  }
  const probeMs = firstProbeMs(here, pod);
  here.put("pods", { ...pod, status: startedStatus(here, pod, probeMs === undefined ? "ready" : "running") });
  here.tell(pod, { reason: "Started", message: `Started container ${pod.spec.containers[0]?.name ?? ""}` });
  if (probeMs !== undefined) here.after(probeMs, { ...event, kind: "ready" });
  if (pod.spec.restartPolicy === "Always") return;
  const seconds = Number(pod.metadata.annotations?.["sandbox.dovetail/runs-seconds"] ?? 600);
  here.after(seconds * 1000, { ...event, kind: "ended" });
}

function problemOf(here: Here<Memory, Event>, pod: Pod): string | undefined {
  if (pod.metadata.annotations?.["sandbox.dovetail/never-ready"] === "true") return "the readiness probe fails";
  return here.programs.problemOf(pod);
}

/** When the first readiness probe succeeds: at a multiple of its period, once the application is up. Undefined without a probe. */
function firstProbeMs(here: Here<Memory, Event>, pod: Pod): number | undefined {
  const probes = pod.spec.containers.flatMap(({ readinessProbe }) => readinessProbe ?? []);
  if (probes.length === 0) return undefined;
  const upMs = here.drawMs("applicationStart");
  const times = probes.map((probe) => {
    const delayMs = 1000 * (numberAt(probe, "initialDelaySeconds") ?? 0);
    const periodMs = 1000 * (numberAt(probe, "periodSeconds") ?? 10);
    const rounds = Math.max(0, Math.ceil((upMs - delayMs) / periodMs));
    return delayMs + (rounds + (numberAt(probe, "successThreshold") ?? 1) - 1) * periodMs;
  });
  return Math.max(...times);
}

function ready(here: Here<Memory, Event>, pod: Pod): void {
  const conditions = readinessConditions(true, here.timestamp).reduce(
    (all, one) => withCondition(all, one),
    pod.status?.conditions ?? [],
  );
  const containerStatuses = (pod.status?.containerStatuses ?? []).map((one) => ({ ...one, ready: true }));
  here.put("pods", { ...pod, status: { ...pod.status, conditions, containerStatuses } });
}

/** A pod that runs to an end has ended. */
function ended(here: Here<Memory, Event>, pod: Pod): void {
  const done = condition("Ready", false, { reason: "PodCompleted", timestamp: here.timestamp });
  const conditions = withCondition(pod.status?.conditions, done);
  here.put("pods", { ...pod, status: { ...pod.status, phase: "Succeeded", conditions } });
}
