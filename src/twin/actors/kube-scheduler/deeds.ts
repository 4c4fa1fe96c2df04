import type { Pod } from "../../../kube/objects.ts";
import { isBound, isTerminating, nameOf } from "../../../kube/pod.ts";
import type { SchedulerAction, WrittenCondition } from "../../../kube-scheduler/actions.ts";
import type { KubeScheduler } from "../../../kube-scheduler/scheduler.ts";
import { withCondition } from "../../kubernetes/conditions.ts";
import type { Here } from "../../world/here.ts";
import type { KeptScheduler, PendingBinding } from "./kept.ts";

type World = Here<KeptScheduler>;

/** How long volumes may take (VolumeBindingArgs, `bindTimeoutSeconds`). */
const bindTimeoutMs = 600_000;

/** Writes what an attempt gave rise to, as one call of the real scheduler each. */
export function writeActions(here: World, scheduler: KubeScheduler, actions: readonly SchedulerAction[]): void {
  const claims: string[] = [];
  for (const action of actions) {
    switch (action.kind) {
      case "patch-status":
        patchStatus(here, action);
        break;
      case "update-volume": {
        const { namespace = "default", name = "" } = action.volume.spec.claimRef ?? {};
        claims.push(`${namespace}/${name}`);
        here.put("persistentvolumes", action.volume);
        break;
      }
      case "update-claim":
        claims.push(nameOf(action.claim));
        here.put("persistentvolumeclaims", action.claim);
        break;
      case "preempt":
        preempt(here, action);
        break;
      default:
        if (claims.length === 0) bind(here, scheduler, action);
        else here.memory.bindings[action.pod] = waitingFor(here, action, claims);
    }
  }
}

/** Binds pods whose volumes are there, and gives up on those that have waited too long. */
export function bindWaiting(here: World, scheduler: KubeScheduler): void {
  const { bindings } = here.memory;
  for (const [pod, { uid, nodeName, claims, untilMs }] of Object.entries(bindings)) {
    const isThere = here.store.at("pods", pod)?.metadata.uid === uid;
    const isReady = isThere && claims.every((claim) => isClaimBound(here, claim));
    const isOver = here.nowMs >= untilMs;
    if (isThere && !isReady && !isOver) {
      here.lookAgain("timer", untilMs - here.nowMs);
      continue;
    }
    delete bindings[pod];
    if (isReady) bind(here, scheduler, { pod, nodeName });
    else if (isThere)
      fail(here, scheduler, pod, 'running PreBind plugin "VolumeBinding": binding volumes: context deadline exceeded');
  }
}

function waitingFor(
  here: World,
  { pod, nodeName }: { readonly pod: string; readonly nodeName: string },
  claims: readonly string[],
): PendingBinding {
  const uid = here.store.at("pods", pod)?.metadata.uid;
  return { uid, nodeName, claims, untilMs: here.nowMs + bindTimeoutMs };
}

function isClaimBound(here: World, claim: string): boolean {
  const found = here.store.at("persistentvolumeclaims", claim);
  const annotations = found?.metadata.annotations ?? {};
  return (found?.spec.volumeName ?? "") !== "" && annotations["pv.kubernetes.io/bind-completed"] !== undefined;
}

function patchStatus(
  here: World,
  { pod: name, condition, nominatedNodeName }: Extract<SchedulerAction, { readonly kind: "patch-status" }>,
): void {
  const pod = here.store.at("pods", name);
  if (pod === undefined) return;
  here.put("pods", {
    ...pod,
    status: {
      phase: "Pending",
      ...pod.status,
      ...(condition === undefined ? {} : { conditions: conditioned(here, pod, condition) }),
      ...(nominatedNodeName === undefined ? {} : { nominatedNodeName }),
    },
  });
}

/** As the recorder of the scheduler tells every attempt that failed. */
export function tellFailure(here: World, name: string, message: string): void {
  const pod = here.store.at("pods", name);
  if (pod !== undefined) here.tell(pod, { type: "Warning", reason: "FailedScheduling", message, from: by });
}

function preempt(
  here: World,
  { victim, preemptor, condition }: Extract<SchedulerAction, { readonly kind: "preempt" }>,
): void {
  const pod = here.store.at("pods", victim);
  if (pod === undefined || isTerminating(pod)) return;
  if (condition !== undefined)
    here.put("pods", { ...pod, status: { ...pod.status, conditions: conditioned(here, pod, condition) } });
  here.delete("pods", pod);
  const uid = here.store.at("pods", preemptor)?.metadata.uid ?? "";
  const message = `Preempted by pod ${uid} on node ${pod.spec.nodeName ?? ""}`;
  here.tell(pod, { reason: "Preempted", message, from: by });
}

// The API server binds no pod that is gone, going or bound, and takes the nomination away.
function bind(here: World, scheduler: KubeScheduler, { pod: name, nodeName }: { pod: string; nodeName: string }): void {
  const pod = here.store.at("pods", name);
  if (pod === undefined) return fail(here, scheduler, name, `pods "${nameAlone(name)}" not found`);
  if (isTerminating(pod))
    return fail(here, scheduler, name, `pod ${nameAlone(name)} is being deleted, cannot be assigned to a host`);
  if (isBound(pod)) return;
  const { nominatedNodeName: _, ...status } = pod.status ?? {};
  const scheduled = { type: "PodScheduled", status: "True", lastTransitionTime: here.timestamp };
  here.put("pods", {
    ...pod,
    spec: { ...pod.spec, nodeName },
    status: { phase: "Pending", ...status, conditions: withCondition(status.conditions, scheduled) },
  });
  here.tell(pod, { reason: "Scheduled", message: `Successfully assigned ${name} to ${nodeName}`, from: by });
}

function fail(here: World, scheduler: KubeScheduler, pod: string, why: string): void {
  writeActions(here, scheduler, scheduler.bindingFailed(pod, why, here.nowMs) ?? []);
  tellFailure(here, pod, why);
}

function conditioned(here: World, pod: Pod, condition: WrittenCondition): ReturnType<typeof withCondition> {
  return withCondition(pod.status?.conditions, { ...condition, lastTransitionTime: here.timestamp });
}

function nameAlone(name: string): string {
  return name.slice(name.indexOf("/") + 1);
}

const by = "default-scheduler";
