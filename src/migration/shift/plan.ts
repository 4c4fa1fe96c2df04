import type { AutoscalerInstallation, NodeGroup } from "../../autoscaler/types.ts";
import type { JsonObject } from "../../kube/objects.ts";
import type { Snapshot } from "../../snapshot/snapshot.ts";
import { baselineOf } from "./baseline.ts";
import { type MigrationOptions } from "./options.ts";
import { boundsOf, groupParams, groupTarget, podsGate, shiftStage } from "./stage.ts";
import { type PlannedCall, type Step } from "../step.ts";
import { type GroupShift, shiftsOf } from "./waves.ts";
import { type Plan, type Stage, planSchema, type MigrationPlan } from "../plan.ts";
import type { MigrationContext, PlannedGroup } from "../contexts.ts";
import type { StepKind } from "../kinds.ts";
import { objectsAt, textAt } from "../../kube/json.ts";

/** Everything a plan is made from. */
export interface MigrationInput {
  readonly snapshot: Snapshot;
  /** All CA deployments found; usually one. */
  readonly autoscalers: readonly AutoscalerInstallation[];
  /** The groups to shift. */
  readonly groups: readonly NodeGroup[];
  /** NodePools that take over. */
  readonly pools: readonly string[];
  /** NodePools that take pods already, released by an earlier cut-over: nothing is done to them. */
  readonly poolsInCharge: readonly string[];
  /** Groups that are left out, with the reason, for the plan to show. */
  readonly leftOut: readonly { readonly group: string; readonly reason: string }[];
  readonly options: MigrationOptions;
  readonly cluster: Plan["cluster"];
  readonly madeAt: string;
  /** What the cluster is before: nodes, and USD per hour where every price is known. */
  readonly before: MigrationContext["before"];
  /** What `simulate` promised: nodes and USD per hour; undefined when it was not asked. */
  readonly forecast?: MigrationContext["forecast"];
}

/** The cut-over as data, complete before anything is touched. Same input, same plan. */
export function planMigration(input: MigrationInput): MigrationPlan {
  const shifts = shiftsOf(input.snapshot, input.groups, input);
  const stages = [
    handOver(input),
    ...shifts.filter((shift) => shift.waves.length > 0).map((shift) => shiftStage(shift, input)),
    retire(shifts, input),
  ];
  const kinds = [...new Set(stages.flatMap((stage) => stage.steps).map((step) => step.kind))];
  return {
    schema: planSchema,
    id: `migrate-${input.cluster.name}-${input.madeAt.replaceAll(/[^0-9]/g, "").slice(0, 14)}`,
    command: "migrate",
    cluster: input.cluster,
    madeAt: input.madeAt,
    stages: [prepare(input, kinds), ...stages],
    context: {
      baseline: baselineOf(input.snapshot),
      options: optionsJson(input.options),
      pools: [...input.pools, ...input.poolsInCharge],
      leftOut: input.leftOut.map((entry) => ({ ...entry })),
      groups: shifts.map(groupJson),
      before: input.before,
      ...(input.forecast === undefined ? {} : { forecast: input.forecast }),
    },
  };
}

function prepare(input: MigrationInput, kinds: readonly StepKind[]): Stage {
  const groups = input.groups.map((group) => groupParams(group, input.cluster.name));
  const sizes = Object.fromEntries(input.groups.map((group) => [group.name, boundsOf(group)]));
  const head = (check: string, title: string, why: string) =>
    ({
      id: `prepare/${check}`,
      action: "check",
      title: `check: ${title}`,
      why,
      target: `cluster/${input.cluster.name}`,
      calls: [],
      undo: "none-needed",
    }) as const;
  const steps: readonly Step[] = [
    {
      ...head("karpenter", "Karpenter's controller runs", "nothing may be moved before something takes over"),
      kind: "migrate/check-karpenter",
      params: {},
    },
    {
      ...head("pools", "NodePools are there, ready and held", "they must not act beside Cluster Autoscaler"),
      kind: "migrate/check-pools",
      params: { pools: input.pools },
    },
    {
      ...head("drift", "node groups are as the plan saw them", "the recorded sizes must be those that are restored"),
      kind: "migrate/check-drift",
      params: { groups, sizes },
    },
    {
      ...head(
        "permissions",
        "this user may do what the plan does",
        "a missing permission half-way leaves the job half done",
      ),
      kind: "migrate/check-permissions",
      params: { kinds, groups },
    },
  ];
  return { id: "prepare", title: "check that setup and install are complete", steps, gates: [] };
}

