import type { NodeGroup } from "../../autoscaler/types.ts";
import type { MigrationOptions } from "./options.ts";
import type { PlannedCall, Step } from "../step.ts";
import type { GroupShift, LeavingNode } from "./waves.ts";
import type { Gate, MigrationContext } from "../contexts.ts";
import type { Stage } from "../plan.ts";
import type { ParamsOf } from "../kinds.ts";

/** What the shift of one group needs to know of the migration it belongs to. */
export interface ShiftInput {
  readonly cluster: { readonly name: string };
  readonly options: MigrationOptions;
  readonly forecast?: MigrationContext["forecast"];
}

/** The stage that empties one node group, wave by wave. */
export function shiftStage(shift: GroupShift, input: ShiftInput): Stage {
  const { group } = shift;
  const base = { ...groupParams(group, input.cluster.name), consents: input.options.consents };
  const lowest = group.min ?? shift.kept.length;
  const minimum = Math.min(lowest, shift.kept.length);
  const open: Step = {
    id: `shift/${group.name}/open`,
    kind: "migrate/open-group",
    action: "change",
    title:
      minimum < lowest
        ? `lower the minimum of ${group.name} from ${lowest} to ${minimum} and stop its rebalancing`
        : `stop the rebalancing of ${group.name}`,
    why: "an instance can only leave for good when the group lets it; its sizes are recorded first",
    target: groupTarget(group),
    params: { ...base, minimum, timeoutMs: input.options.timeouts.capacityMs },
    calls: openCalls(group, minimum, input.cluster.name),
    undo: "restore",
  };
  const waves = shift.waves.flatMap((nodes, i) => waveSteps(shift, { nodes, number: i + 1 }, input));
  const sweep: Step = {
    id: `shift/${group.name}/sweep`,
    kind: "migrate/sweep",
    action: "check",
    title: `check that nothing else is left in ${group.name}`,
    why: "a node that joined after the plan was made is shifted too",
    target: groupTarget(group),
    params: {
      ...base,
      keep: shift.kept.map((node) => node.name),
      surgeMs: input.options.timeouts.surgeMs,
      drainMs: input.options.timeouts.drainMs,
      timeoutMs: input.options.timeouts.capacityMs,
      image: input.options.placeholderImage,
    },
    calls: [],
    undo: "restore",
  };
  return {
    id: `shift/${group.name}`,
    title: `shift ${group.name}`,
    steps: [open, ...waves, sweep],
    gates: [podsGate(input.options), ...costGate(input)],
  };
}

function waveSteps(
  shift: GroupShift,
  wave: { readonly nodes: readonly LeavingNode[]; readonly number: number },
  input: ShiftInput,
): readonly Step[] {
  const { group } = shift;
  const { timeouts } = input.options;
  const id = `shift/${group.name}/wave-${wave.number}`;
  const names = wave.nodes.map((node) => node.name);
  const pods = wave.nodes.reduce((sum, node) => sum + node.pods.length, 0);
  const what = `${names.length === 1 ? (names[0] ?? "") : `${names.length} nodes`} of ${group.name}`;
  const target = names.length === 1 ? `Node/${names[0] ?? ""}` : groupTarget(group);
  const params = {
    ...groupParams(group, input.cluster.name),
    nodes: wave.nodes.map(({ name, instanceId }) => ({ name, instanceId })),
    wave: id,
    consents: input.options.consents,
  };
  const evict: PlannedCall = { operation: "kube:create pods/eviction", input: { pods, nodes: names } };
  return [
    {
      id: `${id}/surge`,
      kind: "migrate/surge",
      action: "create",
      title: `bring up room for ${pods} ${pods === 1 ? "pod" : "pods"} of ${what}`,
      why: "replacement capacity comes first; placeholders make Karpenter launch it",
      target,
      params: { ...params, timeoutMs: timeouts.surgeMs, image: input.options.placeholderImage },
      calls: [{ operation: "kube:create pods", input: { namespace: "kube-system", placeholders: pods } }],
      undo: "restore",
    },
    ...(wave.number === 1 ? [cordonStep(shift, { id, params })] : []),
    {
      id: `${id}/drain`,
      kind: "migrate/drain",
      action: "change",
      title: `evict ${pods} ${pods === 1 ? "pod" : "pods"} from ${what}`,
      why: "through the Eviction API, within PodDisruptionBudgets, one of each workload at a time",
      target,
      params: { ...params, timeoutMs: timeouts.drainMs },
      calls: [evict],
      undo: "none-needed",
    },
    {
      id: `${id}/terminate`,
      kind: "migrate/terminate",
      action: "remove",
      title: `terminate ${what}, desired size down by ${names.length}`,
      why: "the group must not replace what leaves; rollback launches as many again",
      target,
      params: { ...params, timeoutMs: timeouts.capacityMs },
      calls: wave.nodes.map((node) => ({
        operation: "autoscaling:TerminateInstanceInAutoScalingGroup",
        input: { InstanceId: node.instanceId, ShouldDecrementDesiredCapacity: true },
      })),
      undo: "restore",
    },
  ];
}

