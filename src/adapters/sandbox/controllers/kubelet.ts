import type { Pod } from "../../../kube/objects.ts";
import { keyOfObject } from "../api/objects.ts";
import { type Core, recordEvent, timestamp } from "../core.ts";
import { condition, withCondition } from "./pods.ts";

/** From binding to readiness: the image is pulled, the container starts, its probe succeeds. */
const startMs = [2_500, 9_000] as const;
/** How long a container takes to end after SIGTERM; never longer than its grace period. */
const stopMs = [800, 4_500] as const;

/** Kubelets of all nodes: start what was bound to them, stop what is being deleted. Called when pods changed. */
export function startPod(core: Core, pod: Pod): void {
  const { uid = "" } = pod.metadata;
  core.after(core.random.integer(...startMs), { kind: "pod-ready", pod: keyOfObject("pods", pod), uid });
}

/** The pod got a deletion timestamp: it ends within its grace period. */
export function stopPod(core: Core, pod: Pod): void {
  const { uid = "", deletionTimestamp } = pod.metadata;
  const grace = deletionTimestamp === undefined ? 0 : Math.max(0, Date.parse(deletionTimestamp) - core.nowMs());
  recordEvent(core, pod, { reason: "Killing", message: "Stopping container", from: "kubelet" });
  core.after(Math.min(grace, core.random.integer(...stopMs)), { kind: "pod-gone", pod: keyOfObject("pods", pod), uid });
}

/** The containers run and their probes succeed, unless the node went away in between. */
export function podStarted(core: Core, key: string, uid: string): void {
  const pod = findPod(core, key, uid);
  const nodeName = pod?.spec.nodeName;
  if (pod === undefined || nodeName === undefined || pod.metadata.deletionTimestamp !== undefined) return;
  if (core.api.find("nodes", nodeName) === undefined) return;
  const now = timestamp(core);
  const isReady = !(pod.metadata.annotations?.["sandbox.dovetail/never-ready"] === "true");
  const statuses = pod.spec.containers.map((container) => ({
    name: container.name,
    ready: isReady,
    restartCount: 0,
    ...(container.image === undefined
      ? {}
      : { image: container.image, imageID: `${container.image}@sha256:${digest(container.image)}` }),
    state: { running: { startedAt: now } },
  }));
  const ready = condition(core, "Ready", isReady, isReady ? "PodReady" : "ContainersNotReady");
  const conditions = [
    { type: "PodScheduled", status: "True", lastTransitionTime: now },
    { type: "Initialized", status: "True", lastTransitionTime: now },
    { type: "ContainersReady", status: ready.status, lastTransitionTime: now },
    ready,
  ];
  const podIP =
    pod.spec.hostNetwork === true
      ? nodeAddress(core, nodeName)
      : `10.0.${core.random.integer(32, 127)}.${core.random.integer(1, 254)}`;
  core.api.put("kubelet", "pods", {
    ...pod,
    status: {
      ...pod.status,
      phase: "Running",
      conditions,
      startTime: now,
      containerStatuses: statuses,
      podIP,
      qosClass: "Burstable",
    },
  } as Pod);
  recordEvent(core, pod, {
    reason: "Started",
    message: `Started container ${pod.spec.containers[0]?.name ?? ""}`,
    from: "kubelet",
  });
  const seconds = Number(pod.metadata.annotations?.["sandbox.dovetail/runs-seconds"] ?? 600);
  if (pod.spec.restartPolicy !== "Always") core.after(seconds * 1000, { kind: "job-done", pod: key, uid });
}

/** A pod that runs to an end has ended. */
export function podSucceeded(core: Core, key: string, uid: string): void {
  const pod = findPod(core, key, uid);
  if (pod === undefined || pod.metadata.deletionTimestamp !== undefined || pod.status?.phase !== "Running") return;
  const conditions = withCondition(pod.status.conditions, condition(core, "Ready", false, "PodCompleted"));
  core.api.put("kubelet", "pods", { ...pod, status: { ...pod.status, phase: "Succeeded", conditions } });
}

/** The containers have ended: the object goes. */
export function podGone(core: Core, key: string, uid: string): void {
  const pod = findPod(core, key, uid);
  if (pod !== undefined) core.api.remove("kubelet", "pods", pod);
}

function findPod(core: Core, key: string, uid: string): Pod | undefined {
  const [namespace = "", name = ""] = key.split("/");
  const pod = core.api.find("pods", name, namespace);
  return pod?.metadata.uid === uid ? pod : undefined;
}

function nodeAddress(core: Core, name: string): string {
  const node = core.api.find("nodes", name);
  return node?.status?.addresses?.find((one) => one.type === "InternalIP")?.address ?? "";
}

// Stable, and as long as a real digest.
function digest(image: string): string {
  let hash = 0x811c9dc5;
  let out = "";
  for (let round = 0; round < 8; round++) {
    for (let i = 0; i < image.length; i++) hash = Math.imul(hash ^ image.charCodeAt(i), 0x01000193);
    out += (hash >>> 0).toString(16).padStart(8, "0");
  }
  return out;
}
