// Mirrors core/scaledown/eligibility/eligibility.go of Cluster Autoscaler 1.36.1.
import type { Node } from "../../../kube/objects.ts";
import type { WorkingGroup } from "../cloud/cloud.ts";
import type { UnremovableReason, Utilization } from "../decision.ts";
import type { LoopState } from "../loop-state.ts";
import type { Room } from "../room/room.ts";
import { gpuResourceOf, readinessOf } from "../state/readiness.ts";
import { isBeingDeleted } from "../state/taints.ts";
import { utilizationOf } from "./utilization.ts";

/** Whether a node asks to stay. */
export function isScaleDownDisabled(node: Node): boolean {
  return node.metadata.annotations?.["cluster-autoscaler.kubernetes.io/scale-down-disabled"] === "true";
}

/** What a look at a node by itself finds. */
export interface CandidateFacts {
  /** Why it is not worth a simulation; undefined when it is. */
  readonly reason: UnremovableReason | undefined;
  readonly utilization: Utilization | undefined;
}

/** Whether a candidate is worth a simulation (core/scaledown/eligibility/eligibility.go). */
export function eligibilityOf(loop: LoopState, room: Room, node: Node): CandidateFacts {
  const { memory, view, settings } = loop;
  const no = (reason: UnremovableReason, utilization?: Utilization): CandidateFacts => ({ reason, utilization });
  const state = room.node(node.metadata.name);
  if (state === undefined) return no("UnexpectedError");
  if (memory.unremovableUntilMs[node.metadata.name] !== undefined) return no("RecentlyUnremovable");
  if (isBeingDeleted(state.node, view.nowMs)) return no("CurrentlyBeingDeleted");
  if (isScaleDownDisabled(state.node)) return no("ScaleDownDisabledAnnotation");
  const group = loop.cloud.groupOf(state.node);
  if (group === undefined) return no("NotAutoscaled");
  const ignoresDaemonSets = group.options.ignoreDaemonSetsUtilization ?? settings.of("ignore-daemonsets-utilization");
  const utilization = utilizationOf(state, { settings, nowMs: view.nowMs, ignoresDaemonSets });
  if (utilization === undefined) return no("UnexpectedError");
  if (!settings.of("scale-down-unready-enabled") && !readinessOf(state.node).isReady)
    return no("ScaleDownUnreadyDisabled");
  const limit = thresholdOf(loop, group, state.node);
  const isLow = settings.behaviour.thresholdIsLow ? utilization.utilization <= limit : utilization.utilization < limit;
  return isLow ? { reason: undefined, utilization } : no("NotUnderutilized", utilization);
}

function thresholdOf({ settings }: LoopState, { options }: WorkingGroup, node: Node): number {
  return gpuResourceOf(node) === undefined
    ? (options.scaleDownUtilizationThreshold ?? settings.of("scale-down-utilization-threshold"))
    : (options.scaleDownGpuUtilizationThreshold ?? settings.of("scale-down-gpu-utilization-threshold"));
}
