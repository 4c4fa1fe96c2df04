// Mirrors core/scaleup/orchestrator/orchestrator.go of Cluster Autoscaler 1.36.1.
import { type PodGroupAnswers, failedGroups, markAll, markFailed, unhelpedPods } from "./refusals.ts";
import type { Node, Pod } from "../../../kube/objects.ts";
import { nameOf } from "../../../kube/pod.ts";
import type { PodInfo } from "../../../kube-scheduler/pods/registry.ts";
import type { WorkingGroup } from "../cloud/cloud.ts";
import type { NodeTemplate } from "../cloud/template.ts";
import type { ScaleUp, SkipReason } from "../decision.ts";
import { isBackedOff, type LoopState } from "../loop-state.ts";
import { groupPods, type PodGroup } from "../pods/likeness.ts";
import type { Room } from "../room/room.ts";
import { isGroupHealthy } from "../state/cluster-state.ts";
import type { RegistryState } from "../state/registry.ts";
import { balance, type Growth } from "./balance.ts";
import { estimateNodes } from "./estimate.ts";
import { execute } from "./execute.ts";
import { bestOption } from "./expanders.ts";
import { Limiter } from "./limiter.ts";
import type { Option } from "./option.ts";
import { maximumsLeft, type Quota } from "./quotas.ts";
import { likeGroups } from "./similar.ts";

/** What a scale-up works on. */
export interface ScaleUpTask {
  readonly loop: LoopState;
  readonly state: RegistryState;
  readonly room: Room;
  readonly pods: readonly Pod[];
  /** Nodes as the simulation has them. */
  readonly nodes: readonly Node[];
  /** How many nodes there are, upcoming ones included. */
  readonly nodeCount: number;
}

/** How a scale-up went, with the pods that it is for. */
export interface ScaleUpOutcome {
  readonly status: ScaleUp;
  /** Pods of the chosen option. */
  readonly handled: readonly Pod[];
  readonly growths: readonly Growth[];
}

/**
 * One scale-up: the pods' groups, the options that help, the expander's choice, limits, balancing, the calls (orchestrator.go,
 * `ScaleUp`).
 */
export function scaleUp(input: ScaleUpTask): ScaleUpOutcome {
  const { loop, pods } = input;
  const groups = groupPods(pods, loop.likeness);
  const candidates: PodGroupAnswers[] = loop.luck.order("podGroups", groups, firstName).map((group) => ({
    pods: group.pods,
    infos: group.pods.map((pod) => input.room.unbound(pod)),
    refusals: new Map(),
    helpers: [],
    isSchedulable: false,
  }));
  const quota = maximumsLeft(loop, input.nodes);
  const { valid, skipped } = filterGroups(input, quota);
  const able = new Map(valid.map((group) => [group.name, ableGroups(input, candidates, group)]));
  const options = valid.flatMap((group) => optionOf(input, group, able) ?? []);
  const told = options.map(optionTold);
  const unhelped = (): ScaleUp["unhelped"] => unhelpedPods(candidates, skipped);
  const nothing = (result: ScaleUp["result"]): ScaleUp => ({
    result,
    options: told,
    increases: [],
    triggered: [],
    awaiting: [],
    unhelped: unhelped(),
  });
  if (options.length === 0) return { status: nothing("noOptions"), handled: [], growths: [] };
  const chosen = bestOption(options, loop);
  if (chosen === undefined) {
    if (loop.settings.behaviour.tellsFailedPods) markAll(candidates, "filteredOut");
    return { status: nothing("noOptions"), handled: [], growths: [] };
  }
  const common = { chosen: chosen.group.name, triggered: namesOf(chosen.pods) };
  const capped = cappedNodes(input, chosen, quota);
  if (capped.error !== undefined) {
    if (loop.settings.behaviour.tellsFailedPods) markAll(candidates, "executionFailed");
    return { status: { ...nothing("error"), ...common, error: capped.error }, handled: chosen.pods, growths: [] };
  }
  const growths = balanced(input, { chosen, nodes: capped.nodes, quota, able });
  const failed = execute(loop, input.state, growths);
  if (failed.length > 0) {
    if (loop.settings.behaviour.tellsFailedPods) markFailed(candidates, failedGroups(loop, growths, failed));
    const status: ScaleUp = { ...nothing("error"), ...common, error: "cloudProviderError", failedResize: failed };
    return { status, handled: chosen.pods, growths: [] };
  }
  const status: ScaleUp = {
    ...nothing("successful"),
    ...common,
    increases: growths
      .map(({ group, from, to, max }) => ({ group: group.name, from, to, max }))
      .toSorted((a, b) => (a.group < b.group ? -1 : 1)),
    awaiting: namesOf(
      candidates.filter((one) => one.isSchedulable && one.refusals.has(chosen.group.name)).flatMap((one) => one.pods),
    ),
  };
  return { status, handled: chosen.pods, growths };
}

