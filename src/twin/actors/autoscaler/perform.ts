import type { RefusedCall } from "../../../autoscaler/engine/act/calls.ts";
import type { CaEvent, MadeAct } from "../../../autoscaler/engine/decision.ts";
import { Fault } from "../../../fault/fault.ts";
import type { KubeObject, Node } from "../../../kube/objects.ts";
import { groupRow } from "../../account/autoscaling.ts";
import { memberIds } from "../../account/instances.ts";
import { type Core, recordEvent } from "../../world/core.ts";
import { evictPod } from "../budgets.ts";

/** The name under which Cluster Autoscaler writes. */
export const by = "cluster-autoscaler";

// `namespace/name`; what has no namespace has only a name.
function splitName(full: string): { readonly namespace: string; readonly name: string } {
  const at = full.indexOf("/");
  return { namespace: full.slice(0, Math.max(0, at)), name: full.slice(at + 1) };
}

/** Makes one of CA's calls in the world; why it was refused, if it was. */
export function perform(core: Core, act: MadeAct): Omit<RefusedCall, "at"> | undefined {
  try {
    return make(core, act);
  } catch (error) {
    if (error instanceof Fault) return { message: error.message };
    throw error;
  }
}

function make(core: Core, act: MadeAct): Omit<RefusedCall, "at"> | undefined {
  switch (act.act) {
    case "increase":
    case "decrease":
      resize(core, act.group, Number(groupRow(core.aws, act.group)["DesiredCapacity"]) + act.delta);
      return undefined;
    case "deleteNodes":
      for (const node of act.nodes) deleteNode(core, act.group, node);
      return undefined;
    case "evict":
      return evict(core, act.pod, act.graceSeconds);
    case "taint": {
      const { key, value, effect } = act;
      return change(core, act.node, (spec) => ({ ...spec, taints: [...(spec.taints ?? []), { key, value, effect }] }));
    }
    case "untaint":
      return change(core, act.node, (spec) => ({
        ...spec,
        taints: (spec.taints ?? []).filter(({ key }) => key !== act.key),
      }));
    case "cordon":
    case "uncordon":
      return change(core, act.node, (spec) => ({ ...spec, unschedulable: act.act === "cordon" }));
  }
}

function resize(core: Core, group: string, desired: number): void {
  core.aws.call(by, "autoscaling:SetDesiredCapacity", {
    AutoScalingGroupName: group,
    DesiredCapacity: desired,
    HonorCooldown: false,
  });
  core.state.autoscaler.resizedMs[group] = core.nowMs();
}

function deleteNode(core: Core, group: string, name: string): void {
  const id = (core.api.find("nodes", name)?.spec?.providerID ?? name).split("/").at(-1) ?? "";
  // A stand-in for an instance that never came: the group wants no more than it has.
  if (id.startsWith("i-placeholder-")) return resize(core, group, memberIds(groupRow(core.aws, group)).length);
  const input = { InstanceId: id, ShouldDecrementDesiredCapacity: true };
  core.aws.call(by, "autoscaling:TerminateInstanceInAutoScalingGroup", input);
}

function evict(core: Core, pod: string, gracePeriodSeconds: number): Omit<RefusedCall, "at"> | undefined {
  const { namespace, name } = splitName(pod);
  const answer = evictPod(core, by, { namespace, name, gracePeriodSeconds });
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
  core: Core,
  name: string,
  of: (spec: NonNullable<Node["spec"]>) => NonNullable<Node["spec"]>,
): Omit<RefusedCall, "at"> | undefined {
  const node = core.api.find("nodes", name);
  if (node === undefined) return { message: `nodes "${name}" not found`, status: 404 };
  core.api.put(by, "nodes", { ...node, spec: of(node.spec ?? {}) });
  return undefined;
}

/** Writes one of CA's events. */
export function tell(core: Core, { kind, object, reason, type, message }: CaEvent): void {
  const about = aboutOf(core, kind, object);
  if (about !== undefined) recordEvent(core, about, { reason, type, message, from: by });
}

function aboutOf(core: Core, kind: CaEvent["kind"], object: string): KubeObject | undefined {
  const { namespace, name } = splitName(object);
  if (kind === "Node") return core.api.find("nodes", object);
  if (kind === "Pod") return core.api.find("pods", name, namespace);
  return (
    core.api.find("configmaps", name, namespace) ?? {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { namespace, name },
    }
  );
}
