// Mirrors schedule_one.go of kube-scheduler 1.35.
import type { Pod } from "../kube/objects.ts";
import { isBound, isTerminating } from "../kube/pod.ts";
import type { SchedulerAction, WrittenCondition } from "./actions.ts";
import { type Decision, decide } from "./cycle/decide.ts";
import { failureMessage } from "./cycle/message.ts";
import type { Framework } from "./framework.ts";
import type { SchedulerMemory } from "./memory.ts";
import { placedAs } from "./pods/registry.ts";
import { budgetsIn } from "./preemption/budgets.ts";
import { type Preemption, preempt } from "./preemption/preempt.ts";
import { actionsOf } from "./preemption/victims.ts";
import { planVolumes } from "./plugins/volume-binding.ts";
import { type Reserved, reservedFor } from "./plugins/volume-reserve.ts";
import { asInStatus, cleared, type Nomination } from "./queue/nominator.ts";
import type { QueuedPod } from "./queue/queued-pod.ts";
import type { PluginName } from "./refusal.ts";

/** One attempt to schedule one pod, and what came of it. */
export interface Attempt {
  /** `namespace/name`. */
  readonly pod: string;
  /** Milliseconds since 1970. */
  readonly atMs: number;
  /** The pod's attempts so far, this one included. */
  readonly count: number;
  /** The node it was nominated to before, empty for none. */
  readonly wasNominatedTo: string;
  /** `skipped`: it is being deleted, or has been given a node already, and was not tried. */
  readonly outcome: "scheduled" | "unschedulable" | "error" | "skipped";
  readonly nodeName: string | undefined;
  /** Text of the FailedScheduling event and of the PodScheduled condition; empty when scheduled. */
  readonly message: string;
  /** How the node was found, or why none; undefined when skipped. */
  readonly decision: Decision | undefined;
  /** Undefined when it was not tried. */
  readonly preemption: Preemption | undefined;
  /** What is to be written, in order. */
  readonly actions: readonly SchedulerAction[];
}

/** An attempt that has decided and not ended: the pod is in flight, and what happens now may bring it straight back. */
export interface Started {
  readonly attempt: Attempt;
  readonly queued: QueuedPod;
  /** To be written before the attempt ends: victims, where preemption does not wait for its end. */
  readonly first: readonly SchedulerAction[];
  readonly failure: Failure | undefined;
}

interface Failure {
  readonly plugins: ReadonlySet<PluginName>;
  readonly nomination: Nomination;
  readonly preemption: Preemption | undefined;
}

/** Takes the next pod and decides. Undefined when nobody is ready (schedule_one.go, `ScheduleOne`). */
export function begin(memory: SchedulerMemory, nowMs: number): Started | undefined {
  const queued = memory.queue.pop();
  if (queued === undefined) return undefined;
  const { pod } = queued.info;
  const framework = memory.frameworkOf(pod);
  const skipped: Attempt = {
    pod: queued.name,
    atMs: nowMs,
    count: queued.attempts,
    wasNominatedTo: pod.status?.nominatedNodeName ?? "",
    outcome: "skipped",
    nodeName: undefined,
    message: "",
    decision: undefined,
    preemption: undefined,
    actions: [],
  };
  if (framework === undefined || isTerminating(pod) || memory.assumed.has(queued.name)) {
    memory.queue.done(queued.name);
    return { attempt: skipped, queued, first: [], failure: undefined };
  }
  const decision = decideFor(memory, framework, { queued, nowMs });
  const decided = { ...skipped, decision };
  if (decision.kind === "node") {
    const attempt: Attempt = { ...decided, outcome: "scheduled", nodeName: decision.node.name };
    return { attempt, queued, first: [], failure: undefined };
  }
  return failed(memory, framework, { queued, decided, decision });
}

/** Ends an attempt: the pod is assumed on its node, or goes back to the queue. */
export function finish(memory: SchedulerMemory, started: Started, nowMs: number): Attempt {
  const { attempt, queued, failure } = started;
  if (failure !== undefined) {
    const actions = giveBack(memory, queued, {
      plugins: failure.plugins,
      nomination: failure.nomination,
      condition: conditionOf(attempt),
      nowMs,
    });
    const last = memory.settings.preemptsAfterwards ? victimActions(memory, queued, failure.preemption) : [];
    return { ...attempt, actions: [...actions, ...last] };
  }
  return attempt.decision?.kind === "node"
    ? { ...attempt, actions: assume(memory, queued, attempt.decision) }
    : attempt;
}

