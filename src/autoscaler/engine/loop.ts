import type { Node, Pod } from "../../kube/objects.ts";
import { PodRegistry } from "../../kube-scheduler/pods/registry.ts";
import type { RefusedCall } from "./act/calls.ts";
import { cleanUp } from "./act/clean-up.ts";
import { updateSoftTaints } from "./act/soft-taints.ts";
import { startDeletion } from "./act/start.ts";
import { makeTemplates } from "./cloud/templates.ts";
import type { LoopDecision, ScaleDown } from "./decision.ts";
import type { LoopStep } from "./step.ts";
import { candidatesOf } from "./down/candidates.ts";
import { plan, unneededByTaints } from "./down/planner.ts";
import { nodesToDelete } from "./down/removable.ts";
import { beginLoop, type LoopState } from "./loop-state.ts";
import type { Luck } from "./luck.ts";
import type { Memory } from "./memory.ts";
import { classifyPods } from "./pods/classify.ts";
import { Likeness } from "./pods/likeness.ts";
import { oldEnough, podsThatWait } from "./pods/pending.ts";
import type { Placed } from "./room/hints.ts";
import type { Room } from "./room/room.ts";
import { roomOf } from "./room/room-of.ts";
import type { Settings } from "./settings.ts";
import { isClusterHealthy, updateClusterState } from "./state/cluster-state.ts";
import type { RegistryState } from "./state/registry.ts";
import { asSeen, isReadyAndSchedulable } from "./state/readiness.ts";
import { deleteFailedInstances, fixSizes, removeOldUnregistered } from "./state/repairs.ts";
import { decisionOf, type Told } from "./tell.ts";
import { ScaleUps } from "./up/scale-ups.ts";
import { addUpcoming } from "./up/upcoming.ts";
import type { View } from "./view.ts";

/** What stays the same from loop to loop and is dear to make: what the flags mean, and what was read of pods. */
export class Engine {
  readonly settings: Settings;
  readonly registry = new PodRegistry();
  readonly likeness: Likeness;

  constructor(settings: Settings) {
    this.settings = settings;
    this.likeness = new Likeness(settings.behaviour.ignoresEnvironment);
  }
}

/** One loop, decided and explained. */
export interface LoopResult extends LoopStep {
  readonly decision: LoopDecision;
}

/**
 * One main loop of Cluster Autoscaler (core/static_autoscaler.go, `RunOnce`): what it sees and what it remembers in, what it
 * does, tells and
 * remembers out. Calls are taken to succeed but for those in `refused`; see `Calls`.
 */
export function nextLoop(
  view: View,
  memory: Memory,
  of: { readonly engine: Engine; readonly refused?: readonly RefusedCall[]; readonly luck?: Luck },
): LoopResult {
  const { settings, likeness, registry } = of.engine;
  const { refused = [], luck } = of;
  const loop = beginLoop({
    view,
    memory,
    settings,
    likeness,
    registry,
    refused,
    ...(luck === undefined ? {} : { luck }),
  });
  const run = new LoopRun(loop, of.engine);
  const error = run.once();
  const decision = decisionOf(loop, run.told(error));
  loop.memory.finished = [];
  loop.memory.isFirstLoop = false;
  return { decision, acts: loop.calls.acts, events: loop.calls.events, memory: loop.memory };
}

class LoopRun {
  readonly #loop: LoopState;
  readonly #engine: Engine;
  #state: RegistryState | undefined;
  #podsToHelp: readonly Pod[] | undefined;
  #placed: readonly Placed[] = [];
  /** Upcoming nodes by the name that they have in the simulation. */
  readonly #upcomingNames = new Map<string, string>();
  readonly #scaleUps: ScaleUps;
  #down: Pick<ScaleDown, "result" | "deleting"> = { result: "notTried", deleting: [] };

  constructor(loop: LoopState, engine: Engine) {
    this.#loop = loop;
    this.#engine = engine;
    this.#scaleUps = new ScaleUps(loop, this.#upcomingNames);
  }