/**
 * All leaving nodes of the group at once, behind the first wave's proof that Karpenter can serve it: pods of one wave
 * must not land on the nodes of the
 * next, to be moved a second time.
 */
function cordonStep(
  shift: GroupShift,
  wave: { readonly id: string; readonly params: ParamsOf<"migrate/cordon"> },
): Step {
  const nodes = shift.waves.flat();
  const names = nodes.map((node) => node.name);
  return {
    id: `${wave.id}/cordon`,
    kind: "migrate/cordon",
    action: "change",
    title: `cordon ${names.length === 1 ? (names[0] ?? "") : `all ${names.length} leaving nodes`} of ${shift.group.name}`,
    why: "nothing new may start where everything leaves",
    target: groupTarget(shift.group),
    params: { ...wave.params, nodes: nodes.map(({ name, instanceId }) => ({ name, instanceId })) },
    calls: names.map((name) => ({ operation: `kube:patch nodes/${name}`, input: { spec: { unschedulable: true } } })),
    undo: "restore",
  };
}

function openCalls(group: NodeGroup, minimum: number, cluster: string): readonly PlannedCall[] {
  const calls: PlannedCall[] = [];
  if (group.autoScalingGroupName !== undefined) {
    calls.push({
      operation: "autoscaling:SuspendProcesses",
      input: { AutoScalingGroupName: group.autoScalingGroupName, ScalingProcesses: ["AZRebalance"] },
    });
  }
  if (group.min === undefined || minimum >= group.min) return calls;
  if (group.kind === "managed") {
    calls.push({
      operation: "eks:UpdateNodegroupConfig",
      input: { clusterName: cluster, nodegroupName: group.name, scalingConfig: { minSize: minimum } },
    });
  } else if (group.autoScalingGroupName !== undefined) {
    calls.push({
      operation: "autoscaling:UpdateAutoScalingGroup",
      input: { AutoScalingGroupName: group.autoScalingGroupName, MinSize: minimum },
    });
  }
  return calls;
}

/** Closed while something is worse than before the first step. */
export function podsGate(options: MigrationOptions): Gate {
  return {
    kind: "pods",
    title: "no pod pending and no workload short of replicas, beyond the baseline; Cluster Autoscaler stays at zero",
    params: { timeoutMs: options.timeouts.gateMs },
  };
}

function costGate(input: ShiftInput): readonly Gate[] {
  if (input.forecast === undefined) return [];
  return [
    {
      kind: "cost",
      title: `Karpenter's nodes cost at most ${input.options.costPercent} % of the forecast`,
      params: { percent: input.options.costPercent, timeoutMs: input.options.timeouts.gateMs },
    },
  ];
}

/** How handlers find the group again. */
export function groupParams(group: NodeGroup, cluster: string): ParamsOf<"migrate/check-drift">["groups"][number] {
  return {
    cluster,
    group: group.name,
    groupKind: group.kind,
    autoScalingGroupName: group.autoScalingGroupName ?? null,
  };
}

/** The group's own bounds. `NodeGroup` may carry those of CA's `--nodes` flag instead, which nobody restores. */
export function boundsOf(group: NodeGroup): { readonly min: number; readonly max: number } {
  const { MinSize, MaxSize } = group.autoScalingGroup ?? {};
  return {
    min: typeof MinSize === "number" ? MinSize : (group.min ?? 0),
    max: typeof MaxSize === "number" ? MaxSize : (group.max ?? 0),
  };
}

/** The group as a target that people recognise. */
export function groupTarget(group: NodeGroup): string {
  return group.kind === "managed"
    ? `nodegroup/${group.name}`
    : `autoScalingGroup/${group.autoScalingGroupName ?? group.name}`;
}