/** A pod goes back to the queue and is told why (`handleSchedulingFailure`). */
export function giveBack(memory: SchedulerMemory, queued: QueuedPod, why: WhyBack): readonly SchedulerAction[] {
  const { queue, cluster, pods } = memory;
  const { name } = queued;
  const tried = queued.info.pod;
  const latest = pods.get(name);
  if (latest === undefined || isBound(latest)) queue.done(name);
  else {
    queued.info = cluster.registry.infoOf(latest, tried);
    queued.plugins = new Set(why.plugins);
    queue.addUnschedulable(queued, why.nowMs);
  }
  queue.nominator.add(name, queued.info.pod.status, why.nomination);
  const nominated = why.nomination.mode === "override" ? why.nomination.nodeName : undefined;
  const isNewNode = nominated !== undefined && nominated !== (tried.status?.nominatedNodeName ?? "");
  const isNewCondition = !isTold(tried, why.condition);
  if (!isNewNode && !isNewCondition) return [];
  return [
    {
      kind: "patch-status",
      pod: name,
      condition: isNewCondition ? why.condition : undefined,
      nominatedNodeName: isNewNode ? nominated : undefined,
    },
  ];
}

/** What a pod that goes back is told. */
export interface WhyBack {
  readonly plugins: ReadonlySet<PluginName>;
  readonly nomination: Nomination;
  readonly condition: WrittenCondition;
  readonly nowMs: number;
}

interface Trying {
  readonly queued: QueuedPod;
  readonly nowMs: number;
}

function decideFor(memory: SchedulerMemory, framework: Framework, { queued, nowMs }: Trying): Decision {
  const { cluster, queue, settings } = memory;
  const { info } = queued;
  const batch = settings.batches ? memory.batchOf(info.pod) : undefined;
  const time = { cycle: queue.cycle, nowMs };
  const nodes = memory.nodes();
  let hinted: string | undefined;
  const decision = decide(framework, info, {
    nodes,
    startAt: memory.startAt,
    percentage: framework.profile.percentageOfNodesToScore,
    nominatedTo: (name) => memory.nominatedTo(name),
    first: (asked) => {
      hinted = batch?.hint(framework, asked, time);
      const wanted = info.pod.status?.nominatedNodeName ?? "";
      return cluster.node(wanted === "" ? (hinted ?? "") : wanted);
    },
  });
  if (decision.kind !== "no-nodes") memory.startAt = (memory.startAt + decision.looked) % nodes.length;
  if (decision.kind === "node") batch?.note(framework, info, { decision, hinted }, time);
  return decision;
}

interface Undecided {
  readonly queued: QueuedPod;
  readonly decided: Attempt;
  readonly decision: Exclude<Decision, { readonly kind: "node" }>;
}

function failed(memory: SchedulerMemory, framework: Framework, { queued, decided, decision }: Undecided): Started {
  const nobody = { plugins: new Set<PluginName>(), nomination: cleared, preemption: undefined };
  if (decision.kind === "no-nodes") {
    const message = "no nodes available to schedule pods";
    return { attempt: { ...decided, outcome: "unschedulable", message }, queued, first: [], failure: nobody };
  }
  if (decision.kind === "error") {
    const { message } = decision.error;
    return { attempt: { ...decided, outcome: "error", message }, queued, first: [], failure: nobody };
  }
  const { diagnosis } = decision;
  const after = postFilter(memory, framework, { queued, decision });
  const attempt: Attempt = {
    ...decided,
    outcome: "unschedulable",
    message: failureMessage(diagnosis, after.text),
    preemption: after.preemption,
  };
  const failure: Failure = { plugins: diagnosis.plugins, nomination: after.nomination, preemption: after.preemption };
  const first = memory.settings.preemptsAfterwards ? [] : victimActions(memory, queued, after.preemption);
  return { attempt, queued, first, failure };
}

interface PostFiltered {
  readonly text: string;
  readonly nomination: Nomination;
  readonly preemption: Preemption | undefined;
}