  /** Runs the loop; the class of the error that ended it, if one did. */
  once(): string | undefined {
    const loop = this.#loop;
    if (loop.memory.isFirstLoop) loop.memory.unneeded = unneededByTaints(loop);
    const nodes = cleanUp(loop);
    const { behaviour, taints } = loop.settings;
    loop.nodes = asSeen(nodes, taints, behaviour.startupTaintsUnready);
    if (this.#isEmptyCluster()) return undefined;
    const { allocated, unschedulable } = classifyPods(loop.view.pods, loop.settings);
    const room = roomOf(loop, allocated, this.#engine.registry);
    loop.templates = makeTemplates(loop, (node) => (room.node(node.metadata.name)?.pods ?? []).map(({ pod }) => pod));
    this.#state = updateClusterState(loop);
    const error = this.#work(room, this.#state, unschedulable);
    this.#scaleUps.end();
    return error;
  }

  /** What came of it. */
  told(error: string | undefined): Told {
    return {
      error,
      state: this.#state,
      podsToHelp: this.#podsToHelp,
      placed: this.#placed,
      upcomingNames: this.#upcomingNames,
      scaleUps: this.#scaleUps.all,
      down: this.#down,
    };
  }

  #isEmptyCluster(): boolean {
    const { settings, nodes, calls, memory } = this.#loop;
    if (settings.of("scale-up-from-zero") || nodes.some(isReadyAndSchedulable)) return false;
    memory.unneeded = [];
    calls.tell(
      "ClusterUnhealthy",
      nodes.length === 0 ? "Cluster has no nodes." : "Cluster has no ready nodes.",
      "Warning",
    );
    return true;
  }

  #work(room: Room, state: RegistryState, unschedulable: readonly Pod[]): string | undefined {
    const loop = this.#loop;
    removeOldUnregistered(loop);
    if (!isClusterHealthy(loop, state)) {
      loop.memory.unneeded = [];
      loop.calls.tell("ClusterUnhealthy", "Cluster is unhealthy", "Warning");
      return undefined;
    }
    deleteFailedInstances(loop, state);
    const fixed = fixSizes(loop);
    if (fixed.hasFailed) return "cloudProviderError";
    if (fixed.isFixed) return undefined;
    const nodes = addUpcoming(loop, room, { state, names: this.#upcomingNames });
    const scaleUpNodes = this.#nodesForScaleUp(room);
    const pending = podsThatWait(loop, room, unschedulable);
    this.#podsToHelp = pending.toHelp;
    this.#placed = pending.placed;
    const last = this.#scaleUps.run({ room, state, pods: oldEnough(pending.toHelp, loop), nodes: scaleUpNodes });
    loop.memory.searchIndex = room.searchIndex;
    if (last?.result === "successful") this.#down = { ...this.#down, result: "inCooldown" };
    const isOver = last?.result === "successful" || last?.error !== undefined;
    if (isOver && !loop.settings.behaviour.planAfterScaleUp) return last.error;
    if (loop.settings.of("scale-down-enabled")) {
      const error = this.#scaleDown(room, nodes);
      loop.memory.searchIndex = room.searchIndex;
      if (error !== undefined) return error;
    }
    if (!loop.settings.of("enforce-node-group-min-size")) return undefined;
    const raised = this.#scaleUps.raiseToMinimums(state, scaleUpNodes);
    const isLast = raised.result === "successful" && !loop.settings.behaviour.planAfterScaleUp;
    if (isLast) this.#down = { ...this.#down, result: "inCooldown" };
    return undefined;
  }

  #nodesForScaleUp(room: Room): readonly Node[] {
    const { settings, nodes } = this.#loop;
    if (settings.behaviour.scaleUpSeesAllNodes) return room.cluster.nodes.map(({ node }) => node);
    return nodes.filter(isReadyAndSchedulable);
  }

  #scaleDown(room: Room, nodes: readonly Node[]): string | undefined {
    const loop = this.#loop;
    const { memory, view } = loop;
    const candidates = candidatesOf(loop, room, nodes);
    plan(loop, room, { candidates, destinations: nodes });
    if (this.#isInCooldown()) this.#down = { result: "inCooldown", deleting: [] };
    else if (candidates.length === 0) this.#down = { result: "noCandidates", deleting: [] };
    else {
      const started = startDeletion(loop, room, nodesToDelete(loop, room));
      this.#down = { result: started.result, deleting: started.deleting };
      if (started.result === "nodeDeleteStarted") memory.lastScaleDownDeleteMs = view.nowMs;
      updateSoftTaints(loop, nodes);
      if (started.error === undefined) return undefined;
      memory.lastScaleDownFailMs = view.nowMs;
      return started.error;
    }
    updateSoftTaints(loop, nodes);
    return undefined;
  }

  #isInCooldown(): boolean {
    const { memory, view, settings } = this.#loop;
    const { forbidsScaleDown } = this.#scaleUps;
    if (forbidsScaleDown || settings.of("scale-down-delay-type-local")) return forbidsScaleDown;
    return (
      memory.lastScaleUpMs + settings.of("scale-down-delay-after-add") > view.nowMs ||
      memory.lastScaleDownFailMs + settings.of("scale-down-delay-after-failure") > view.nowMs ||
      memory.lastScaleDownDeleteMs + settings.of("scale-down-delay-after-delete") > view.nowMs
    );
  }
}
