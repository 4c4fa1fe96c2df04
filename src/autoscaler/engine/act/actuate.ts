// Mirrors core/scaledown/actuation/actuator.go of Cluster Autoscaler 1.36.1.
import type { Node, Pod } from "../../../kube/objects.ts";
import { isTerminal, nameOf } from "../../../kube/pod.ts";
import { WorkingCloud } from "../cloud/cloud.ts";
import type { DeletionResult } from "../decision.ts";
import type { LoopStep } from "../step.ts";
import { RemainingBudgets } from "../down/budgets.ts";
import { Controllers, podsToMove } from "../down/drain-rules.ts";
import type { MemoryDraft } from "../memory.ts";
import type { Deletion, Memory, DeletionStage } from "../memory.ts";
import { isExpendable } from "../pods/classify.ts";
import type { Settings } from "../settings.ts";
import type { View } from "../view.ts";
import { Calls, deleteNodes, type RefusedCall } from "./calls.ts";
import { drainGroups, dueEvictions } from "./evictions.ts";
import { cleanToBeDeleted } from "./node-taints.ts";
import { asksForDelay } from "./start.ts";

const retryMs = 10_000;
const pollMs = 5_000;
const headroomMs = 30_000;
const deletionMs = 300_000;
/** More than any deletion needs in one instant; reaching it means that the work would not end. */
const mostRounds = 1000;

/** When the work between loops has something to do next; undefined when nothing is under way. */
export function nextDueMs(memory: Memory): number | undefined {
  const due = memory.deletions.flatMap(({ stage }) => dueOf(stage) ?? []);
  return due.length === 0 ? undefined : Math.min(...due);
}

function dueOf(stage: DeletionStage): number | undefined {
  if (stage.at === "queued") return undefined;
  return stage.at === "evicting" ? Math.min(...stage.tries.map(({ dueMs }) => dueMs)) : stage.dueMs;
}

/**
 * Does what is due in the deletions that loops have begun (core/scaledown/actuation): looks at the pods again, evicts them, waits
 * for them, waits
 * for the node's own delay, and asks the cloud to take the instance away. `settle` it with the world as it is at that instant.
 */
export function actuate(
  view: View,
  memory: Memory,
  of: { readonly settings: Settings; readonly refused?: readonly RefusedCall[] },
): LoopStep {
  const { settings } = of;
  const about = `${settings.of("namespace")}/${settings.of("status-config-map-name")}`;
  const work = new Actuation(view, { ...memory }, { settings, calls: new Calls(of.refused ?? [], about) });
  for (let round = 0; round < mostRounds && work.advance(); round++);
  return { acts: work.calls.acts, events: work.calls.events, memory: work.memory };
}

class Actuation {
  readonly memory: MemoryDraft;
  readonly calls: Calls;
  readonly #view: View;
  readonly #settings: Settings;
  readonly #cloud: WorkingCloud;
  readonly #nodes: ReadonlyMap<string, Node>;

  constructor(view: View, memory: MemoryDraft, of: { readonly settings: Settings; readonly calls: Calls }) {
    this.#view = view;
    this.memory = memory;
    this.#settings = of.settings;
    this.calls = of.calls;
    this.#cloud = new WorkingCloud(view.groups);
    this.#nodes = new Map(view.nodes.map((node) => [node.metadata.name, node]));
  }

  /** Does the first thing that is due; false when nothing is. */
  advance(): boolean {
    const { nowMs } = this.#view;
    const due = this.memory.deletions.find(({ stage }) => (dueOf(stage) ?? Number.POSITIVE_INFINITY) <= nowMs);
    if (due === undefined) return false;
    const { stage } = due;
    if (stage.at === "tainted") this.#lookAgain(due);
    else if (stage.at === "evicting") this.#evict(due, stage);
    else if (stage.at === "waiting") this.#wait(due, stage);
    else if (stage.at === "delayed") this.#delay(due, stage);
    else if (stage.at === "batched") this.#deleteBatch(due.group);
    return true;
  }

