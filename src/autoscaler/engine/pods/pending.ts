// Mirrors core/podlistprocessor/pod_list_processor.go and core/static_autoscaler.go of Cluster Autoscaler 1.36.1.
import { goSort } from "../../../kube/go-sort.ts";
import type { Pod, ResourceTexts } from "../../../kube/objects.ts";
import { isTerminating } from "../../../kube/pod.ts";
import { parseGoDuration } from "../../../kube/go-duration.ts";
import type { LoopState } from "../loop-state.ts";
import { HintingSimulator, type Placed } from "../room/hints.ts";
import type { Room } from "../room/room.ts";
import { podRequests } from "../../../kube/pod-requests.ts";
import { gpuResources } from "../state/readiness.ts";
import { isDaemonSetPod, isExpendable, isRecreatable } from "./classify.ts";

/** Pods that wait, after those are gone that CA need not help. */
export interface Pending {
  readonly toHelp: readonly Pod[];
  /** Pods that fit somewhere already; they take their room for the rest of the loop. */
  readonly placed: readonly Placed[];
}

/**
 * The list processors in their order (core/podlistprocessor): expendable pods go, pods of nodes under drain come, pods that fit
 * somewhere and daemons go.
 */
export function podsThatWait(loop: LoopState, room: Room, unschedulable: readonly Pod[]): Pending {
  const { settings, memory } = loop;
  const cutoff = settings.of("expendable-pods-priority-cutoff");
  const pods = [...unschedulable.filter((pod) => !isExpendable(pod, cutoff)), ...podsUnderDrain(loop, room)];
  goSort(pods, (a, b) => (a.spec.priority ?? 0) > (b.spec.priority ?? 0));
  const simulator = new HintingSimulator(memory.pendingHints);
  const placed = simulator.place(room, pods, { likeness: loop.likeness, stopsAtFailure: false });
  simulator.dropOld();
  memory.pendingHints = simulator.hints();
  const isPlaced = new Set(placed.map(({ pod }) => pod));
  return { toHelp: pods.filter((pod) => !isPlaced.has(pod) && !isDaemonSetPod(pod)), placed };
}

function podsUnderDrain({ memory, settings, luck }: LoopState, room: Room): readonly Pod[] {
  const drained = memory.deletions.flatMap(({ isDrain, node }) => (isDrain ? [node] : []));
  return luck
    .order("drainedNodes", drained, (node) => node)
    .flatMap((node) => (room.node(node)?.pods ?? []).map(({ pod }) => pod))
    .filter((pod) => !(settings.behaviour.leavesOutLeavingPods && isTerminating(pod)) && isRecreatable(pod))
    .map(unbound);
}

function unbound(pod: Pod): Pod {
  const { nodeName: _, ...spec } = pod.spec;
  return { ...pod, spec };
}

/** Pods old enough to be helped: older than the flag says, or their own annotation where it says more. */
export function oldEnough(pods: readonly Pod[], { view, settings }: LoopState): readonly Pod[] {
  const delayMs = settings.of("new-pod-scale-up-delay");
  return pods.filter((pod) => {
    const text = pod.metadata.annotations?.["cluster-autoscaler.kubernetes.io/pod-scale-up-delay"];
    const own = text === undefined ? undefined : parseGoDuration(text);
    const ownMs = own === undefined ? delayMs : Number(own) / 1e6;
    return view.nowMs - createdMs(pod) > Math.max(delayMs, ownMs);
  });
}

function createdMs(pod: Pod): number {
  return Date.parse(pod.metadata.creationTimestamp ?? "") || 0;
}

const youngMs = 2_000;
const youngGpuMs = 30_000;

/** Whether the pods came so recently that more may follow: the oldest is younger than 2 s, or the oldest that wants a GPU than 30 s. */
export function areAllNew(pods: readonly Pod[], nowMs: number): boolean {
  const oldest = (list: readonly Pod[]): number => list.reduce((least, pod) => Math.min(least, createdMs(pod)), nowMs);
  if (oldest(pods) + youngMs > nowMs) return true;
  const wantGpu = pods.filter(requestsGpu);
  return wantGpu.length > 0 && oldest(wantGpu) + youngGpuMs > nowMs;
}

function requestsGpu(pod: Pod): boolean {
  if (!namesGpu(pod)) return false;
  const requests = podRequests(pod);
  return requests.ok && gpuResources.some((name) => requests.value.has(name));
}

// Quantities of thousands of pods need not be read to see that none of them is a GPU's.
function namesGpu({ spec, status }: Pod): boolean {
  const names = (texts: ResourceTexts | undefined): boolean =>
    texts !== undefined && gpuResources.some((name) => texts[name] !== undefined);
  return (
    spec.containers.some(({ resources }) => names(resources?.requests)) ||
    spec.initContainers?.some(({ resources }) => names(resources?.requests)) === true ||
    names(spec.overhead) ||
    names(spec.resources?.requests) ||
    status?.containerStatuses !== undefined ||
    status?.initContainerStatuses !== undefined
  );
}