function firstName({ pods: [first] }: PodGroup): string {
  return first === undefined ? "" : nameOf(first);
}

function namesOf(pods: readonly Pod[]): readonly string[] {
  return pods.map(nameOf);
}

function optionTold({ group, nodes, pods, similar }: Option): ScaleUp["options"][number] {
  return { group: group.name, nodes, pods: namesOf(pods), similar: similar.map(({ name }) => name) };
}

/** Groups that may grow, and why the others may not (`filterValidScaleUpNodeGroups`). */
function filterGroups(
  input: ScaleUpTask,
  quota: Quota,
): { readonly valid: readonly WorkingGroup[]; readonly skipped: ReadonlyMap<string, SkipReason> } {
  const valid: WorkingGroup[] = [];
  const skipped = new Map<string, SkipReason>();
  for (const group of input.loop.cloud.groups) {
    const reason = skipReason(input, group, quota);
    if (reason === undefined) valid.push(group);
    else skipped.set(group.name, reason);
  }
  return { valid, skipped };
}

/** Why a group must not grow for its own sake: unhealthy, or resting after a failure. Undefined when it may grow. */
export function restReason(
  loop: LoopState,
  state: RegistryState,
  group: WorkingGroup,
): "notReady" | "backoff" | undefined {
  if (!isGroupHealthy(loop, state, group.name)) return "notReady";
  return isBackedOff(loop, group.name) ? "backoff" : undefined;
}

function skipReason(input: ScaleUpTask, group: WorkingGroup, quota: Quota): SkipReason | undefined {
  const { loop, state } = input;
  const rest = restReason(loop, state, group);
  if (rest !== undefined) return rest;
  if (group.target >= group.max) return "maxSize";
  let count = 1;
  if (group.options.isAtomic === true) {
    count = group.max - group.target;
    const limit = loop.settings.of("max-nodes-total");
    if (limit !== 0 && input.nodeCount + count > limit) return "atomicExceedsNodeLimit";
  }
  const template = loop.templates.get(group.name);
  if (template === undefined) return "notReady";
  const { exceeded } = quota.check(template.node, count);
  return exceeded.length > 0 ? { limit: exceeded } : undefined;
}

/** Pod groups whose first pod a new node of the group would take (`SchedulablePodGroups`). */
function ableGroups(
  { loop, room }: ScaleUpTask,
  candidates: readonly PodGroupAnswers[],
  group: WorkingGroup,
): readonly PodGroupAnswers[] {
  const template = loop.templates.get(group.name);
  if (template === undefined) return [];
  room.fork();
  const node = room.addNode(template.node, infosOf(room, template));
  const able: PodGroupAnswers[] = [];
  for (const candidate of candidates) {
    const [info] = candidate.infos;
    if (info === undefined) continue;
    const refusal = room.refusalOn(info, node);
    if (refusal === undefined) {
      able.push(candidate);
      candidate.isSchedulable = true;
      candidate.helpers.push(group.name);
    } else candidate.refusals.set(group.name, { plugin: refusal.plugin, reasons: refusal.reasons });
  }
  room.revert();
  return able;
}