  #to(deletion: Deletion, stage: DeletionStage): void {
    this.memory.deletions = this.memory.deletions.map((one) => (one === deletion ? { ...one, stage } : one));
  }

  /** The taint is seen: are there pods that must not be touched (`deleteNodesAsync`)? */
  #lookAgain(deletion: Deletion): void {
    const { nowMs, budgets } = this.#view;
    const pods = this.#podsOn(deletion.node);
    const moved = podsToMove(pods, {
      settings: this.#settings,
      nowMs,
      controllers: deletion.isDrain ? new Controllers(this.#view) : undefined,
      budgets: deletion.isDrain ? new RemainingBudgets(budgets) : undefined,
    });
    if (moved.blocked !== undefined) {
      const { pod, reason } = moved.blocked;
      return this.#abort(deletion, "internal", `pod ${nameOf(pod)} blocks: ${reason}`);
    }
    if (!deletion.isDrain && moved.moves.length > 0)
      return this.#abort(deletion, "internal", `failed to delete empty node "${deletion.node}", new pods scheduled`);
    if (!deletion.isDrain && moved.onCompletion.length > 0)
      return this.#abort(
        deletion,
        "internal",
        `failed to delete empty node "${deletion.node}", active on-completion pods present`,
      );
    this.#beginGroups(deletion, drainGroups(pods, this.#settings, deletion.isDrain));
  }

  #podsOn(node: string): readonly Pod[] {
    const cutoff = this.#settings.of("expendable-pods-priority-cutoff");
    return this.#view.pods.filter(
      (pod) => pod.spec.nodeName === node && !isTerminal(pod) && !isExpendable(pod, cutoff),
    );
  }

  #beginGroups(deletion: Deletion, groups: Extract<DeletionStage, { at: "evicting" }>["groups"]): void {
    const [first] = groups;
    const { nowMs } = this.#view;
    if (first === undefined) return this.#drained(deletion);
    const tries = dueEvictions(first, nowMs);
    for (const { pod } of tries)
      this.calls.tellOf("Pod", pod, { reason: "ScaleDown", message: "deleting pod for node scale down" });
    const untilMs = nowMs + this.#settings.of("max-pod-eviction-time");
    this.#to(deletion, { at: "evicting", groups, untilMs, tries, hasFailed: false });
  }

  #evict(deletion: Deletion, stage: Extract<DeletionStage, { at: "evicting" }>): void {
    const { nowMs } = this.#view;
    const left: (typeof stage.tries)[number][] = [];
    let { hasFailed } = stage;
    for (const one of stage.tries) {
      if (one.dueMs > nowMs) {
        left.push(one);
        continue;
      }
      const isLate =
        one.dueMs >= stage.untilMs && one.dueMs > stage.untilMs - this.#settings.of("max-pod-eviction-time");
      if (isLate) {
        if (!one.isFull) continue;
        hasFailed = true;
        const message = "failed to delete pod for ScaleDown";
        this.calls.tellOf("Pod", one.pod, { reason: "ScaleDownFailed", type: "Warning", message });
        continue;
      }
      const answer = this.calls.make({ act: "evict", pod: one.pod, graceSeconds: one.graceSeconds });
      // A pod that is gone already is as good as evicted.
      if (!answer.ok && answer.status !== 404) left.push({ ...one, dueMs: nowMs + retryMs });
    }
    if (left.length > 0) return this.#to(deletion, { ...stage, tries: left, hasFailed });
    if (hasFailed) return this.#abort(deletion, "failedToEvict", "failed to drain the node: pods could not be evicted");
    this.#to(deletion, { at: "waiting", groups: stage.groups, sinceMs: nowMs, dueMs: nowMs });
  }

  /** Are the pods gone (`waitPodsToDisappear`)? */
  #wait(deletion: Deletion, stage: Extract<DeletionStage, { at: "waiting" }>): void {
    const { nowMs, pods } = this.#view;
    const [first, ...others] = stage.groups;
    const limitMs = (first?.graceSeconds ?? 0) * 1000 + headroomMs;
    if (nowMs - stage.sinceMs >= limitMs) return this.#abort(deletion, "failedToEvict", "pods remaining after timeout");
    const waited = new Set(first?.full.map(({ name }) => name));
    const isThere =
      waited.size > 0 && pods.some((pod) => pod.spec.nodeName === deletion.node && waited.has(nameOf(pod)));
    if (isThere) return this.#to(deletion, { ...stage, dueMs: nowMs + pollMs });
    this.#beginGroups(deletion, others);
  }

  #drained(deletion: Deletion): void {
    const { nowMs } = this.#view;
    const timeoutMs = this.#settings.of("node-deletion-delay-timeout");
    if (!deletion.isDelayed || timeoutMs === 0) return this.#ready(deletion);
    this.#to(deletion, { at: "delayed", untilMs: nowMs + timeoutMs, dueMs: nowMs + Math.min(pollMs, timeoutMs) });
  }

  #delay(deletion: Deletion, stage: Extract<DeletionStage, { at: "delayed" }>): void {
    const { nowMs } = this.#view;
    const node = this.#nodes.get(deletion.node);
    if (node === undefined) return this.#abort(deletion, "failedToDelete", `failed to get node ${deletion.node}`);
    if (!asksForDelay(node) || nowMs >= stage.untilMs) return this.#ready(deletion);
    this.#to(deletion, { ...stage, dueMs: Math.min(nowMs + pollMs, stage.untilMs) });
  }

  /**
   * The node may go: at once, with its atomic group, or with the batch of its group (group_deletion_scheduler.go,
   * delete_in_batch.go).
   */
  #ready(deletion: Deletion): void {
    if (deletion.batch === 0) return this.#hand([deletion]);
    if (this.memory.failedGroups.includes(deletion.group))
      return this.#finish(deletion, "failedToDelete", "couldn't scale down other nodes in this node group");
    this.#to(deletion, { at: "queued" });
    const queued = this.memory.deletions.filter((one) => one.group === deletion.group && one.stage.at === "queued");
    if (queued.length >= deletion.batch) this.#hand(queued);
  }

  #hand(deletions: readonly Deletion[]): void {
    const intervalMs = this.#settings.of("node-deletion-batcher-interval");
    if (intervalMs === 0) return this.#delete(deletions);
    const group = deletions[0]?.group ?? "";
    const open = this.memory.deletions.find((one) => one.group === group && one.stage.at === "batched");
    const dueMs = open?.stage.at === "batched" ? open.stage.dueMs : this.#view.nowMs + intervalMs;
    for (const one of deletions) this.#to(one, { at: "batched", dueMs });
  }

  #deleteBatch(group: string): void {
    this.#delete(this.memory.deletions.filter((one) => one.group === group && one.stage.at === "batched"));
  }

  #delete(deletions: readonly Deletion[]): void {
    const name = deletions[0]?.group ?? "";
    const group = this.#cloud.group(name);
    const { nowMs } = this.#view;
    const nodes = deletions.map(({ node, instance }) => ({ name: node, id: instance }));
    const answer =
      group === undefined
        ? { ok: false as const, message: `node group ${name} not found` }
        : deleteNodes(this.calls, group, nodes);
    if (!answer.ok) {
      this.memory.failedToShrinkMs = { ...this.memory.failedToShrinkMs, [name]: nowMs };
      const text = `failed to delete nodes from group ${name}: ${answer.message}`;
      for (const one of deletions) this.#finish(one, "failedToDelete", text);
      return;
    }
    this.memory.shrankMs = { ...this.memory.shrankMs, [name]: nowMs };
    for (const one of deletions) {
      this.calls.tellOf("Node", one.node, { reason: "ScaleDown", message: "nodes removed by cluster autoscaler" });
      this.memory.scaleDowns = [...this.memory.scaleDowns, { group: name, expectedMs: nowMs + deletionMs }];
      if (one.isDrain) this.calls.tell("ScaleDown", `Scale-down: node ${one.node} removed with drain`);
      else this.calls.tell("ScaleDownEmpty", `Scale-down: empty node ${one.node} removed`);
      this.#end(one, "ok");
    }
  }

  /** A node stays after all, and with it those that wait for it. */
  #abort(deletion: Deletion, result: DeletionResult, why: string): void {
    const { memory } = this;
    memory.failedGroups = [...memory.failedGroups, deletion.group];
    const waiting = memory.deletions.filter((one) => one.group === deletion.group && one.stage.at === "queued");
    this.#finish(deletion, result, why);
    for (const one of waiting)
      this.#finish(one, "failedToDelete", "couldn't scale down other nodes in this node group");
  }

  #finish(deletion: Deletion, result: DeletionResult, why: string): void {
    const what = deletion.isDrain ? "failed to drain and delete node" : "failed to delete empty node";
    const event = { reason: "ScaleDownFailed", type: "Warning", message: `${what}: ${why}` } as const;
    this.calls.tellOf("Node", deletion.node, event);
    cleanToBeDeleted(this.calls, this.#nodes.get(deletion.node), this.#settings.of("cordon-node-before-terminating"));
    this.#end(deletion, result);
  }

  #end(deletion: Deletion, result: DeletionResult): void {
    this.memory.deletions = this.memory.deletions.filter((one) => one.node !== deletion.node);
    this.memory.finished = [...this.memory.finished, { node: deletion.node, result }];
  }
}
