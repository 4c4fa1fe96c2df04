import { isTerminating } from "../../kube/pod.ts";
import type { SchedulerAction, WrittenCondition } from "../actions.ts";
import type { PodInfo } from "../pods/registry.ts";
import type { PreemptionCandidate } from "./dry-run.ts";

/** What is to be written to make room, and the last pod that goes; undefined when all are going already. */
export interface VictimActions {
  readonly actions: readonly SchedulerAction[];
  readonly last: string | undefined;
}

/**
 * Makes room on the node that was chosen (preemption.go, `prepareCandidateAsync`): less important pods lose their nomination to it, and the
 * victims that are not going already are told why and deleted. When that happens during the attempt, nominations go last.
 */
export function actionsOf(
  { victims }: PreemptionCandidate,
  preemptor: PodInfo,
  { nominated, clearsFirst }: { readonly nominated: readonly PodInfo[]; readonly clearsFirst: boolean },
): VictimActions {
  const going = victims.filter(({ pod }) => !isTerminating(pod));
  if (going.length === 0 && clearsFirst) return { actions: [], last: undefined };
  const clearing = nominated
    .filter(
      ({ shape, pod }) => shape.priority < preemptor.shape.priority && (pod.status?.nominatedNodeName ?? "") !== "",
    )
    .map(
      ({ name }): SchedulerAction => ({ kind: "patch-status", pod: name, condition: undefined, nominatedNodeName: "" }),
    );
  const preempting = going.map((info): SchedulerAction => {
    const condition = conditionFor(preemptor);
    return {
      kind: "preempt",
      victim: info.name,
      preemptor: preemptor.name,
      condition: isTold(info, condition) ? undefined : condition,
    };
  });
  return {
    actions: clearsFirst ? [...clearing, ...preempting] : [...preempting, ...clearing],
    last: going.at(-1)?.name,
  };
}

function conditionFor({ pod }: PodInfo): WrittenCondition {
  return {
    type: "DisruptionTarget",
    status: "True",
    reason: "PreemptionByScheduler",
    message: `${pod.spec.schedulerName ?? "default-scheduler"}: preempting to accommodate a higher priority pod`,
  };
}

function isTold({ pod }: PodInfo, { type, reason, message, status }: WrittenCondition): boolean {
  const known = pod.status?.conditions?.find((one) => one.type === type);
  return known?.status === status && known.reason === reason && known.message === message;
}