function handOver(input: MigrationInput): Stage {
  const { autoscalers, pools, options } = input;
  const names = autoscalers.map((found) => `${found.namespace}/${found.deployment}`);
  const calls: PlannedCall[] = [
    ...autoscalers.map(
      (found): PlannedCall => ({
        operation: `kube:patch deployments/${found.deployment}/scale`,
        input: { namespace: found.namespace, spec: { replicas: 0 } },
      }),
    ),
    ...pools.map((pool): PlannedCall => ({ operation: `kube:patch nodepools/${pool}`, input: { release: "limits" } })),
  ];
  const step: Step = {
    id: "hand-over/autoscaler",
    kind: "migrate/hand-over",
    action: "change",
    title:
      names.length === 0
        ? `release ${pools.length} NodePools`
        : `scale ${names.join(", ")} to zero, then release ${pools.length} NodePools`,
    why: "never two autoscalers in charge, never none for longer than this step",
    target: names[0] === undefined ? `cluster/${input.cluster.name}` : `Deployment/${names[0]}`,
    params: {
      autoscalers: autoscalers.map(({ namespace, deployment }) => ({ namespace, deployment })),
      pools: [...pools],
      timeoutMs: options.timeouts.handOverMs,
      drainMs: options.timeouts.drainMs,
      consents: options.consents,
    },
    calls,
    undo: "restore",
  };
  return { id: "hand-over", title: "hand over to Karpenter", steps: [step], gates: [podsGate(options)] };
}

function retire(shifts: readonly GroupShift[], input: MigrationInput): Stage {
  const groups = shifts
    .filter((shift) => shift.waves.length > 0)
    .map(
      (shift): Step => ({
        id: `retire/${shift.group.name}`,
        kind: "migrate/retire-group",
        action: "change",
        title: `leave ${shift.group.name} at ${shift.kept.length} ${shift.kept.length === 1 ? "node" : "nodes"}`,
        why:
          shift.uneven === undefined
            ? "the agreed minimum; its rebalancing works as before"
            : `the agreed minimum; its rebalancing stays suspended, as ${shift.uneven}`,
        target: groupTarget(shift.group),
        params: {
          ...groupParams(shift.group, input.cluster.name),
          size: shift.kept.length,
          keep: shift.kept.map((node) => node.name),
          suspended: suspendedOf(shift),
        },
        calls: [],
        undo: "none-needed",
      }),
    );
  const consolidate: Step = {
    id: "retire/consolidate",
    kind: "migrate/release-disruption",
    action: "change",
    title:
      input.pools.length === 0
        ? "remove the placeholders' priority class"
        : `let Karpenter consolidate ${input.pools.length} ${input.pools.length === 1 ? "NodePool" : "NodePools"}`,
    why: "until now it launched nodes and disrupted none, so that no pod moved twice",
    target: input.pools[0] === undefined ? `cluster/${input.cluster.name}` : `NodePool/${input.pools[0]}`,
    params: { pools: [...input.pools] },
    calls: input.pools.map(
      (pool): PlannedCall => ({
        operation: `kube:patch nodepools/${pool}`,
        input: { release: "disruption budgets" },
      }),
    ),
    undo: "restore",
  };
  return {
    id: "retire",
    title: "retire the node groups",
    steps: [...groups, consolidate],
    gates: [podsGate(input.options)],
  };
}

function groupJson(shift: GroupShift): PlannedGroup {
  return {
    name: shift.group.name,
    kind: shift.group.kind,
    rationale: shift.rationale,
    nodes: shift.group.nodeNames.length,
    kept: shift.kept.map(({ name, because }) => ({ name, because })),
    ...(shift.uneven === undefined || shift.waves.length === 0 ? {} : { uneven: shift.uneven }),
    waves: shift.waves.map((wave) => wave.length),
    pods: shift.movingPods,
  };
}

function optionsJson(options: MigrationOptions): JsonObject {
  return {
    keep: Object.fromEntries(options.keep),
    waveSize: { ...options.waveSize },
    consents: { ...options.consents },
    costPercent: options.costPercent,
  };
}

/** Processes that were suspended before us: they stay so. */
function suspendedOf(shift: GroupShift): readonly string[] {
  const processes = objectsAt(shift.group.autoScalingGroup, "SuspendedProcesses");
  return processes.flatMap((suspended) => textAt(suspended, "ProcessName") ?? []);
}