function infosOf(room: Room, template: NodeTemplate): readonly PodInfo[] {
  return template.pods.map((pod) => room.cluster.registry.infoOf(pod));
}

type Able = ReadonlyMap<string, readonly PodGroupAnswers[]>;

/** What a group would add; undefined when it helps nobody (`ComputeExpansionOption`). */
function optionOf(input: ScaleUpTask, group: WorkingGroup, able: Able): Option | undefined {
  const { loop, room } = input;
  const groups = able.get(group.name) ?? [];
  const template = loop.templates.get(group.name);
  if (groups.length === 0 || template === undefined) return undefined;
  const similar = similarGroups(input, group, able);
  const limiter = new Limiter(loop.settings, { group, similar, nodes: input.nodeCount });
  const { nodes, pods } = estimateNodes(groups, { room, template, limiter, settings: loop.settings });
  if (pods.length === 0 || nodes === 0) return undefined;
  return { group, pods, similar, nodes: group.options.isAtomic === true ? group.max : nodes };
}

/** Groups that could grow in the place of one: alike, fit to grow, and able to take all that it takes (`ComputeSimilarNodeGroups`). */
function similarGroups({ loop, state }: ScaleUpTask, group: WorkingGroup, able: Able): readonly WorkingGroup[] {
  if (!loop.settings.of("balance-similar-node-groups") || group.options.isAtomic === true) return [];
  const own = able.get(group.name) ?? [];
  if (own.length === 0) return [];
  return likeGroups(loop, group).filter((other) => {
    if (restReason(loop, state, other) !== undefined) return false;
    const theirs = able.get(other.name);
    return theirs !== undefined && own.every((one) => theirs.includes(one));
  });
}

function cappedNodes(
  { loop, nodeCount }: ScaleUpTask,
  { group, nodes }: Option,
  quota: Quota,
): { readonly nodes: number; readonly error?: string } {
  const capped = cappedByTotal(loop, nodes, nodeCount);
  if (capped < 1) return { nodes: 0, error: "transientError" };
  const template = loop.templates.get(group.name);
  if (template === undefined) return { nodes: 0, error: "cloudProviderError" };
  const { allowed } = quota.check(template.node, capped);
  if (loop.settings.behaviour.quotasByTarget && allowed < 1) return { nodes: 0, error: "internalError" };
  return { nodes: allowed };
}

/** New nodes that `--max-nodes-total` leaves (`GetCappedNewNodeCount`). */
export function cappedByTotal({ settings, calls }: LoopState, nodes: number, current: number): number {
  const limit = settings.of("max-nodes-total");
  if (limit <= 0 || nodes + current <= limit) return nodes;
  calls.tell("MaxNodesTotalReached", `Max total nodes in cluster reached: ${limit}`, "Warning");
  return limit - current;
}

function balanced(
  input: ScaleUpTask,
  of: { readonly chosen: Option; readonly nodes: number; readonly quota: Quota; readonly able: Able },
): readonly Growth[] {
  const { loop } = input;
  const { chosen, nodes, quota, able } = of;
  const isBounded = loop.settings.behaviour.balancesWithinQuota;
  const nodeOf = (group: WorkingGroup): Node | undefined => loop.templates.get(group.name)?.node;
  const similar = similarGroups(input, chosen.group, able).filter((group) => {
    const node = nodeOf(group);
    return !isBounded || (node !== undefined && quota.check(node, 1).exceeded.length === 0);
  });
  const growths = balance([chosen.group, ...similar], nodes);
  if (!isBounded) return growths;
  return growths
    .map((growth) => {
      const node = nodeOf(growth.group);
      if (node === undefined) return growth;
      const { allowed } = quota.check(node, growth.to - growth.from);
      quota.consume(node, allowed);
      return { ...growth, to: growth.from + allowed };
    })
    .filter(({ from, to }) => from !== to);
}
