import type { RefusedCall } from "../../../autoscaler/engine/act/calls.ts";
import type { CaEvent, MadeAct } from "../../../autoscaler/engine/decision.ts";
import { Fault } from "../../../fault/fault.ts";
import type { KubeObject, Node } from "../../../kube/objects.ts";
import { groupRow } from "../../account/group-row.ts";
import { memberIds } from "../../account/instances.ts";
import type { AutoscalerHere } from "./here.ts";

// `namespace/name`; what has no namespace has only a name.
function splitName(full: string): { readonly namespace: string; readonly name: string } {
  const at = full.indexOf("/");
  return { namespace: full.slice(0, Math.max(0, at)), name: full.slice(at + 1) };
}

/** Makes one of CA's calls in the world; why it was refused, if it was. Undefined when it was made. */
export function perform(here: AutoscalerHere, act: MadeAct): Omit<RefusedCall, "at"> | undefined {
  try {
    return make(here, act);
  } catch (error) {
    if (error instanceof Fault) return { message: error.message };
    throw error;
  }
}

function make(here: AutoscalerHere, act: MadeAct): Omit<RefusedCall, "at"> | undefined {
  switch (act.act) {
    case "increase":
    case "decrease":
      resize(here, act.group, Number(groupRow(here.account, act.group)["DesiredCapacity"]) + act.delta);
      return undefined;
    case "deleteNodes":
      for (const node of act.nodes) deleteNode(here, act.group, node);
      return undefined;
    case "evict":
      return evict(here, act.pod, act.graceSeconds);
    case "taint": {
      const { key, value, effect } = act;
      return change(here, act.node, (spec) => ({ ...spec, taints: [...(spec.taints ?? []), { key, value, effect }] }));
    }
    case "untaint":
      return change(here, act.node, (spec) => ({
        ...spec,
        taints: (spec.taints ?? []).filter(({ key }) => key !== act.key),
      }));
    case "cordon":
    case "uncordon":
      return change(here, act.node, (spec) => ({ ...spec, unschedulable: act.act === "cordon" }));
  }
}

function resize(here: AutoscalerHere, group: string, desired: number): void {
  here.call("autoscaling:SetDesiredCapacity", {
    AutoScalingGroupName: group,
    DesiredCapacity: desired,
    HonorCooldown: false,
  });
  here.memory.resizedMs[group] = here.nowMs;
}

function deleteNode(here: AutoscalerHere, group: string, name: string): void {
  const id = (here.store.find("nodes", name)?.spec?.providerID ?? name).split("/").at(-1) ?? "";
  // A stand-in for an instance that never came: the group wants no more than it has.
  if (id.startsWith("i-placeholder-")) return resize(here, group, memberIds(groupRow(here.account, group)).length);
  const input = { InstanceId: id, ShouldDecrementDesiredCapacity: true };
  here.call("autoscaling:TerminateInstanceInAutoScalingGroup", input);
}

function evict(here: AutoscalerHere, pod: string, gracePeriodSeconds: number): Omit<RefusedCall, "at"> | undefined {
  const { namespace, name } = splitName(pod);
  const found = here.store.find("pods", name, namespace);
  const answer = found === undefined ? ({ kind: "gone" } as const) : here.evict(found, gracePeriodSeconds);
  switch (answer.kind) {
    case "evicted":
      return undefined;
    case "gone":
      return { message: `pods "${name}" not found`, status: 404 };
    case "impossible":
      return { message: answer.message, status: 500 };
    case "blocked":
      return { message: answer.message, status: 429 };
  }
}

function change(
  here: AutoscalerHere,
  name: string,
  of: (spec: NonNullable<Node["spec"]>) => NonNullable<Node["spec"]>,
): Omit<RefusedCall, "at"> | undefined {
  const node = here.store.find("nodes", name);
  if (node === undefined) return { message: `nodes "${name}" not found`, status: 404 };
  here.put("nodes", { ...node, spec: of(node.spec ?? {}) });
  return undefined;
}

/** Writes one of CA's events. */
export function tell(here: AutoscalerHere, { kind, object, reason, type, message }: CaEvent): void {
  const about = aboutOf(here, kind, object);
  if (about !== undefined) here.tell(about, { reason, type, message });
}

function aboutOf(here: AutoscalerHere, kind: CaEvent["kind"], object: string): KubeObject | undefined {
  const { namespace, name } = splitName(object);
  if (kind === "Node") return here.store.find("nodes", object);
  if (kind === "Pod") return here.store.find("pods", name, namespace);
  return (
    here.store.find("configmaps", name, namespace) ?? {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { namespace, name },
    }
  );
}
