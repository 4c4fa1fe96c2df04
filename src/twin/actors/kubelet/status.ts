import { fnv1a } from "../../../kube/text.ts";
import type { Condition, Pod } from "../../../kube/objects.ts";
import { condition } from "../../kubernetes/conditions.ts";
import type { Here } from "../../world/here.ts";

/** How far the containers of a pod are. */
export type Progress = "ready" | "running" | "crashing";

/** The status of a pod whose containers have started. */
export function startedStatus(here: Here<object>, pod: Pod, progress: Progress): NonNullable<Pod["status"]> {
  const { timestamp } = here;
  const had = pod.status?.containerStatuses?.[0]?.restartCount;
  const restartCount = progress === "crashing" ? (had === undefined ? 0 : had + 1) : (had ?? 0);
  const isReady = progress === "ready";
  const crashing = { waiting: { reason: "CrashLoopBackOff", message: "back-off restarting failed container" } };
  const containerStatuses = pod.spec.containers.map(({ name, image }) => ({
    name,
    ready: isReady,
    restartCount,
    ...(image === undefined ? {} : { image, imageID: `${image}@sha256:${digest(image)}` }),
    state: progress === "crashing" ? crashing : { running: { startedAt: timestamp } },
  }));
  return {
    ...pod.status,
    phase: "Running",
    conditions: [
      ...(pod.status?.conditions ?? []).filter((one) => one.type === "PodScheduled"),
      condition("PodReadyToStartContainers", true, { reason: "", timestamp }),
      condition("Initialized", true, { reason: "", timestamp }),
      ...readinessConditions(isReady, timestamp),
    ],
    startTime: pod.status?.startTime ?? timestamp,
    containerStatuses,
    podIP: pod.status?.podIP ?? addressOf(here, pod),
    qosClass: "Burstable",
  };
}

/** The two conditions that a probe decides. */
export function readinessConditions(isReady: boolean, timestamp: string): readonly Condition[] {
  return [
    condition("ContainersReady", isReady, { reason: isReady ? "ContainersReady" : "ContainersNotReady", timestamp }),
    condition("Ready", isReady, { reason: isReady ? "PodReady" : "ContainersNotReady", timestamp }),
  ];
}

function addressOf(here: Here<object>, pod: Pod): string {
  if (pod.spec.hostNetwork !== true) return `10.0.${here.dice.integer(32, 127)}.${here.dice.integer(1, 254)}`;
  const node = here.store.find("nodes", pod.spec.nodeName ?? "");
  return node?.status?.addresses?.find((one) => one.type === "InternalIP")?.address ?? "";
}

const digests = new Map<string, string>();

// Stable, and as long as a real digest.
function digest(image: string): string {
  const known = digests.get(image);
  if (known !== undefined) return known;
  let hash = fnv1a(image);
  let out = "";
  for (let round = 0; round < 8; round++) {
    if (round > 0) hash = fnv1a(image, hash);
    out += hash.toString(16).padStart(8, "0");
  }
  if (digests.size < 4096) digests.set(image, out);
  return out;
}
