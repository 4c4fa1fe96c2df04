import type { Pod } from "../../kube/objects.ts";
import { keyOfObject } from "../store/objects.ts";
import { type Core, recordEvent, timestamp } from "../world/core.ts";
import { isKarpenterPod } from "../../karpenter/installations.ts";
import { controllerOfCluster, startProblem } from "./karpenter/wiring.ts";
import { condition, withCondition } from "./pods.ts";

/** From binding to readiness: the image is pulled, the container starts, its probe succeeds. */
const startMs = [2_500, 9_000] as const;
/** How long a container takes to end after SIGTERM; never longer than its grace period. */
const stopMs = [800, 4_500] as const;

/** A container that failed is started again after this. */
const restartMs = 10_000;

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
  const problem = problemOf(core, pod);
  core.api.put("kubelet", "pods", { ...pod, status: { ...pod.status, ...runningStatus(core, pod, problem) } });
  if (problem !== undefined) {
    recordEvent(core, pod, {
      type: "Warning",
      reason: "BackOff",
      message: "Back-off restarting failed container",
      from: "kubelet",
    });
    core.after(restartMs, { kind: "pod-ready", pod: key, uid });
    return;
  }
  const name = pod.spec.containers[0]?.name ?? "";
  recordEvent(core, pod, { reason: "Started", message: `Started container ${name}`, from: "kubelet" });
  const seconds = Number(pod.metadata.annotations?.["sandbox.dovetail/runs-seconds"] ?? 600);
  if (pod.spec.restartPolicy !== "Always") core.after(seconds * 1000, { kind: "job-done", pod: key, uid });
}

/** What keeps a container from running, as its log would say; undefined when nothing does. */
export function problemOf(core: Core, pod: Pod): string | undefined {
  if (pod.metadata.annotations?.["sandbox.dovetail/never-ready"] === "true") return "the readiness probe fails";
  const controller = isKarpenterPod(pod) ? controllerOfCluster(core) : undefined;
  return controller === undefined ? undefined : startProblem(core, controller);
}

function runningStatus(core: Core, pod: Pod, problem: string | undefined): NonNullable<Pod["status"]> {
  const now = timestamp(core);
  const restarts = pod.status?.containerStatuses?.[0]?.restartCount;
  const restartCount = problem === undefined ? (restarts ?? 0) : restarts === undefined ? 0 : restarts + 1;
  const crashing = { waiting: { reason: "CrashLoopBackOff", message: "back-off restarting failed container" } };
  const state = problem === undefined ? { running: { startedAt: now } } : crashing;
  const containerStatuses = pod.spec.containers.map(({ name, image }) => ({
    name,
    ready: problem === undefined,
    restartCount,
    ...(image === undefined ? {} : { image, imageID: `${image}@sha256:${digest(image)}` }),
    state,
  }));
  const isReady = problem === undefined;
  const conditions = [
    { type: "PodScheduled", status: "True", lastTransitionTime: now },
    { type: "Initialized", status: "True", lastTransitionTime: now },
    condition(core, "ContainersReady", isReady, isReady ? "ContainersReady" : "ContainersNotReady"),
    condition(core, "Ready", isReady, isReady ? "PodReady" : "ContainersNotReady"),
  ];
  const podIP =
    pod.spec.hostNetwork === true
      ? nodeAddress(core, pod.spec.nodeName ?? "")
      : `10.0.${core.random.integer(32, 127)}.${core.random.integer(1, 254)}`;
  return { phase: "Running", conditions, startTime: now, containerStatuses, podIP, qosClass: "Burstable" };
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