// RunPostFilterPlugins. DynamicResources knows nothing of a pod that was refused before it was its turn.
function postFilter(
  memory: SchedulerMemory,
  framework: Framework,
  { queued, decision }: { readonly queued: QueuedPod; readonly decision: Extract<Decision, { readonly kind: "none" }> },
): PostFiltered {
  const { postFilters } = framework.profile;
  if (postFilters.length === 0) return { text: "", nomination: cleared, preemption: undefined };
  const reasons: string[] = [];
  let nomination = asInStatus;
  let preemption: Preemption | undefined;
  for (const plugin of postFilters) {
    if (plugin === "DynamicResources") {
      if (decision.asked === undefined) return { text: "not found", nomination, preemption };
      reasons.push("no new claims to deallocate");
    } else if (plugin === "DefaultPreemption") {
      preemption = preemptFor(memory, framework, { queued, decision });
      const [chosen] = preemption.best;
      if (chosen !== undefined)
        return { text: "", nomination: { mode: "override", nodeName: chosen.node.name }, preemption };
      const text = `preemption: ${preemption.refusal ?? ""}`;
      if (preemption.isError) return { text, nomination, preemption };
      if (preemption.clearsNomination) nomination = cleared;
      reasons.push(text);
    }
  }
  return { text: reasons.join(", "), nomination, preemption };
}

function preemptFor(
  memory: SchedulerMemory,
  framework: Framework,
  { queued, decision }: { readonly queued: QueuedPod; readonly decision: Extract<Decision, { readonly kind: "none" }> },
): Preemption {
  const { asked, diagnosis } = decision;
  const latest = memory.pods.get(queued.name) ?? queued.info.pod;
  const nominatedTo = (name: string): ReturnType<SchedulerMemory["nominatedTo"]> => memory.nominatedTo(name);
  const budgets = (): ReturnType<typeof budgetsIn> => budgetsIn(memory.cluster.facts);
  const question = asked === undefined ? undefined : { framework, asked, nominatedTo, budgets };
  const nominatedNodeName = latest.status?.nominatedNodeName ?? "";
  return preempt(question, { info: queued.info, diagnosis, nodes: memory.nodes(), nominatedNodeName });
}

function victimActions(
  memory: SchedulerMemory,
  queued: QueuedPod,
  preemption: Preemption | undefined,
): readonly SchedulerAction[] {
  const [chosen] = preemption?.best ?? [];
  if (chosen === undefined) return [];
  const { actions, last } = actionsOf(chosen, queued.info, {
    nominated: memory.nominatedTo(chosen.node.name),
    clearsFirst: memory.settings.preemptsAfterwards,
  });
  if (last !== undefined && memory.settings.preemptsAfterwards) memory.preempting.set(queued.name, last);
  return actions;
}

// The pod counts as placed from now on (`assume`, Reserve); then volumes are bound, then the pod.
function assume(
  memory: SchedulerMemory,
  queued: QueuedPod,
  { node, asked }: Extract<Decision, { readonly kind: "node" }>,
): readonly SchedulerAction[] {
  const { cluster, queue, assumed, settings } = memory;
  const { name, info } = queued;
  cluster.addInfo(placedAs(info, node.name), node.name);
  queue.nominator.delete(name);
  queue.done(name);
  const plan = asked.claims === undefined ? undefined : planVolumes(cluster, asked.claims, node);
  const reserved: Reserved | undefined =
    plan === undefined || "plugin" in plan ? undefined : reservedFor(plan, node.name);
  const { volumes = [], claims = [] } = reserved ?? {};
  cluster.facts.assume(volumes, claims);
  assumed.set(name, { nodeName: node.name, queued, volumes, claims });
  const actions: SchedulerAction[] = [];
  const isNamed = info.pod.status?.nominatedNodeName === node.name;
  if (reserved !== undefined && settings.behaviour.nominatesBeforeBindingVolumes && !isNamed)
    actions.push({ kind: "patch-status", pod: name, condition: undefined, nominatedNodeName: node.name });
  for (const volume of volumes) actions.push({ kind: "update-volume", volume });
  for (const claim of claims) actions.push({ kind: "update-claim", claim });
  return [...actions, { kind: "bind", pod: name, nodeName: node.name }];
}

function conditionOf({ outcome, message }: Attempt): WrittenCondition {
  const reason = outcome === "error" ? "SchedulerError" : "Unschedulable";
  return { type: "PodScheduled", status: "False", reason, message };
}

function isTold({ status }: Pod, { type, reason, message, status: value }: WrittenCondition): boolean {
  const known = status?.conditions?.find((one) => one.type === type);
  return known?.status === value && known.reason === reason && known.message === message;
}
